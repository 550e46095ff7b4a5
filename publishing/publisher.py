"""One remote step of one publication at a time, each committed before and after; no step sleeps or holds a transaction.

scheduled → preparing → processing → ready → (fence) publishing → published, or confirming when nobody can say.
A container is invisible, so everything before the fence may be repeated. After it nothing is a failure until a read
proves it (`confirming`).
"""

import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from accounts import choosing, gates, graphs, health, ledger
from accounts.models import Connection
from library import links
from meta import error_table, ig_container
from meta.errors import MetaError
from publishing import claiming, confirming, deciding, holding, late, linking, reading, recording, trouble
from publishing.claiming import LostLease, Turn
from publishing.deciding import Container, Doubt, Move
from publishing.models import Publication

log = logging.getLogger(__name__)
Status = Publication.Status
Hold = Publication.Hold
MOST_CRASHES = 5
MOST_CONTAINERS = 3
TURNS_PER_TICKET = 12
MEDIA_LINK_LIVES = timedelta(hours=3)


def advance(publication_id: UUID, epoch: int) -> None:
    """Take up a ticket, and take every step that is due at once. The row's workspace is in force."""
    turn = claiming.begin(publication_id, epoch)
    for left in reversed(range(TURNS_PER_TICKET)):
        if turn is None:
            return
        take_step(turn)
        turn = claiming.go_on(turn) if left else None


def take_step(turn: Turn) -> None:
    """Take the one step that the row's state asks for. What our own code breaks on is counted by the claim."""
    row = turn.row
    try:
        if row.crashes > MOST_CRASHES:
            return recording.park(turn)
        match row.status:
            case Status.SCHEDULED | Status.PREPARING:
                stage(turn)
            case Status.PROCESSING:
                look_at_container(turn)
            case Status.READY:
                go_out(turn)
            case Status.CONFIRMING:
                confirming.confirm(turn)
            case Status.PUBLISHED:
                linking.link(turn)
            case Status.HELD:
                holding.look_again(turn)
            case _:
                turn.rest(None)
    except LostLease:
        log.info("Publication %s belongs to somebody else now.", row.pk)


def stage(turn: Turn) -> None:
    """Have Meta prepare a container, well before it is due."""
    row = turn.row
    if row.scheduled_at and turn.now < row.scheduled_at - turn.timing.stage_ahead:
        return turn.rest(row.scheduled_at - turn.timing.stage_ahead)
    if late.is_too_late(turn):
        return late.give_up(turn)
    connection = connection_or_hold(turn)
    if connection is None or not _has_room(turn, connection):
        return None
    turn.write(
        status=Status.PREPARING,
        containers_made=row.containers_made + 1,
        container_id="",
        container_state="",
        status_reads=0,
        looked_at=None,
    )
    return _create(turn, connection)


def _create(turn: Turn, connection: Connection) -> None:
    row, item = turn.row, turn.row.revision.items.select_related("rendition").first()
    if item is None:
        return recording.fail(turn, _("The photo of this post is gone."), _("Choose a photo again."))
    url = links.media_url(item.rendition, lives=MEDIA_LINK_LIVES)
    try:
        with ledger.attempt("container.create", connection=connection, subject=row.pk, epoch=row.lease_epoch):
            container_id = ig_container.create_image(
                graphs.graph_for(connection),
                connection.ig_user.ig_id,
                image_url=url,
                caption=row.revision.caption,
                alt_text=item.alt_text,
            )
    except MetaError as error:
        return before_the_fence(turn, connection, error)
    health.note_success(connection)
    return turn.rest_for(
        turn.timing.status_reads[0],
        status=Status.PROCESSING,
        container_id=container_id,
        container_created_at=turn.now,
        send_count=0,
        failures=0,
        problem="",
        cure="",
    )


def look_at_container(turn: Turn) -> None:
    """Read how far Meta is."""
    if late.is_too_late(turn):
        return late.give_up(turn)
    connection = connection_or_hold(turn)
    if connection and _is_finished(turn, connection):
        turn.rest(max(_last_look(turn), turn.now), status=Status.READY, looked_at=turn.now, failures=0, problem="")
    return None


