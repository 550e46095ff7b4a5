"""Finding the post we sent among an account's media. Never the first of the list: exactly one candidate or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from meta.ig_media import Media
from publishing.deciding import Listing
from publishing.fingerprint import normalised

CLOCKS_DIFFER = timedelta(seconds=120)
FEED = ("", "FEED", "POST")
IMAGES = ("", "IMAGE")


@dataclass(frozen=True)
class Sent:
    """What we know about what we sent."""

    caption: str
    since: datetime
    """The moment of the first fence: nothing of ours can be older."""


def find(sent: Sent, listed: Iterable[Media], taken: frozenset[str]) -> tuple[Listing, Media | None]:
    """Return what the listing proves and the one match, if any. `taken` are media that belong to other posts."""
    near = [media for media in listed if media.id not in taken and _may_be(sent, media)]
    same = [media for media in near if normalised(media.caption) == normalised(sent.caption)]
    if len(same) == 1:
        return Listing.ONE, same[0]
    if same:
        return Listing.SEVERAL, None
    # Meta may leave the caption out of an answer; then a media without one proves nothing either way.
    unsure = normalised(sent.caption) and any(not media.caption for media in near)
    return (Listing.UNREADABLE if unsure else Listing.NONE), None


def _may_be(sent: Sent, media: Media) -> bool:
    return (
        media.timestamp is not None
        and media.timestamp >= sent.since - CLOCKS_DIFFER
        and media.media_type in IMAGES
        and media.media_product_type in FEED
        and not media.children
    )
