"""The metrics Gridline knows, as data: what drives the calls, the storage and the labels.

Meta's pages, read 2026-11-22: developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights and
…/reference/instagram-media/insights. A number once given to a metric is never given to another: rows are stored by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BOTH_LOGINS = ("instagram", "facebook")
FACEBOOK_ONLY = ("facebook",)
ACCOUNT_PAGE = "https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights"
MEDIA_PAGE = "https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights"
WINDOWS = (7, 28, 30)


class Level(StrEnum):
    ACCOUNT = "account"
    MEDIA = "media"


class Product(StrEnum):
    """The kinds of media that have metrics of their own; media fields say `REELS`, breakdowns of 2026 say `REEL`."""

    FEED = "FEED"
    REELS = "REELS"
    STORY = "STORY"


class Unit(StrEnum):
    COUNT = "count"
    MILLISECONDS = "ms"
    PERCENT = "percent"


class Group(StrEnum):
    """Metrics of one group go together in one call."""

    SERIES = "series"  # one point a day, up to 30 days a call
    TOTALS = "totals"  # one total a call: a day or a window
    FOLLOWS = "follows"
    AUDIENCE = "audience"
    ONLINE = "online"
    OPTIONAL = "optional"  # still answered for some accounts, on no current page
    OWN = "own"  # counted by us from the profile, never asked as a metric
    LISTED = "listed"  # every feed post and reel has it: read with the listing
    DETAIL = "detail"  # the rest of a type, one call a media
    BROKEN_DOWN = "broken_down"  # only with its breakdown, in a call of its own
    CROSSPOSTED = "crossposted"  # an error unless shared to Facebook, so in a call of its own


@dataclass(frozen=True)
class Metric:
    """One metric: `name` is Meta's, `id` is ours and stays."""

    id: int
    name: str
    label: str | Promise
    level: Level
    groups: tuple[Group, ...]
    unit: Unit = Unit.COUNT
    additive: bool = True  # False: unique people; days must never be added up
    products: tuple[Product, ...] = ()
    logins: tuple[str, ...] = BOTH_LOGINS
    period: str = "day"
    metric_types: tuple[str, ...] = ("total_value",)
    breakdowns: tuple[str, ...] = ()
    since: date | None = None
    retired: date | None = None
    method: str | Promise = field(default="", compare=False)

    @property
    def page(self) -> str:
        """Return the address of Meta's definition."""
        return ACCOUNT_PAGE if self.level is Level.ACCOUNT else MEDIA_PAGE

    def alive(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.retired is None or on < self.retired)


_UNIQUE = _("Instagram’s own count for the window, estimated. Days are not added: one person counts once.")
_SUM = _("Instagram’s count. Days can be added.")
_REPOSTS_SINCE = date(2025, 12, 3)
_TOTALS_SINCE = date(2026, 4, 22)
_FORMAT = "media_product_type"
_FOLLOW = "follow_type"
_PEOPLE = ("age", "city", "country", "gender")
_G = Group


def _account(number: int, name: str, label: str | Promise, *groups: Group, **more: object) -> Metric:
    method = more.pop("method", _SUM if more.get("additive", True) else _UNIQUE)
    return Metric(number, name, label, Level.ACCOUNT, groups, method=method, **more)  # type: ignore[arg-type]


def _media(number: int, name: str, label: str | Promise, group: Group, products: str, **more: object) -> Metric:
    """Read `products` as letters: F feed, R reels, S story."""
    kinds = tuple(p for p in Product if p.value[0] in products)
    method = _("Instagram’s count since it was posted, without ads.")
    return Metric(
        number,
        name,
        label,
        Level.MEDIA,
        (group,),
        products=kinds,
        period="lifetime",
        method=method,
        **more,  # type: ignore[arg-type]
    )