def go_out(turn: Turn) -> None:
    """Look a last time shortly before it is due; at the due second exactly one call remains."""
    row = turn.row
    if late.is_too_late(turn):
        return late.give_up(turn) if row.first_fence_at is None else recording.review(turn, recording.too_late())
    connection = connection_or_hold(turn)
    if connection is None:
        return None
    due = row.scheduled_at or turn.now
    is_fresh = row.looked_at is not None and turn.now - row.looked_at < turn.timing.look_keeps
    if turn.now < due and turn.now < _last_look(turn):
        return turn.rest(_last_look(turn))
    if not is_fresh or turn.now < due:
        if not _is_finished(turn, connection) or not _has_room(turn, connection, ask=False):
            return None
        if turn.now < due:
            return turn.rest(due, looked_at=turn.now, failures=0)
        turn.write(looked_at=turn.now, failures=0)
    return send(turn, connection)


def send(turn: Turn, connection: Connection) -> None:
    """Pass the fence and publish. Whatever comes back but an id leaves the outcome open."""
    row = turn.row
    try:
        graph = graphs.graph_for(connection)
    except MetaError as error:
        return before_the_fence(turn, connection, error)
    if not fence(turn):
        return None
    try:
        with ledger.attempt("media.publish", connection=connection, subject=row.pk, epoch=row.lease_epoch):
            media_id = ig_container.publish(graph, connection.ig_user.ig_id, row.container_id)
    except MetaError as error:
        return in_doubt(turn, connection, error)
    recording.record_live(row, media_id)
    return health.note_success(connection)


def fence(turn: Turn) -> bool:
    """Commit that the container is being sent. False: not now, and the row says when to look again.

    One statement decides: the row is ours, ready, due by the database's clock, never seen published, and may be sent
    (once more). It renews the lease, so that nobody takes over while the call can still be under way.
    """
    row = turn.row
    allowed = recording.sends_allowed(row)
    if row.send_count >= allowed:
        recording.review(turn, recording.sent_often_enough())
        return False
    sendable = Publication.objects.filter(
        pk=row.pk,
        lease_epoch=row.lease_epoch,
        status=Status.READY,
        seen_published_at=None,
        send_count__lt=allowed,
        scheduled_at__lte=Now(),
    )
    try:
        with transaction.atomic():
            if not gates.take_fence(row.app_id, row.ig_id, row.pk):
                turn.rest_for(turn.timing.busy)
                return False
            won = sendable.update(
                status=Status.PUBLISHING,
                send_count=F("send_count") + 1,
                fence_at=Now(),
                first_fence_at=Coalesce(F("first_fence_at"), Now()),
                doubt=Doubt.UNKNOWN,
                lease_until=claiming.in_future(turn.timing.lease),
            )
            if not won:
                raise LostLease(str(row.pk))
    except IntegrityError as error:
        turn.rest_for(turn.timing.twin if "caption_key" in str(error) or "no_twin" in str(error) else turn.timing.busy)
        return False
    row.refresh_from_db(fields=["status", "send_count", "fence_at", "first_fence_at", "doubt"])
    return True


def in_doubt(turn: Turn, connection: Connection, error: MetaError) -> None:
    """No id came back: from now on we only read, until a read proves what happened."""
    turn.rest_for(
        turn.timing.confirm_reads[0],
        status=Status.CONFIRMING,
        doubt=trouble.doubt_after(error),
        error_code=error.code,
        error_subcode=error.subcode,
        problem=error.cause[:400],
        cure=error.cure[:400],
        **recording.NO_READS_YET,
    )
    gates.release_fence(turn.row.app_id, turn.row.ig_id, turn.row.pk)
    health.note_error(connection, error)


def connection_or_hold(turn: Turn) -> Connection | None:
    """Return the pinned connection, or another while nothing is prepared yet; else hold the row and return None."""
    row = turn.row
    if row.ig_user is None or row.ig_user.removed_at is not None:
        turn.rest(None, status=Status.CANCELLED, problem=_("The account was removed from this workspace."))
        return None
    if row.connection and choosing.can(row.connection, "publish"):
        return row.connection
    other = choosing.connection_for(row.ig_user, "publish") if not row.container_id else None
    if other is not None:
        turn.write(connection=other, app_id=other.app_id)
        return other
    is_dead = row.connection is None or not row.connection.is_usable
    reason = choosing.why_not(row.ig_user, "publish") or _("The connection this post was prepared through has ended.")
    holding.hold(turn, Hold.TOKEN if is_dead else Hold.ACCOUNT, reason, until=None)
    return None


