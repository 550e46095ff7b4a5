"""Insights of accounts and media: one reading for every shape Meta answers in.

developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights and
/docs/instagram-platform/reference/instagram-media/insights, read 2026-11-22. Days are Pacific; no data is an empty
list, not 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meta import answers, values
from meta.errors import MetaError, MetricUnavailable, TryLater
from meta.graph import Answer, Graph

Number = int | float


@dataclass(frozen=True)
class Point:
    """One value of a series. `end_time` is None on lifetime values; `value` None means Meta gave none."""

    end_time: datetime | None
    value: Number | None
    by_key: Mapping[str, Number] | None = None
    """For metrics whose value is an object, such as online_followers: hour of the day → people."""

    def __iter__(self) -> Any:
        return iter((self.end_time, self.value))


@dataclass(frozen=True)
class Slice:
    """One part of a breakdown, with its keys in Meta's order. Values keep Meta's case; compare them lower-cased."""

    dimension_keys: tuple[str, ...]
    dimension_values: tuple[str, ...]
    value: Number | None

    def __iter__(self) -> Any:
        return iter((self.dimension_keys, self.dimension_values, self.value))

    def of(self, key: str) -> str:
        """Return the value of one dimension, '' when it is not part of this breakdown."""
        named = dict(zip(self.dimension_keys, self.dimension_values, strict=False))
        return named.get(key, "")


@dataclass(frozen=True)
class InsightResult:
    """One metric of one answer."""

    name: str
    period: str
    points: tuple[Point, ...] = ()
    total: Number | None = None
    breakdown: tuple[Slice, ...] = ()
    title: str = ""

    @property
    def value(self) -> Number | None:
        """The single figure of a metric without a series: the total, else the only point."""
        if self.total is not None:
            return self.total
        return self.points[0].value if len(self.points) == 1 else None


def account(
    graph: Graph,
    ig_id: str,
    *,
    metrics: Sequence[str],
    period: str,
    metric_type: str | None = None,
    since: datetime | int | None = None,
    until: datetime | int | None = None,
    breakdown: Sequence[str] | str = (),
    timeframe: str | None = None,
) -> list[InsightResult]:
    """Return account metrics; one that has no data is missing from the list.

    One unknown metric fails the call: MetricUnavailable names it when Meta does. `since` and `until` may be 30 days
    apart at most.
    """
    params = {"metric_type": metric_type, "since": since, "until": until, "timeframe": timeframe}
    return _ask(graph, f"{ig_id}/insights", metrics, breakdown, period=period, **params)


def media(
    graph: Graph, media_id: str, *, metrics: Sequence[str], breakdown: Sequence[str] | str = ()
) -> list[InsightResult]:
    """Return lifetime metrics of one media.

    Raises NotEnoughViewers (small story), PredatesConversion (never has any), MetricUnavailable.
    """
    return _ask(graph, f"{media_id}/insights", metrics, breakdown)


def _ask(
    graph: Graph, path: str, metrics: Sequence[str], breakdown: Sequence[str] | str, **params: Any
) -> list[InsightResult]:
    keys = breakdown if isinstance(breakdown, str) else ",".join(breakdown)
    try:
        answer: Answer = graph.get(path, metric=",".join(metrics), breakdown=keys or None, **params)
    except MetaError as error:
        if isinstance(error, MetricUnavailable):
            error.metric = error.metric or _named(error, metrics)
        unclear = error if isinstance(error, TryLater) and keys and _is_unknown_breakdown(error) else None
        if unclear is None:
            raise
    else:
        return parse(answer)
    raise _as_unavailable(unclear, metrics)


def _named(error: MetricUnavailable, metrics: Sequence[str]) -> str:
    index = answers.metric_index(error)
    if index is not None and index < len(metrics):
        return metrics[index]
    return metrics[0] if len(metrics) == 1 else ""


def _is_unknown_breakdown(error: MetaError) -> bool:
    """A breakdown that the metric does not know is answered with this text alone; repeating it never helps."""
    return "an unknown error has occurred" in error.meta_message.lower()


def _as_unavailable(error: MetaError, metrics: Sequence[str]) -> MetricUnavailable:
    return MetricUnavailable(
        "Instagram does not offer this breakdown here.",
        code=error.code,
        subcode=error.subcode,
        http_status=error.http_status,
        trace_id=error.trace_id,
        meta_message=error.meta_message,
        metric=metrics[0] if len(metrics) == 1 else "",
    )


def parse(body: Mapping[str, Any]) -> list[InsightResult]:
    """Return the metrics of an answer, from any of its shapes; entries without a name are left out."""
    return [_result(row) for row in values.objects(body.get("data")) if values.text(row.get("name"))]


def _result(row: Mapping[str, Any]) -> InsightResult:
    total = values.mapping(row.get("total_value"))
    return InsightResult(
        name=values.text(row["name"]),
        period=values.text(row.get("period")),
        points=tuple(_point(item) for item in values.objects(row.get("values"))),
        total=values.number(total.get("value")),
        breakdown=tuple(part for group in values.objects(total.get("breakdowns")) for part in _slices(group)),
        title=values.text(row.get("title")),
    )


def _point(item: Mapping[str, Any]) -> Point:
    value = item.get("value")
    by_key = None
    if isinstance(value, dict):
        readings = {str(key): values.number(part) for key, part in value.items()}
        by_key = {key: part for key, part in readings.items() if part is not None}
    return Point(values.when(item.get("end_time")), values.number(value), by_key)


def _slices(group: Mapping[str, Any]) -> list[Slice]:
    keys = values.texts(group.get("dimension_keys"))
    return [
        Slice(keys, values.texts(result.get("dimension_values")), values.number(result.get("value")))
        for result in values.objects(group.get("results"))
    ]