METRICS: tuple[Metric, ...] = (
    _account(
        1,
        "reach",
        _("Reach"),
        _G.SERIES,
        _G.TOTALS,
        additive=False,
        metric_types=("time_series", "total_value"),
        breakdowns=(_FORMAT, _FOLLOW),
    ),
    _account(2, "views", _("Views"), _G.TOTALS, breakdowns=(_FORMAT, _FOLLOW)),
    _account(3, "accounts_engaged", _("Accounts engaged"), _G.TOTALS, additive=False),
    _account(4, "total_interactions", _("Interactions"), _G.TOTALS, breakdowns=(_FORMAT,)),
    _account(5, "likes", _("Likes"), _G.TOTALS, breakdowns=(_FORMAT,)),
    _account(6, "comments", _("Comments"), _G.TOTALS, breakdowns=(_FORMAT,)),
    _account(7, "saves", _("Saves"), _G.TOTALS, breakdowns=(_FORMAT,)),
    _account(8, "shares", _("Shares"), _G.TOTALS, breakdowns=(_FORMAT,)),
    _account(9, "replies", _("Story replies"), _G.TOTALS),
    _account(10, "reposts", _("Reposts"), _G.TOTALS, since=_REPOSTS_SINCE),
    _account(11, "profile_links_taps", _("Profile link taps"), _G.TOTALS, breakdowns=("contact_button_type",)),
    _account(12, "follows_and_unfollows", _("Follows and unfollows"), _G.FOLLOWS, breakdowns=(_FOLLOW,)),
    _account(
        13,
        "follower_count",
        _("New followers"),
        _G.SERIES,
        metric_types=("time_series",),
        method=_("New followers per day, added up. Instagram keeps only the last 30 days of it."),
    ),
    _account(
        14,
        "follower_demographics",
        _("Followers"),
        _G.AUDIENCE,
        additive=False,
        period="lifetime",
        breakdowns=_PEOPLE,
        method=_("Followers whose age, gender or place is known; the 45 largest groups."),
    ),
    _account(
        15,
        "engaged_audience_demographics",
        _("Engaged audience"),
        _G.AUDIENCE,
        additive=False,
        period="lifetime",
        breakdowns=_PEOPLE,
    ),
    _account(
        16,
        "online_followers",
        _("Followers online"),
        _G.ONLINE,
        additive=False,
        period="lifetime",
        metric_types=("time_series",),
    ),
    _account(17, "profile_views", _("Profile views"), _G.OPTIONAL),
    _account(18, "website_clicks", _("Website clicks"), _G.OPTIONAL),
    _account(
        19,
        "followers_count",
        _("Followers"),
        _G.OWN,
        additive=False,
        method=_("Read from the profile once a day. Instagram has no history of it before the account was connected."),
    ),
    _media(101, "reach", _("Reach"), _G.LISTED, "FRS", additive=False),
    _media(102, "views", _("Views"), _G.LISTED, "FRS"),
    _media(103, "likes", _("Likes"), _G.LISTED, "FR"),
    _media(104, "comments", _("Comments"), _G.LISTED, "FR"),
    _media(105, "saved", _("Saves"), _G.LISTED, "FR"),
    _media(106, "shares", _("Shares"), _G.LISTED, "FRS"),
    _media(107, "reposts", _("Reposts"), _G.LISTED, "FRS", since=_REPOSTS_SINCE),
    _media(108, "total_interactions", _("Interactions"), _G.LISTED, "FRS"),
    _media(109, "follows", _("Follows"), _G.DETAIL, "FS"),
    _media(110, "profile_visits", _("Profile visits"), _G.DETAIL, "FS"),
    _media(111, "profile_activity", _("Profile activity"), _G.BROKEN_DOWN, "FS", breakdowns=("action_type",)),
    _media(112, "navigation", _("Navigation"), _G.BROKEN_DOWN, "S", breakdowns=("story_navigation_action_type",)),
    _media(113, "replies", _("Replies"), _G.DETAIL, "S"),
    _media(114, "link_clicks", _("Link taps"), _G.DETAIL, "S", logins=FACEBOOK_ONLY, since=date(2026, 6, 22)),
    _media(115, "ig_reels_avg_watch_time", _("Average watch time"), _G.DETAIL, "R", unit=Unit.MILLISECONDS),
    _media(116, "ig_reels_video_view_total_time", _("Total watch time"), _G.DETAIL, "R", unit=Unit.MILLISECONDS),
    _media(
        117,
        "reels_skip_rate",
        _("Left within 3 seconds"),
        _G.DETAIL,
        "R",
        unit=Unit.PERCENT,
        additive=False,
        since=_REPOSTS_SINCE,
    ),
    _media(118, "crossposted_views", _("Views, both apps"), _G.CROSSPOSTED, "R", since=_REPOSTS_SINCE),
    _media(119, "facebook_views", _("Views on Facebook"), _G.CROSSPOSTED, "FRS", since=_REPOSTS_SINCE),
    _media(120, "total_comments", _("Comments, both apps"), _G.DETAIL, "FR", logins=FACEBOOK_ONLY, since=_TOTALS_SINCE),
    _media(121, "total_likes", _("Likes, both apps"), _G.DETAIL, "FR", logins=FACEBOOK_ONLY, since=_TOTALS_SINCE),
    _media(122, "total_views", _("Views, both apps"), _G.DETAIL, "FRS", logins=FACEBOOK_ONLY, since=_TOTALS_SINCE),
    _media(123, "impressions", _("Impressions"), _G.DETAIL, "FS", retired=date(2025, 4, 21)),
)

