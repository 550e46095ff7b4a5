"""Addresses of the small pictures in lists; '' where there is none."""

from django.urls import reverse

from accounts.models import IGMedia, IGUser
from publishing.models import Publication


def of_account(slug: str, account: IGUser | None) -> str:
    return reverse("ig_user_picture", args=[slug, account.id]) if account and account.picture else ""


def of_media(slug: str, media: IGMedia) -> str:
    return reverse("media_thumbnail", args=[slug, media.id]) if media.thumbnail else ""


def of_publication(slug: str, publication: Publication | None) -> str:
    """Return the thumbnail of the first item; its revision's items should be prefetched."""
    items = list(publication.revision.items.all()) if publication else []
    return reverse("asset_thumb", args=[slug, items[0].asset_id]) if items else ""
