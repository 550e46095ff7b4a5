"""Who works on a publication: the claim by conditional UPDATE, and the turn it gives.

The database is schedule and queue. `due()` claims rows for a while and hands out tickets; `begin()` turns a ticket into
a `Turn`, once, however often the ticket was delivered. Whatever a turn writes carries its epoch: a worker that lost its
lease writes nothing any more. Only the database's clock is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Case, F, Min, Q, Value, When
from django.db.models.functions import Now

from accounts.leasing import in_future
from publishing import clock
from publishing.models import Publication
from publishing.timing import Timing, timing
from workspaces.scoping import across_workspaces

Status = Publication.Status
TOLD_FOR = timedelta(days=3)
MOST_TOLD = 500
FREE = Q(lease_until=None) | Q(lease_until__lt=Now())


class LostLease(Exception):
    """Somebody else has the row now, a person or a worker; there is nothing left to do here."""


@dataclass(frozen=True)
class Ticket:
    """A claim that one worker may take up."""

    workspace_id: UUID
    publication_id: UUID
    epoch: int


@dataclass
class Turn:
    """One worker's turn at a row. `now` is the database's time when it began."""

    row: Publication
    now: datetime
    timing: Timing = field(default_factory=timing)

    def write(self, **changes: Any) -> None:
        """Commit changes to the row; raise LostLease when it is not ours any more."""
        row = self.row
        mine = Publication.objects.filter(pk=row.pk, lease_epoch=row.lease_epoch, status=row.status)
        if not mine.update(**changes):
            raise LostLease(str(row.pk))
        for name, value in changes.items():
            setattr(row, name, value)

    def rest(self, until: datetime | None, **changes: Any) -> None:
        """Commit changes, end the turn well, and say when the row is looked at again (None: not by itself)."""
        self.write(next_run_at=until, lease_until=None, crashes=0, **changes)

    def rest_for(self, span: timedelta, **changes: Any) -> None:
        self.rest(self.now + span, **changes)


def due(limit: int) -> list[Ticket]:
    """Claim up to `limit` rows that are due in any workspace and return their tickets.

    A row found in the fence has lost its worker: what was being sent may have been sent, so it is confirming from now.
    """
    with across_workspaces("The engine looks for what is due in every workspace."):
        if not _waiting().exists():
            return []
        batch = uuid4()
        with transaction.atomic():
            free = _waiting().order_by("next_run_at").select_for_update(skip_locked=True)
            _claim(list(free.values_list("pk", flat=True)[:limit]), lease_owner=batch)
        won = Publication.objects.filter(lease_owner=batch).order_by("next_run_at")
        return [Ticket(*values) for values in won.values_list("workspace_id", "pk", "lease_epoch")]


def next_due() -> timedelta | None:
    """Return how long until the next free row is due, or None when nothing waits. Never negative."""
    with across_workspaces("The dispatcher sleeps until the next row of any workspace."):
        soonest = Publication.objects.filter(FREE, next_run_at__isnull=False).aggregate(at=Min("next_run_at"))["at"]
    return None if soonest is None else max(soonest - clock.database_now(), timedelta(0))


def stopped_lately(which: Q) -> dict[UUID, list[UUID]]:
    """Return the publications of the last days that match, by workspace."""
    with across_workspaces("People of every workspace are told about posts that stopped."):
        rows = Publication.objects.filter(which, scheduled_at__gte=Now() - TOLD_FOR).order_by("-scheduled_at")
        found: dict[UUID, list[UUID]] = {}
        for workspace_id, pk in rows.values_list("workspace_id", "pk")[:MOST_TOLD]:
            found.setdefault(workspace_id, []).append(pk)
        return found


def give_back(ticket: Ticket) -> None:
    """Free a claimed row that nobody began to work on."""
    Publication.objects.filter(pk=ticket.publication_id, lease_epoch=ticket.epoch).update(lease_until=None)


def begin(publication_id: UUID, epoch: int) -> Turn | None:
    """Take up a ticket. None: it was taken up before, or the lease ran out."""
    mine = Publication.objects.filter(pk=publication_id, lease_epoch=epoch, lease_until__gt=Now())
    return _turn(publication_id, epoch + 1) if _claim_turn(mine) else None


def go_on(turn: Turn) -> Turn | None:
    """Take the next turn at the same row when it is due at once and still free."""
    at = turn.row.next_run_at
    if at is None or at > clock.database_now():
        return None
    free = _waiting().filter(pk=turn.row.pk, lease_epoch=turn.row.lease_epoch)
    return _turn(turn.row.pk, turn.row.lease_epoch + 1) if _claim_turn(free) else None


def _waiting() -> Any:
    return Publication.objects.filter(FREE, next_run_at__lte=Now())


def _claim(ids: Sequence[UUID], **owner: Any) -> int:
    taken_over = Case(When(status=Status.PUBLISHING, then=Value(Status.CONFIRMING)), default=F("status"))
    rows = _waiting().filter(pk__in=ids)
    return rows.update(
        lease_until=in_future(timing().lease), lease_epoch=F("lease_epoch") + 1, status=taken_over, **owner
    )


def _claim_turn(rows: Any) -> bool:
    """Count the turn as a crash until it has come to its end."""
    return bool(
        rows.update(lease_until=in_future(timing().lease), lease_epoch=F("lease_epoch") + 1, crashes=F("crashes") + 1)
    )


def _turn(publication_id: UUID, epoch: int) -> Turn | None:
    rows = Publication.objects.select_related("connection__ig_user", "connection__page", "revision", "ig_user")
    row = rows.annotate(now=Now()).filter(pk=publication_id, lease_epoch=epoch).first()
    return None if row is None else Turn(row, row.now)