BY_ID: dict[int, Metric] = {metric.id: metric for metric in METRICS}
ACCOUNT: dict[str, Metric] = {metric.name: metric for metric in METRICS if metric.level is Level.ACCOUNT}
MEDIA: dict[str, Metric] = {metric.name: metric for metric in METRICS if metric.level is Level.MEDIA}

# Meta says REEL in breakdowns and REELS in media fields.
_SAME_WORD = {"reel": "reels"}


def product_of(media_product_type: str) -> Product | None:
    """Return the kind whose metrics apply; None for lives, ads and words we do not know."""
    word = media_product_type.upper().replace("REEL", "REELS").replace("REELSS", "REELS")
    return Product(word) if word in set(Product) else None


def account_group(group: Group, login: str, on: date) -> list[Metric]:
    """Return the account metrics asked together in one call of `group`."""
    return [m for m in ACCOUNT.values() if group in m.groups and login in m.logins and m.alive(on)]


def media_group(groups: Iterable[Group], product: Product, login: str, on: date) -> list[Metric]:
    """Return the media metrics of these groups that this kind of media has through this login."""
    wanted = set(groups)
    return [
        m
        for m in MEDIA.values()
        if wanted & set(m.groups) and product in m.products and login in m.logins and m.alive(on)
    ]


def listed(login: str, on: date) -> list[Metric]:
    """Return the metrics that both feed posts and reels have: they are read with the listing itself."""
    return [m for m in media_group([Group.LISTED], Product.FEED, login, on) if Product.REELS in m.products]


def breakdown_key(keys: Iterable[str], values: Iterable[str]) -> str:
    """Return how one result of a breakdown is stored: `follow_type=follower`, several joined with `|`.

    Keys and values are paired by position, since Meta adds dimensions such as `timeframe` of its own; case differs
    between its two hosts. The timeframe says nothing about the people, so it is left out.
    """
    pairs = [(key, value) for key, value in zip(keys, values, strict=False) if key != "timeframe"]
    return "|".join(f"{key}={_word(key, value)}" for key, value in pairs)


def _word(key: str, value: str) -> str:
    if key in ("city", "country"):
        return value
    low = value.lower()
    return _SAME_WORD.get(low, low) if key == _FORMAT else low
