"""`GET /{media-id}/insights`: metrics by product type, two breakdowns, and the refusals that are no one's fault."""

from typing import Any

from sandbox import figures
from sandbox.catalogue import HIGHLIGHT, Media
from sandbox.errors import GraphError, bad_param
from sandbox.graph_call import Call
from sandbox.insight_tables import (
    ACTION_TYPES,
    DEAD,
    DEAD_SINCE_22,
    MEDIA,
    MEDIA_BREAKDOWNS,
    NAVIGATION_TYPES,
    UNDOCUMENTED,
    MediaMetric,
)
from sandbox.insights_account import GONE_IN_22, listed, one_of
from sandbox.personas import number, share

OLD_FEED = 500 * 86400
FEWEST_VIEWERS = 5
# Meta's own sample of a story's navigation, so that its literal request gets its literal numbers.
PINNED = {(HIGHLIGHT, "navigation"): {"TAP_FORWARD": 19, "TAP_BACK": 4, "TAP_EXIT": 1, "SWIPE_FORWARD": 1}}


def read(call: Call, media: Media, arguments: dict[str, str]) -> dict[str, Any]:
    """`data` for the asked metrics; the first refusal fails the whole call, as on the real platform."""
    call.require("insights")
    metrics = listed(arguments.get("metric", ""))
    if not metrics:
        raise bad_param("The parameter metric is required", kind=call.error_kind)
    if arguments.get("period", "lifetime") != "lifetime":
        raise bad_param("Media insights are available for the period lifetime only", kind=call.error_kind)
    breakdowns = listed(arguments.get("breakdown") or arguments.get("breakdowns") or "")
    for position, name in enumerate(breakdowns):
        one_of(f"breakdown[{position}]", name, MEDIA_BREAKDOWNS)
    refuse_media(call, media)
    for position, metric in enumerate(metrics):
        refuse_metric(call, media, metric, position, breakdowns)
    return {"data": [entry(call, media, metric, breakdowns) for metric in metrics]}


def refuse_media(call: Call, media: Media) -> None:
    if media.parent:
        raise bad_param("Insights are not available for the children of an album", kind=call.error_kind)
    if media.timestamp < figures.professional_since(call.world, media.persona):
        text = (
            "Invalid parameter: The media was posted before the most recent time that the user's account was converted "
            "to a business account from a personal account."
        )
        raise GraphError(100, text, subcode=2108006, title="Media Posted Before Business Account Conversion", text=text)
    if media.product == "STORY" and figures.counted(call.world, media, "reach") < FEWEST_VIEWERS:
        raise GraphError(10, "(#10) Not enough viewers for the media to show insights", status=400)


def refuse_metric(call: Call, media: Media, metric: str, position: int, breakdowns: tuple[str, ...]) -> None:
    if metric in DEAD_SINCE_22:
        raise bad_param(GONE_IN_22.format(metric=metric), kind=call.error_kind)
    row = MEDIA.get(metric)
    if row is None or (row.facebook_only and call.login == "instagram"):
        gone = metric in DEAD or metric in UNDOCUMENTED
        allowed = ", ".join(
            name for name, entry in MEDIA.items() if call.login == "facebook" or not entry.facebook_only
        )
        text = (
            f"The metric {metric} is no longer supported"
            if gone
            else (f"metric[{position}] must be one of the following values: {allowed}")
        )
        raise bad_param(text, kind=call.error_kind)
    if media.product not in row.products or is_too_old(call, media, metric):
        text = f"The Media Insights API does not support the {metric} metric for this media product type."
        raise bad_param(text, kind=call.error_kind)
    if metric in ("facebook_views", "crossposted_views") and not crossposted(media):
        raise bad_param(
            f"The metric {metric} is not available: the media was not shared to Facebook", kind=call.error_kind
        )
    if any(name != row.breakdown for name in breakdowns):
        raise GraphError(100, "An unknown error has occurred.", kind=call.error_kind)


def is_too_old(call: Call, media: Media, metric: str) -> bool:
    """Some older feed media do not know `views`."""
    old = call.world.now() - media.timestamp > OLD_FEED
    return metric == "views" and media.product == "FEED" and old and share("no-views", media.id) < 0.4


def crossposted(media: Media) -> bool:
    return share("facebook", media.id) < 0.15


def entry(call: Call, media: Media, metric: str, breakdowns: tuple[str, ...]) -> dict[str, Any]:
    row = MEDIA[metric]
    whole = value(call, media, metric)
    lower = in_lower_case(call)
    found: dict[str, Any] = {
        "name": metric,
        "period": "lifetime",
        "values": [{"value": whole}],
        "title": row.title,
        "description": row.description,
    }
    identifier = f"{media.id}/insights/{metric}/lifetime"
    if breakdowns:
        found["total_value"] = {"value": whole, "breakdowns": [parts(media, metric, row, int(whole), lower)]}
        if call.login == "facebook" and media.product != "STORY":
            identifier = media.id
    return found | {"id": identifier}


def in_lower_case(call: Call) -> bool:
    case = call.world.variants["breakdown_case"]
    return case == "lower" or (case == "by_host" and call.login == "instagram")


def parts(media: Media, metric: str, row: MediaMetric, whole: int, lower: bool) -> dict[str, Any]:
    weights = ACTION_TYPES if row.breakdown == "action_type" else NAVIGATION_TYPES
    split = PINNED.get((media.id, metric)) or figures.shares(whole, weights, media.id, metric)
    results = [
        {"dimension_values": [name.lower() if lower else name], "value": count}
        for name, count in split.items()
        if count
    ]
    return {"dimension_keys": [row.breakdown], "results": results}


def value(call: Call, media: Media, metric: str) -> int | float:
    """A metric by now."""
    world = call.world
    if pinned := PINNED.get((media.id, metric)):
        return sum(pinned.values())
    if metric == "total_interactions":
        return figures.interactions(world, media)
    if metric in SPECIAL:
        low, high, base = SPECIAL[metric]
        rate = low + (high - low) * share(metric, media.id)
        return int(rate * (figures.counted(world, media, "reach") if base else 1))
    if metric == "reels_skip_rate":
        return round(18 + 40 * share(metric, media.id), 2)
    if metric == "ig_reels_video_view_total_time":
        return value(call, media, "ig_reels_avg_watch_time") * figures.counted(world, media, "views")
    if metric in TOTALS:
        more = 1 + (0.3 if crossposted(media) else 0.02 * (number("boost", media.id) % 3))
        return int(figures.counted(world, media, TOTALS[metric]) * more)
    return figures.counted(world, media, metric)


# metric -> lowest and highest rate, and whether it is a rate of the reach
SPECIAL = {
    "profile_activity": (0.004, 0.012, True),
    "navigation": (1.1, 1.6, True),
    "link_clicks": (0.002, 0.02, True),
    "facebook_views": (0.2, 0.6, True),
    "crossposted_views": (1.6, 2.4, True),
    "ig_reels_avg_watch_time": (3200, 11800, False),
}
TOTALS = {"total_comments": "comments", "total_likes": "likes", "total_views": "views"}
