"""Who works on which sync: fair between workspaces, one at a time per account, fenced by an epoch.

The database is the queue. A claim is a conditional UPDATE by the database's clock, so a killed worker's claim runs out
by itself, and what it would still write is refused because its epoch is no longer the row's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import Now, RowNumber

from accounts.leasing import in_future
from accounts.models import IGUser
from insights.models import SyncRun

LEASE = timedelta(seconds=150)
SEATS = 16
SEATS_PER_WORKSPACE = 4
URGENCY = (SyncRun.Kind.FIRST, SyncRun.Kind.MANUAL, SyncRun.Kind.DAILY, SyncRun.Kind.BACKFILL)

_in_flight = Q(state=SyncRun.State.RUNNING, lease_until__gte=Now())
_free = Q(lease_until=None) | Q(lease_until__lt=Now())


class LeaseLost(Exception):
    """Another worker has the run now; nothing of ours may be written any more."""


@dataclass(frozen=True)
class Claim:
    workspace_id: UUID
    run_id: UUID
    epoch: int


def share_out() -> list[Claim]:
    """Claim due runs for the seats that are free: workspaces take turns, those with least under way first."""
    under_way = SyncRun.objects.filter(_in_flight).order_by().values_list("workspace_id")
    busy = dict(under_way.annotate(seats=Count("pk")))
    room = SEATS - sum(busy.values())
    claims: list[Claim] = []
    for run in in_turn(_first_of_each(), busy):
        if len(claims) >= room:
            break
        if (epoch := claim(run)) is not None:
            claims.append(Claim(run.workspace_id, run.pk, epoch))
    return claims


def _first_of_each() -> QuerySet[SyncRun]:
    """Return the due runs, at most a workspace's share of each, one per account."""
    urgency = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(URGENCY)), output_field=IntegerField())
    same_account = SyncRun.objects.filter(_in_flight, ig_user=OuterRef("ig_user"))
    due = SyncRun.objects.open().filter(_free, ~Exists(same_account), next_run_at__lte=Now())
    place = Window(RowNumber(), partition_by=F("workspace_id"), order_by=["urgency", "next_run_at"])
    return due.annotate(urgency=urgency).annotate(place=place).filter(place__lte=SEATS_PER_WORKSPACE)


def in_turn(rows: QuerySet[SyncRun], busy: dict[UUID, int]) -> list[SyncRun]:
    """Return the runs in the order of service: first each workspace's first, then each one's second."""

    def turn(run: SyncRun) -> tuple[int, int, datetime]:
        return (busy.get(run.workspace_id, 0) + run.place, run.urgency, run.next_run_at)  # type: ignore[attr-defined]

    return [run for run in sorted(rows, key=turn) if turn(run)[0] <= SEATS_PER_WORKSPACE]


def claim(run: SyncRun) -> int | None:
    """Take one run, and return our epoch; None when somebody else works on it or on its account."""
    with transaction.atomic():
        # PostgreSQL needs the lock so that two kinds of sync of one account cannot both see it free.
        IGUser.objects.select_for_update(no_key=True).filter(pk=run.ig_user_id).first()
        if SyncRun.objects.filter(_in_flight, ig_user_id=run.ig_user_id).exists():
            return None
        won = (
            SyncRun.objects.open()
            .filter(_free, pk=run.pk, next_run_at__lte=Now())
            .update(state=SyncRun.State.RUNNING, lease_until=in_future(LEASE), lease_epoch=F("lease_epoch") + 1)
        )
        return SyncRun.objects.values_list("lease_epoch", flat=True).get(pk=run.pk) if won else None


def hold(run_id: UUID, epoch: int) -> tuple[SyncRun, datetime]:
    """Renew our lease, and return the run as it stands with the database's time. Raises LeaseLost."""
    ours = SyncRun.objects.filter(pk=run_id, lease_epoch=epoch, state=SyncRun.State.RUNNING)
    if not ours.update(lease_until=in_future(LEASE)):
        raise LeaseLost
    run = ours.select_related("ig_user__client", "ig_user__workspace").annotate(clock=Now()).get()
    return run, run.clock


def write(run: SyncRun, epoch: int, **changes: object) -> None:
    """Change the run while it is ours. Raises LeaseLost, which undoes the transaction it stands in."""
    if not SyncRun.objects.filter(pk=run.pk, lease_epoch=epoch).update(**changes):
        raise LeaseLost
    for name, value in changes.items():
        setattr(run, name, value)


def let_go(run: SyncRun, epoch: int, *, wait: timedelta = timedelta(0), problem: str = "", failures: int = 0) -> None:
    """Give the seat up; the run goes on after `wait`, from its cursor."""
    write(
        run,
        epoch,
        state=SyncRun.State.WAITING,
        lease_until=None,
        next_run_at=in_future(wait),
        problem=problem[:300],
        failures=failures,
    )


def finish(run: SyncRun, epoch: int, state: str, problem: str = "") -> None:
    write(run, epoch, state=state, lease_until=None, finished_at=Now(), problem=problem[:300])
