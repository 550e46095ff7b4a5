"""Publishing: the container Meta prepares (IG Container), its status, and the step that makes it public.

developers.facebook.com/docs/instagram-platform/content-publishing and, under
/docs/instagram-platform/instagram-graph-api/reference, ig-container and ig-user/{media,media_publish,
content_publishing_limit}, read 2026-11-22. A container lives 24 hours; one that is never published costs nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from meta import values
from meta.errors import NoAnswer
from meta.graph import Answer, Graph

ASSUMED_QUOTA = 50
"""Meta's pages say 25, 50 and 100; this is what holds when the answer does not say."""

A_DAY = timedelta(days=1)


class StatusCode(StrEnum):
    """How far Meta is with a container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class ContainerStatus:
    """One reading of a container. `status_code` is None when Meta's answer had none we know; that proves nothing.

    `error_subcode` goes to `error_table.explain(subcode=…)` for words.
    """

    status_code: StatusCode | None
    status_text: str = ""
    error_subcode: int | None = None


@dataclass(frozen=True)
class PublishingLimit:
    """How many posts the account published in the running window, and how many it may."""

    used: int
    total: int = ASSUMED_QUOTA
    duration: timedelta = A_DAY

    @property
    def left(self) -> int:
        """How many more may go out now; never below 0."""
        return max(self.total - self.used, 0)


def create_image(graph: Graph, ig_id: str, *, image_url: str, caption: str = "", alt_text: str = "") -> str:
    """Return the id of a new container for a single image, which Meta fetches from `image_url`.

    After NoAnswer a container may exist unseen; make another, the spare one expires.
    """
    answer = graph.post(f"{ig_id}/media", image_url=image_url, caption=caption or None, alt_text=alt_text or None)
    return parse_id(answer)


def status(graph: Graph, container_id: str) -> ContainerStatus:
    """Return how far Meta is. Raises ObjectMissing for a container that is gone."""
    return parse_status(graph.get(container_id, fields="status_code,status"))


def publish(graph: Graph, ig_id: str, container_id: str) -> str:
    """Return the id of the new media. It is not the container's id.

    Any error may hide a success, even a refusal: read the container and the listing before publishing again. A 200
    without an id raises NoAnswer.
    """
    return parse_id(graph.post(f"{ig_id}/media_publish", creation_id=container_id))


def publishing_limit(graph: Graph, ig_id: str, *, since: datetime | None = None) -> PublishingLimit:
    """Return how much of the publishing quota is used over the last 24 hours, or since a later moment."""
    answer = graph.get(f"{ig_id}/content_publishing_limit", fields="quota_usage,config", since=since)
    return parse_limit(answer)


def parse_id(answer: Answer | Mapping[str, Any]) -> str:
    """Return the id in the answer to a write; raise NoAnswer when there is none, because it may have happened."""
    found = values.text(answer.get("id"))
    if not found:
        raise NoAnswer(
            "Instagram answered without an id.",
            cure="We look whether it happened before trying again.",
            http_status=answer.status if isinstance(answer, Answer) else None,
            trace_id=answer.trace_id if isinstance(answer, Answer) else "",
        )
    return found


def parse_status(body: Mapping[str, Any]) -> ContainerStatus:
    """Return the reading of one container answer; the subcode stands alone or inside a sentence."""
    said = values.text(body.get("status"))
    code = _code(values.text(body.get("status_code"))) or _code(said.split(":", 1)[0])
    found = re.search(r"\b2207\d{3}\b", said)
    return ContainerStatus(code, said, int(found[0]) if found else None)


def _code(said: str) -> StatusCode | None:
    name = said.strip().upper().replace(" ", "_")
    return StatusCode(name) if name in StatusCode.__members__ else None


def parse_limit(body: Mapping[str, Any]) -> PublishingLimit:
    """Return the quota, named `config` or `rate_limit_settings`; what Meta leaves out gets the documented default."""
    listed = values.listing(body) or values.listing([values.mapping(body)])
    found = listed[0]
    config = values.mapping(found.get("config")) or values.mapping(found.get("rate_limit_settings"))
    total = values.whole(config.get("quota_total"))
    return PublishingLimit(
        used=max(values.whole(found.get("quota_usage")) or 0, 0),
        total=ASSUMED_QUOTA if total is None or total < 0 else total,
        duration=values.span(config.get("quota_duration")) or A_DAY,
    )
