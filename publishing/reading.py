"""What the engine asks Meta, each answer turned into a word of the protocol."""

from dataclasses import dataclass

from django.db.models import Q

from accounts import gates, graphs, health
from accounts.models import AccountGate, Connection
from meta import ig_container, ig_media
from meta.errors import MetaError, TokenInvalid
from meta.ig_media import Media
from publishing import matching
from publishing.deciding import Container, Listing
from publishing.models import Publication
from workspaces.scoping import across_workspaces

Status = Publication.Status
PAGES = 4
PER_PAGE = 50
ON_THEIR_WAY = (Status.PREPARING, Status.PROCESSING, Status.READY, Status.PUBLISHING, Status.CONFIRMING)


@dataclass(frozen=True)
class ContainerRead:
    """One look at a container; `error` says why it could not be read."""

    container: Container
    subcode: int | None = None
    error: MetaError | None = None


@dataclass(frozen=True)
class ListingRead:
    """One look at an account's media, and the one that is ours."""

    listing: Listing
    media: Media | None = None
    error: MetaError | None = None


def is_token_trouble(error: MetaError | None) -> bool:
    return isinstance(error, TokenInvalid)


def container(row: Publication, connection: Connection) -> ContainerRead:
    """Return what Meta says about the row's container."""
    try:
        said = ig_container.status(graphs.graph_for(connection), row.container_id)
    except MetaError as error:
        health.note_error(connection, error)
        return ContainerRead(Container.UNREADABLE, error=error)
    health.note_success(connection)
    if said.status_code is not None:
        return ContainerRead(Container(said.status_code.value), said.error_subcode)
    # Some answers carry the error in their text alone.
    return ContainerRead(Container.ERROR if said.error_subcode else Container.UNREADABLE, said.error_subcode)


def listing(row: Publication, connection: Connection) -> ListingRead:
    """Return whether what we sent stands among the account's media."""
    if row.first_fence_at is None:
        return ListingRead(Listing.NONE)
    sent = matching.Sent(row.revision.caption, row.first_fence_at)
    try:
        listed = _media_since(connection, sent)
    except MetaError as error:
        health.note_error(connection, error)
        return ListingRead(Listing.UNREADABLE, error=error)
    found, media = matching.find(sent, listed, _taken(row, listed))
    return ListingRead(found, media)


def _media_since(connection: Connection, sent: matching.Sent) -> list[Media]:
    graph, after = graphs.graph_for(connection), None
    listed: list[Media] = []
    for _page in range(PAGES):
        page = ig_media.list_media(graph, connection.ig_user.ig_id, limit=PER_PAGE, after=after)
        listed += page.items
        after = page.after
        oldest = min((item.timestamp for item in page.items if item.timestamp), default=None)
        if after is None or oldest is None or oldest < sent.since - matching.CLOCKS_DIFFER:
            break
    return listed


def _taken(row: Publication, listed: list[Media]) -> frozenset[str]:
    """Return the media that belong to other posts, of other workspaces too: they publish to the same account."""
    with across_workspaces("A media found on an account may belong to another workspace's post."):
        others = Publication.objects.filter(ig_id=row.ig_id, ig_media_id__in=[media.id for media in listed])
        return frozenset(others.exclude(pk=row.pk).values_list("ig_media_id", flat=True))


def has_quota(row: Publication, connection: Connection) -> bool:
    """Say whether the account may still publish today, counting those on their way. Not knowing stops nothing."""
    try:
        quota = gates.read_quota(connection)
    except MetaError as error:
        health.note_error(connection, error)
        return True
    return (quota.quota_used or 0) + _on_their_way(row) < _total(quota)


def _total(quota: AccountGate) -> int:
    return ig_container.ASSUMED_QUOTA if quota.quota_total is None else quota.quota_total


def _on_their_way(row: Publication) -> int:
    """Return how many posts of the account go out before this one, in any workspace."""
    with across_workspaces("Meta counts an account's posts together, whichever workspace sends them."):
        others = Publication.objects.filter(app_id=row.app_id, ig_id=row.ig_id, status__in=ON_THEIR_WAY)
        earlier = Q(scheduled_at__lt=row.scheduled_at) | Q(scheduled_at=row.scheduled_at, pk__lt=row.pk)
        return others.filter(earlier).count()
