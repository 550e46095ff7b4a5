"""How the composer's form becomes a post, and a post becomes the composer's form again."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from library.choosing import Photo
from publishing import clock, scheduling
from publishing.forms import PostForm
from publishing.models import Post, PostRevision, Publication
from workspaces.models import Client, Membership, Workspace

Status = Publication.Status


def posts_of(membership: Membership) -> Any:
    """Return the posts a person may open: those of their clients, and their own that have no client yet."""
    posts = Post.objects.filter(deleted_at=None)
    limits = membership.client_ids()
    if limits is None:
        return posts
    return posts.filter(client_id__in=limits) | posts.filter(client=None, created_by=membership.user)


def is_draft(post: Post) -> bool:
    """Say whether nothing of a post has left the drafts, so that it may be saved by itself."""
    return not post.publications.exclude(status__in=(Status.DRAFT, Status.CANCELLED)).exists()


def save(
    form: PostForm, photo: Photo, *, membership: Membership, post: Post | None, draft: bool, client: Client | None
) -> Post:
    """Plan what a valid form says, or keep it as a draft. Raises what `scheduling.plan` and `edit` raise."""
    data = form.cleaned_data
    rendition = photo.rendition()
    values: dict[str, Any] = {
        "by": membership.user,
        "membership": membership,
        "caption": data["caption"],
        "items": [(rendition, data["alt_text"])] if rendition else [],
        "accounts": data["accounts"],
        "when": form.slot(draft=draft),
        "twin_ok": data["twin_ok"],
        "client": data["accounts"][0].client if data["accounts"] else client,
    }
    if post is None:
        return scheduling.plan(**values)
    return scheduling.edit(post, **values)


@transaction.atomic
def forget_older_drafts(post: Post) -> None:
    """Keep only the newest state of a post that never left the drafts; nobody has seen the others."""
    latest = post.latest()
    PostRevision.objects.filter(post=post, publications=None).exclude(pk=latest.pk).delete()


def form_data_of(post: Post) -> tuple[dict[str, Any], Photo]:
    """Return what the composer shows for a post: the initial values of its form, and its photo."""
    revision = post.latest()
    item = revision.items.select_related("asset", "rendition").first()
    rows = list(post.publications.exclude(status=Status.CANCELLED))
    first = rows[0] if rows else None
    initial = {
        "accounts": [str(row.ig_user_id) for row in rows],
        "caption": revision.caption,
        "alt_text": item.alt_text if item else "",
        "when": "at",
        "at": first.wall_time[:16] if first else "",
        "zone": first.time_zone if first else "",
        "seen": revision.number,
    }
    return initial, Photo(item.asset, item.rendition.recipe) if item else Photo()


def first_time(day: str, workspace: Workspace) -> str:
    """Return the wall time a new post starts with: nine in the morning of `day`, or the next full hour today."""
    now = timezone.now()
    next_hour = clock.wall_time_of(now + timedelta(hours=1), workspace.time_zone)[:13] + ":00"
    try:
        asked = f"{clock.parse_wall_time(day):%Y-%m-%d}T09:00"
    except clock.NoSuchTime:
        return next_hour
    return max(asked, next_hour)
