"""The one way into a workspace's files without its address: an unexpired media link."""

from django.db.models import F
from django.utils import timezone

from library.links import hashed
from library.models import MediaLink, Rendition
from workspaces.scoping import across_workspaces


def rendition_by(token: str, *, count: bool) -> Rendition | None:
    """Return the rendition an unexpired link leads to, and count the fetch; otherwise None."""
    with across_workspaces("A media link's token names its workspace; Meta's fetcher has no session."):
        now = timezone.now()
        link = (
            MediaLink.objects.select_related("rendition").filter(token_hash=hashed(token), expires_at__gt=now).first()
        )
        if link is None:
            return None
        if count:
            MediaLink.objects.filter(pk=link.pk).update(fetches=F("fetches") + 1, fetched_at=now)
        return link.rendition
