"""An account's media with their figures: rows of a table and photographs under a chart."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import IGMedia, IGUser
from insights import catalogue, figures
from insights.catalogue import Product
from insights.days import SETTLES, day_of
from insights.models import MediaValue
from screens.charts import Photo

LATEST = 10
HABIT_OF = 50
COLUMNS = ("reach", "views", "likes", "comments", "saved", "shares")
# In the listing itself, and so known where Instagram gives no insights, as before the account was professional.
ON_THE_MEDIA = {"likes": "like_count", "comments": "comments_count"}
KINDS: dict[str, tuple[str | Promise, str]] = {
    "REELS": (gettext_lazy("Reel"), "clapperboard"),
    "STORY": (gettext_lazy("Story"), "circle-dashed"),
    "CAROUSEL_ALBUM": (gettext_lazy("Carousel"), "gallery-horizontal-end"),
    "VIDEO": (gettext_lazy("Video"), "play"),
    "FEED": (gettext_lazy("Post"), "image"),
}


@dataclass(frozen=True)
class Cell:
    """One figure of one media: a number; None is unknown; `applies` False: this kind of media has no such figure."""

    value: float | None
    applies: bool = True


@dataclass(frozen=True)
class Row:
    """One media of the table."""

    media: IGMedia
    word: str | Promise
    icon: str
    cells: list[Cell]
    times_usual: float | None
    provisional: bool


def newest(account: IGUser) -> list[IGMedia]:
    """Return the newest media with their figures, in two queries."""
    values = Prefetch("values", queryset=MediaValue.objects.filter(breakdown=""))
    rows = IGMedia.objects.live().filter(ig_user=account).order_by("-posted_at")
    return list(rows.prefetch_related(values)[:HABIT_OF])


def rows(media: list[IGMedia], now: datetime, *, everything: bool) -> list[Row]:
    """Return the latest media, or all that were read, against the account's habit."""
    reach = catalogue.MEDIA["reach"].id
    numbers = {one.pk: {value.metric: value.value for value in one.values.all()} for one in media}
    habit = figures.usual({pk: known.get(reach) for pk, known in numbers.items()})
    return [_row(one, numbers[one.pk], habit, now) for one in (media if everything else media[:LATEST])]


def _row(media: IGMedia, known: dict[int, float], habit: float | None, now: datetime) -> Row:
    kind = catalogue.product_of(media.media_product_type) or Product.FEED
    word, icon = KINDS[media.media_type if kind is Product.FEED and media.media_type in KINDS else kind.value]
    return Row(
        media=media,
        word=word,
        icon=icon,
        cells=[_cell(media, catalogue.MEDIA[name], kind, known) for name in COLUMNS],
        times_usual=figures.against(known.get(catalogue.MEDIA["reach"].id), habit),
        provisional=bool(media.posted_at and now - media.posted_at < SETTLES),
    )


def _cell(media: IGMedia, metric: catalogue.Metric, kind: Product, known: dict[int, float]) -> Cell:
    value = known.get(metric.id)
    if value is None and metric.name in ON_THE_MEDIA:
        value = getattr(media, ON_THE_MEDIA[metric.name])
    return Cell(value, applies=kind in metric.products)


def photos(account: IGUser, media: list[IGMedia], first: date, last: date) -> list[Photo]:
    """Return the photographs of these days, each on Instagram's day it was posted."""
    slug = account.workspace.slug
    return [
        Photo(
            day_of(one.posted_at),
            reverse("media_thumbnail", kwargs={"workspace": slug, "pk": one.pk}),
            one.permalink,
            one.caption[:80] or _("Post"),
        )
        for one in media
        if one.posted_at and one.thumbnail and first <= day_of(one.posted_at) <= last
    ]
