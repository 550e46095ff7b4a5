"""Holding posts while something stands in their way, and letting them go on from where they stopped."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from accounts import choosing, gates
from accounts.models import Connection, IGUser
from publishing import late, reading
from publishing.claiming import Turn
from publishing.models import Publication

Status = Publication.Status
Hold = Publication.Hold
WAITING = (Status.SCHEDULED, Status.PREPARING, Status.PROCESSING, Status.READY)
# A container may have been asked for without our hearing of it; making another is harmless.
BACK = Case(When(status=Status.PREPARING, then=Value(Status.SCHEDULED)), default=F("status"))
MENDED_BY_CONNECTING = (Hold.TOKEN, Hold.ACCOUNT)


def hold(turn: Turn, reason: str, problem: str, *, until: datetime | None, cure: str = "", **changes: Any) -> None:
    """Put the row on hold from its own state; look again at `until`, or when what is wrong was put right."""
    state = turn.row.status
    turn.rest(
        until,
        status=Status.HELD,
        held_from=Status.SCHEDULED if state == Status.PREPARING else state,
        held_reason=reason,
        problem=problem[:400],
        cure=cure[:400],
        waited_for_quota=turn.row.waited_for_quota or reason == Hold.QUOTA,
        **changes,
    )


def look_again(turn: Turn) -> None:
    """The step of a row on hold whose time to look again has come."""
    row, connection = turn.row, turn.row.connection
    if row.held_from != Status.CONFIRMING and late.is_too_late(turn):
        return late.give_up(turn)
    if row.held_reason in MENDED_BY_CONNECTING and not _is_reachable(row):
        return turn.rest(None)
    if row.held_reason == Hold.QUOTA and connection and not reading.has_quota(row, connection):
        return turn.rest_for(turn.timing.hold_quota)
    if row.held_reason == Hold.RATE and connection and not (room := gates.room_for(connection, "publish")).ok:
        return turn.rest(room.until or turn.now + turn.timing.hold_rate)
    return _let_go(turn)


def _is_reachable(row: Publication) -> bool:
    """Say whether the row's connection lives, or for reading any connection of the account."""
    if row.connection and row.connection.is_usable:
        return True
    return row.held_from == Status.CONFIRMING and bool(row.ig_user and choosing.connection_for(row.ig_user, "read"))


def _let_go(turn: Turn) -> None:
    back = turn.row.held_from or Status.SCHEDULED
    try:
        with transaction.atomic():
            turn.rest(turn.now, status=back, held_from="", held_reason="", problem="", cure="")
    except IntegrityError:  # A post with the same caption is being confirmed; they could not be told apart.
        turn.rest_for(turn.timing.twin)


def connection_lost(connection: Connection) -> int:
    """Hold the posts of a dead connection and return how many. Those that another connection can take go on."""
    rows = Publication.objects.filter(connection=connection, status__in=WAITING)
    other = choosing.connection_for(connection.ig_user, "publish")
    if other is not None:
        rows.filter(container_id="", first_fence_at=None).update(connection=other, app_id=other.app_id)
    return rows.update(
        status=Status.HELD,
        held_from=BACK,
        held_reason=Hold.TOKEN,
        problem=connection.problem,
        next_run_at=None,
        lease_until=None,
        lease_epoch=F("lease_epoch") + 1,
    )


def account_usable(ig_user: IGUser) -> int:
    """Let the posts of an account go on that waited for a connection, and return how many.

    Each goes on from its own state. One whose connection stays dead takes another if nothing of it was ever sent: the
    container that belongs to the dead one is left to expire.
    """
    held = Publication.objects.filter(ig_user=ig_user, status=Status.HELD, held_reason__in=MENDED_BY_CONNECTING)
    free = {"lease_until": None, "lease_epoch": F("lease_epoch") + 1, "crashes": 0, "next_run_at": timezone.now()}
    alive = held.filter(connection__state__in=Connection.USABLE)
    resumed = alive.update(**free)  # They stay on hold for a moment: their next turn checks the late policy.
    orphans = held.exclude(connection__state__in=Connection.USABLE)
    resumed += orphans.filter(held_from=Status.CONFIRMING).update(**free)
    other = choosing.connection_for(ig_user, "publish")
    if other is None:
        return resumed
    orphans = orphans.filter(first_fence_at=None)
    return resumed + orphans.update(
        connection=other, app_id=other.app_id, held_from=Status.SCHEDULED, container_id="", container_state="", **free
    )


def account_removed(ig_user: IGUser) -> int:
    """Cancel what was not sent yet and return how much; what was published stays on record."""
    sent = Q(status=Status.HELD, held_from__in=Publication.AFTER_FENCE)
    rows = Publication.objects.filter(ig_user=ig_user, status__in=(*WAITING, Status.HELD, Status.DRAFT)).exclude(sent)
    return rows.update(status=Status.CANCELLED, next_run_at=None, lease_until=None, lease_epoch=F("lease_epoch") + 1)
