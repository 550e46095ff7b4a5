"""Published media (IG Media) and, in the same call, their insights.

developers.facebook.com/docs/instagram-platform/reference/instagram-media and
/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, read 2026-11-22.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meta import answers, insights, values
from meta.errors import Rejected
from meta.graph import Answer, Graph

SURE_FIELDS = "id,media_type,permalink,shortcode,timestamp,username,media_url,thumbnail_url,like_count,comments_count"
# Meta's pages promise these to Facebook Login alone; Instagram Login has them too, as Meta's description shows.
MAYBE_FIELDS = "caption,media_product_type"
CHILD_FIELDS = "children{id,media_type,media_url,thumbnail_url}"


@dataclass(frozen=True)
class Media:
    """One published thing. Meta leaves out what is empty or hidden: texts are '' then, counts None.

    `media_url` and `thumbnail_url` expire; an album child has only id, type and URLs.
    """

    id: str
    media_type: str = ""
    media_product_type: str = ""
    caption: str = ""
    permalink: str = ""
    shortcode: str = ""
    timestamp: datetime | None = None
    media_url: str = ""
    thumbnail_url: str = ""
    like_count: int | None = None
    comments_count: int | None = None
    username: str = ""
    children: tuple["Media", ...] = ()
    insights: dict[str, int | None] | None = None
    """Metric → value; None as a whole when none were asked for or Meta sent none."""


@dataclass(frozen=True)
class MediaPage:
    """One page of a listing. `after` is the cursor of the next, None at the end; it is for now, not for storing."""

    items: tuple[Media, ...]
    after: str | None = None


def list_media(
    graph: Graph, ig_id: str, *, limit: int = 25, after: str | None = None, metrics: Sequence[str] = ()
) -> MediaPage:
    """Return a page of the account's media, newest first, with `metrics` of each when asked for.

    One media that lacks a metric fails the whole call with MetricUnavailable or another Rejected: ask for fewer, or one
    by one. Stories are not in it, and nothing beyond the 10,000 newest.
    """
    return parse_media_page(_ask(graph, f"{ig_id}/media", metrics, limit=limit, after=after))


def stories(graph: Graph, ig_id: str, *, metrics: Sequence[str] = ()) -> MediaPage:
    """Return the account's stories of the last 24 hours."""
    return parse_media_page(_ask(graph, f"{ig_id}/stories", metrics))


def get(graph: Graph, media_id: str, *, metrics: Sequence[str] = ()) -> Media:
    """Return one media. Raises ObjectMissing when it is gone or belongs to somebody else."""
    return parse_media(_ask(graph, media_id, metrics))


def _ask(graph: Graph, path: str, metrics: Sequence[str], **params: Any) -> Answer:
    """Ask with the fields that may be Facebook's alone; when Meta refuses one of them, once without."""
    try:
        return graph.get(path, fields=fields(metrics), **params)
    except Rejected as error:
        if graph.login.has_pages or error.field not in MAYBE_FIELDS.split(","):
            raise
    return graph.get(path, fields=fields(metrics, sure_only=True), **params)


def fields(metrics: Sequence[str] = (), *, sure_only: bool = False) -> str:
    """Return the value of `fields` for media, insights expanded inside it."""
    wanted = [SURE_FIELDS] if sure_only else [SURE_FIELDS, MAYBE_FIELDS]
    wanted.append(CHILD_FIELDS)
    if metrics:
        wanted.append(f"insights.metric({','.join(metrics)})")
    return ",".join(wanted)


def parse_media_page(body: Mapping[str, Any]) -> MediaPage:
    """Return the media of an answer; a bare object, as a sample of Meta's shows, counts as a list of one."""
    return MediaPage(
        items=tuple(parse_media(item) for item in values.listing(body)),
        after=answers.next_cursor(body),
    )


def parse_media(body: Mapping[str, Any]) -> Media:
    """Return one media with its children and insights."""
    expanded = body.get("insights")
    return Media(
        id=values.text(body.get("id")),
        media_type=values.text(body.get("media_type")),
        media_product_type=values.text(body.get("media_product_type")),
        caption=values.text(body.get("caption")),
        permalink=values.link(body.get("permalink")),
        shortcode=values.text(body.get("shortcode")),
        timestamp=values.when(body.get("timestamp")),
        media_url=values.text(body.get("media_url")),
        thumbnail_url=values.text(body.get("thumbnail_url")),
        like_count=values.whole(body.get("like_count")),
        comments_count=values.whole(body.get("comments_count")),
        username=values.text(body.get("username")),
        children=tuple(parse_media(child) for child in values.listing(body.get("children"))),
        insights=_figures(expanded) if isinstance(expanded, dict) else None,
    )


def _figures(expanded: Mapping[str, Any]) -> dict[str, int | None]:
    return {result.name: values.whole(result.value) for result in insights.parse(expanded)}
