"""The mirror of Meta's nodes: the only writer of what we know about accounts and their media."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone

from accounts import graphs, health, pictures
from accounts.models import Connection, IGMedia, IGUser
from meta import ig_user as ig_user_node
from meta.errors import MetaError
from meta.ig_media import Media
from meta.ig_user import Profile
from meta.logins import BY_KEY

PICTURE_SIDE = 320
THUMBNAIL_SIDE = 640
PICTURE_LASTS = timedelta(days=7)
SECONDS_FOR_THUMBNAILS = 45
MEDIA_VALUES = (
    "media_type",
    "media_product_type",
    "caption",
    "permalink",
    "posted_at",
    "like_count",
    "comments_count",
    "read_at",
    "gone_at",
)


def read_profile(connection: Connection) -> Profile:
    """Ask Meta for the account's profile, note how that went, and return it. Raises MetaError."""
    try:
        graph = graphs.graph_for(connection)
        has_pages = BY_KEY[connection.login].has_pages
        profile = ig_user_node.get(graph, connection.ig_user.ig_id) if has_pages else ig_user_node.me(graph)
    except MetaError as error:
        health.note_error(connection, error)
        raise
    health.note_success(connection)
    return profile


def store_profile(ig_user: IGUser, profile: Profile, *, with_picture: bool = True) -> IGUser:
    """Write a profile over the mirror; what Meta left out stays as it was known. The picture is renewed weekly."""
    if profile.ig_id != ig_user.ig_id:
        raise ValueError("This profile belongs to another account.")
    now = timezone.now()
    texts = {"username": 64, "name": 150, "account_type": 32, "biography": 2000, "website": 2000}
    values: dict[str, object] = {
        name: getattr(profile, name)[:limit] for name, limit in texts.items() if getattr(profile, name)
    }
    counts = ("followers_count", "follows_count", "media_count")
    values |= {name: getattr(profile, name) for name in counts if getattr(profile, name) is not None}
    values["profile_read_at"] = now
    IGUser.objects.filter(pk=ig_user.pk).update(**values)
    for name, value in values.items():
        setattr(ig_user, name, value)
    if with_picture:
        renew_picture(ig_user, profile.profile_picture_url)
    return ig_user


def renew_picture(ig_user: IGUser, url: str) -> None:
    """Fetch the profile picture if there is none yet or the one we have is a week old."""
    now = timezone.now()
    if ig_user.picture_read_at and now - ig_user.picture_read_at <= PICTURE_LASTS:
        return
    drawn = pictures.fetch(url, side=PICTURE_SIDE)
    if drawn is None:
        return
    if ig_user.picture:
        ig_user.picture.delete(save=False)
    ig_user.picture.save(f"{ig_user.pk}.jpg", ContentFile(drawn), save=False)
    IGUser.objects.filter(pk=ig_user.pk).update(picture=ig_user.picture.name, picture_read_at=now)
    ig_user.picture_read_at = now


def store_media(
    ig_user: IGUser, items: Sequence[Media], read_at: datetime, *, thumbnails: bool = True
) -> list[IGMedia]:
    """Write media as read at `read_at` and return their rows in the order of `items`.

    A row that was read later than `read_at` stays as it is. Thumbnails that are missing are fetched within a time
    budget; what does not fit into it is fetched the next time.
    """
    wanted = {item.id: item for item in items if item.id}
    known = {row.media_id: row for row in IGMedia.objects.filter(ig_user=ig_user, media_id__in=wanted)}
    made = [
        _filled(IGMedia(workspace_id=ig_user.workspace_id, ig_user=ig_user, media_id=media_id), item, read_at)
        for media_id, item in wanted.items()
        if media_id not in known
    ]
    IGMedia.objects.bulk_create(made, ignore_conflicts=True)
    renewed = [_filled(row, wanted[media_id], read_at) for media_id, row in known.items() if row.read_at <= read_at]
    IGMedia.objects.bulk_update(renewed, MEDIA_VALUES)
    rows = {row.media_id: row for row in IGMedia.objects.filter(ig_user=ig_user, media_id__in=wanted)}
    if thumbnails:
        _keep_thumbnails([(rows[media_id], wanted[media_id]) for media_id in wanted if media_id in rows])
    return [rows[media_id] for media_id in wanted if media_id in rows]


def _filled(row: IGMedia, item: Media, read_at: datetime) -> IGMedia:
    row.media_type = item.media_type[:24] or row.media_type
    row.media_product_type = item.media_product_type[:16] or row.media_product_type
    row.caption = item.caption
    row.permalink = item.permalink[:300] or row.permalink
    row.posted_at = item.timestamp or row.posted_at
    row.like_count = item.like_count
    row.comments_count = item.comments_count
    row.read_at = read_at
    row.gone_at = None
    return row


def _keep_thumbnails(pairs: Sequence[tuple[IGMedia, Media]]) -> None:
    until = time.monotonic() + SECONDS_FOR_THUMBNAILS
    for row, item in pairs:
        if row.thumbnail:
            continue
        if time.monotonic() > until:
            return
        drawn = pictures.fetch(thumbnail_url(item), side=THUMBNAIL_SIDE)
        if drawn is not None:
            row.thumbnail.save(f"{row.ig_user_id}/{row.media_id}.jpg", ContentFile(drawn), save=False)
            IGMedia.objects.filter(pk=row.pk).update(thumbnail=row.thumbnail.name)


def thumbnail_url(item: Media) -> str:
    """Return where a still picture of a media is: a video's cover, an image itself, an album's first child."""
    if item.thumbnail_url:
        return item.thumbnail_url
    if item.media_type != "VIDEO" and item.media_url:
        return item.media_url
    return next((found for found in map(thumbnail_url, item.children) if found), "")


def mark_gone(ig_user: IGUser, seen: Sequence[str], *, since: datetime) -> int:
    """Mark media posted since then as gone when a complete listing did not show them, and return how many."""
    missing = IGMedia.objects.live().filter(ig_user=ig_user, posted_at__gte=since).exclude(media_id__in=seen)
    return missing.exclude(Q(media_product_type="STORY")).update(gone_at=timezone.now())
