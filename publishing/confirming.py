"""After the fence: find out by reading alone what became of a send, however long it takes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import choosing, gates
from accounts.models import Connection
from publishing import deciding, holding, late, reading, recording
from publishing.claiming import Turn
from publishing.deciding import Case, Container, Doubt, Listing, Move
from publishing.models import Publication

Status = Publication.Status
Hold = Publication.Hold
MOST_CONTAINERS = 5
"""Per post, those that died after being sent included."""
REASONS = {Doubt.TOKEN: Hold.TOKEN, Doubt.ACCOUNT: Hold.ACCOUNT, Doubt.QUOTA: Hold.QUOTA, Doubt.RATE: Hold.RATE}


def confirm(turn: Turn) -> None:
    """Read the container and the listing once, and act on what they prove."""
    row = turn.row
    gates.release_fence(row.app_id, row.ig_id, row.pk)
    connection = row.connection
    if connection is None:
        return recording.review(turn, _("The connection it was sent through is gone, so we cannot look."))
    seen = reading.container(row, connection)
    listed = reading.listing(row, _who_can_list(row, connection))
    if seen.container is Container.PUBLISHED:
        # Sticky and not fenced: whoever has the row must never send this container again.
        Publication.objects.filter(pk=row.pk, container_id=row.container_id).update(seen_published_at=turn.now)
    counted = count(turn, seen.container, listed.listing)
    case = case_of(turn, refused=reading.is_token_trouble(listed.error))
    return act(turn, deciding.verdict(case, seen.container, listed.listing), seen, listed, counted)


def _who_can_list(row: Publication, connection: Connection) -> Connection:
    """A listing reads the same through any connection of the account; a container only through its own."""
    if connection.is_usable or row.ig_user is None:
        return connection
    return choosing.connection_for(row.ig_user, "read") or connection


def count(turn: Turn, container: Container, listing: Listing) -> dict[str, Any]:
    """Add this moment's reads to the row (in memory) and return the columns to write with the outcome."""
    row = turn.row
    row.confirm_reads += 1
    if container is Container.FINISHED:
        row.finished_reads += 1
        row.first_finished_at = row.first_finished_at or turn.now
    if listing is Listing.NONE:
        row.absent_reads += 1
    names = ("confirm_reads", "finished_reads", "first_finished_at", "absent_reads")
    return {name: getattr(row, name) for name in names} | {"container_state": container.value}


def case_of(turn: Turn, *, refused: bool) -> Case:
    """Return what the row knows, in the words of the protocol."""
    row, timing, now = turn.row, turn.timing, turn.now
    sent_ago = now - (row.fence_at or now)
    finished_for = now - (row.first_finished_at or now)
    return Case(
        doubt=Doubt(row.doubt or Doubt.UNKNOWN),
        sends=row.send_count,
        sends_allowed=recording.sends_allowed(row),
        seen_published=row.seen_published_at is not None,
        finished_twice=row.finished_reads >= 2 and finished_for >= timing.confirm_apart,
        absent_twice=row.absent_reads >= 2,
        settled=sent_ago >= timing.settled,
        expired_by_rule=sent_ago >= timing.container_life,
        over=sent_ago >= timing.give_up_confirming,
        in_time=not late.is_too_late(turn),
        containers_left=row.containers_made < MOST_CONTAINERS,
        token_refused=refused,
    )


def act(
    turn: Turn, move: Move, seen: reading.ContainerRead, listed: reading.ListingRead, counted: dict[str, Any]
) -> None:
    row = turn.row
    match move:
        case Move.PUBLISHED:
            recording.saw_published(turn, listed.media)
        case Move.SEND_AGAIN:
            send_again(turn)
        case Move.RESTAGE:
            recording.restage(turn, turn.now)
        case Move.HOLD:
            put_on_hold(turn, counted)
        case Move.BLIND:
            wait_for_token(turn, counted)
        case Move.FAIL:
            recording.fail(
                turn,
                row.problem or _("Instagram did not take it."),
                row.cure,
                code=row.error_code,
                subcode=seen.subcode or row.error_subcode,
                **counted,
            )
        case Move.REVIEW:
            several = listed.listing is Listing.SEVERAL
            text = _("Several posts on the account could be this one.") if several else why(turn)
            recording.review(turn, text, **counted)
        case _:
            turn.rest(next_read(turn), **counted)


def send_again(turn: Turn) -> None:
    """The same container once more, and never before a minute has passed since it was sent."""
    row = turn.row
    earliest = (row.fence_at or turn.now) + turn.timing.resend
    turn.rest(max(earliest, turn.now), status=Status.READY, looked_at=None, **recording.NO_READS_YET)


def put_on_hold(turn: Turn, counted: dict[str, Any]) -> None:
    """Wait for what Meta objected to; after that only full proof of absence sends it again."""
    row, timing = turn.row, turn.timing
    reason = REASONS[Doubt(row.doubt)]
    waits = {Hold.TOKEN: timing.second_refusal, Hold.QUOTA: timing.hold_quota, Hold.RATE: timing.hold_rate}
    until = turn.now + waits[reason] if reason in waits else None
    holding.hold(turn, reason, row.problem, cure=row.cure, until=until, **counted, doubt=Doubt.CLEARED)


def wait_for_token(turn: Turn, counted: dict[str, Any]) -> None:
    """Nothing can be read until somebody reconnects the account; then reading goes on where it stopped."""
    connection = turn.row.connection
    until = turn.now + turn.timing.second_refusal if connection and connection.is_usable else None
    holding.hold(turn, Hold.TOKEN, _("Instagram no longer accepts this connection."), until=until, **counted)


def next_read(turn: Turn) -> datetime:
    """Return when to read again: soon after the fence, then ever more rarely, hourly to the end."""
    row, plan = turn.row, turn.timing.confirm_reads
    fence_at = row.fence_at or turn.now
    if row.confirm_reads < len(plan):
        return max(fence_at + plan[row.confirm_reads], turn.now + plan[0])
    return turn.now + turn.timing.confirm_repeat


def why(turn: Turn) -> str:
    """Return the sentence that asks a person, with the reason."""
    if turn.now - (turn.row.fence_at or turn.now) >= turn.timing.give_up_confirming:
        return _("For a day Instagram has not let us see whether it went live.")
    return recording.sent_often_enough()