def _has_room(turn: Turn, connection: Connection, *, ask: bool = True) -> bool:
    """Say whether Meta has room for this post; hold it when not. `ask`: read the publishing limit for it."""
    room = gates.room_for(connection, "publish")
    if not room.ok:
        holding.hold(turn, Hold.RATE, room.reason, until=room.until or turn.now + turn.timing.hold_room)
    elif ask and not reading.has_quota(turn.row, connection):
        text = _("The account has published as much as Instagram allows in 24 hours.")
        holding.hold(turn, Hold.QUOTA, text, until=turn.now + turn.timing.hold_quota)
    else:
        return True
    return False


def _last_look(turn: Turn) -> datetime:
    """Return when to look a last time: up to half a minute before it is due, posts of one second spread out."""
    due = turn.row.scheduled_at or turn.now
    spread = turn.timing.last_look_spread * (turn.row.pk.int % 100 / 100)
    return due - turn.timing.last_look + spread


def _is_finished(turn: Turn, connection: Connection) -> bool:
    """Read the container. True: it can be sent. Otherwise the row rests, and its state says why."""
    row, read = turn.row, reading.container(turn.row, connection)
    move = deciding.before_send(read.container, ever_sent=row.first_fence_at is not None)
    if move is Move.SEND:
        return True
    if move is Move.PUBLISHED:
        recording.saw_published(turn)
    elif move is Move.CONFIRM:
        turn.rest(turn.now, status=Status.CONFIRMING, **recording.NO_READS_YET)
    elif move is Move.RESTAGE:
        _dead_container(turn, read)
    elif read.error is not None:
        before_the_fence(turn, connection, read.error)
    else:
        _still_processing(turn, read.container)
    return False


def _still_processing(turn: Turn, container: Container) -> None:
    row, waits = turn.row, turn.timing.status_reads
    begun = row.container_created_at or turn.now
    if turn.now - begun > turn.timing.give_up_processing:
        return _again_or_fail(turn, _("Instagram did not finish processing the photo."), "")
    after = waits[min(row.status_reads + 1, len(waits) - 1)]
    return turn.rest_for(after, status_reads=row.status_reads + 1, container_state=container.value)


def _dead_container(turn: Turn, read: reading.ContainerRead) -> None:
    """The container is of no more use; make another unless Meta has said that the content is at fault."""
    if read.container is Container.EXPIRED or read.subcode is None:
        return _again_or_fail(turn, _("Instagram could not prepare the photo."), "")
    meaning = error_table.explain(subcode=read.subcode)
    if not meaning.new_container and not issubclass(meaning.kind, trouble.PASSING):
        return recording.fail(turn, meaning.cause, meaning.cure, subcode=read.subcode)
    return _again_or_fail(turn, meaning.cause, meaning.cure, subcode=read.subcode)


def _again_or_fail(turn: Turn, problem: str, cure: str, subcode: int | None = None) -> None:
    if turn.row.containers_made >= MOST_CONTAINERS:
        return recording.fail(turn, problem, cure, subcode=subcode)
    return recording.restage(turn, turn.now + back_off(turn))


def back_off(turn: Turn) -> timedelta:
    """Return how long to wait: longer after each failure in a row, spread so that posts do not come back together."""
    span = turn.timing.back_off * 2 ** min(turn.row.failures, 8)
    return min(span, turn.timing.longest_back_off) * random.uniform(0.7, 1.3)  # noqa: S311 - only spreads retries


def before_the_fence(turn: Turn, connection: Connection, error: MetaError) -> None:
    """Nothing was sent: wait, hold or fail, as the error says. 100/33 never means that the token is dead."""
    row = turn.row
    plan = trouble.before_fence(error, failures=row.failures)
    health.note_error(connection, error)
    if plan.hold:
        until = turn.now + plan.wait(turn.timing) if plan.wait else None
        return holding.hold(turn, plan.hold, error.cause, cure=error.cure, until=until)
    if plan.gives_up:
        return recording.fail(turn, error.cause, error.cure, code=error.code, subcode=error.subcode)
    return turn.rest_for(back_off(turn), failures=row.failures + 1, problem=error.cause[:400], cure=error.cure[:400])
