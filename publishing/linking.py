"""The permalink of what is live, and the media it is. Cosmetic: nothing here changes a status."""

from django.db import IntegrityError, transaction

from accounts import gates, graphs, health, syncing
from accounts.models import Connection
from meta import ig_media
from meta.errors import MetaError
from meta.ig_media import Media
from publishing import reading
from publishing.claiming import Turn
from publishing.models import Publication


def link(turn: Turn) -> None:
    """Look for the media and its link once; look again later, for a day."""
    row, connection = turn.row, turn.row.connection
    # A worker that died between telling of the success and opening the account again left that to us.
    gates.release_fence(row.app_id, row.ig_id, row.pk)
    if row.permalink or connection is None or not connection.is_usable:
        return turn.rest(None)
    media = _media(row, connection)
    if media is None or not media.permalink:
        return _later(turn)
    try:
        with transaction.atomic():
            turn.rest(None, ig_media_id=media.id, permalink=media.permalink[:300])
    except IntegrityError:  # Somebody else's post has it by now, so it is not ours.
        return _later(turn)
    if row.ig_user is not None:
        syncing.store_media(row.ig_user, [media], turn.now)
    return None


def _media(row: Publication, connection: Connection) -> Media | None:
    if not row.ig_media_id:
        return reading.listing(row, connection).media
    try:
        media = ig_media.get(graphs.graph_for(connection), row.ig_media_id)
    except MetaError as error:
        health.note_error(connection, error)
        return None
    health.note_success(connection)
    return media


def _later(turn: Turn) -> None:
    row, waits = turn.row, turn.timing.links
    if row.published_at and turn.now - row.published_at > turn.timing.container_life:
        return turn.rest(None)
    after = waits[min(row.status_reads + 1, len(waits) - 1)]
    return turn.rest_for(after, status_reads=row.status_reads + 1)
