"""One step of a sync as questions to Meta: what came back, what Meta refused, and the answers as they came."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from insights import catalogue
from insights.catalogue import Group, Metric
from insights.days import day_ending, question
from insights.planning import Step
from meta import insights as remote
from meta.errors import (
    AccountRestricted,
    MetricUnavailable,
    NotEnoughViewers,
    ObjectMissing,
    PredatesConversion,
    Rejected,
)
from meta.graph import Answer, Graph
from meta.insights import InsightResult

ACCOUNT_LEVEL = "account"
AUDIENCE_TIMEFRAMES = ("this_month", "this_week")
FOLLOWER_COUNT_DAYS = 30


@dataclass(frozen=True)
class Reading:
    """One figure: of an account when `media` is None. `day` is the last of its `span` days."""

    metric: int
    value: float
    day: date | None = None
    span: int = 1
    breakdown: str = ""
    media: str = ""


@dataclass(frozen=True)
class Refusal:
    """A metric Meta will not give: for the account, or for one kind of media."""

    metric: int
    reason: str
    level: str = ACCOUNT_LEVEL


@dataclass
class Harvest:
    """What one step brought."""

    readings: list[Reading] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class Listening(Graph):
    """A conversation that keeps the answers, for 30 days, so that figures can be derived again. It only reads."""

    def __init__(self, graph: Graph) -> None:
        self.login = graph.login
        self.hosts = graph.hosts
        self.calls = 0
        self.heard: list[tuple[str, Answer]] = []
        self._graph = graph

    def get(self, path: str, **params: Any) -> Answer:
        self.calls += 1
        answer = self._graph.get(path, **params)
        said = "&".join(f"{name}={value}" for name, value in params.items() if value is not None)
        self.heard.append((f"GET /{path}?{said}"[:300], answer))
        return answer


def series(graph: Graph, ig_id: str, step: Step, refused: set[int], newest: date) -> Harvest:
    """Ask for a point a day."""
    metrics = _wanted(Group.SERIES, graph, step, refused)
    if (newest - step.first).days >= FOLLOWER_COUNT_DAYS:
        metrics = [m for m in metrics if m.name != "follower_count"]
    since, until = question(step.first, step.last)
    harvest, results = _ask(graph, ig_id, metrics, period="day", metric_type="time_series", since=since, until=until)
    for result in results:
        for point in result.points:
            day = day_ending(point.end_time) if point.end_time else None
            if point.value is not None and day is not None and step.first <= day <= (step.last):
                harvest.readings.append(Reading(catalogue.ACCOUNT[result.name].id, point.value, day))
    return harvest


def total(graph: Graph, ig_id: str, step: Step, refused: set[int]) -> Harvest:
    """Ask for one figure per metric over a day or a window."""
    return _totals(graph, ig_id, _wanted(Group.TOTALS, graph, step, refused), step)


def split(graph: Graph, ig_id: str, step: Step, refused: set[int]) -> Harvest:
    """Ask for a window's reach and views by one breakdown."""
    metrics = [m for m in _wanted(Group.TOTALS, graph, step, refused) if m.name in ("reach", "views")]
    return _totals(graph, ig_id, metrics, step, breakdown=step.breakdown)


def follows(graph: Graph, ig_id: str, step: Step, refused: set[int]) -> Harvest:
    """Ask how many began and how many stopped following in the window."""
    return _totals(graph, ig_id, _wanted(Group.FOLLOWS, graph, step, refused), step, breakdown=step.breakdown)


def _totals(graph: Graph, ig_id: str, metrics: list[Metric], step: Step, breakdown: str = "") -> Harvest:
    since, until = question(step.first, step.last)
    harvest, results = _ask(
        graph,
        ig_id,
        metrics,
        period="day",
        metric_type="total_value",
        since=since,
        until=until,
        breakdown=breakdown,
    )
    harvest.readings += account_readings(results, step.last, step.length)
    return harvest


def audience(graph: Graph, ig_id: str, step: Step, refused: set[int]) -> Harvest:
    """Ask who the people are. Of Meta's timeframes only two still work everywhere; the longer is tried first."""
    metrics = [m for m in [catalogue.ACCOUNT[step.metric]] if m.id not in refused]
    harvest = Harvest()
    for timeframe in AUDIENCE_TIMEFRAMES:
        found, results = _ask(
            graph,
            ig_id,
            metrics,
            period="lifetime",
            metric_type="total_value",
            timeframe=timeframe,
            breakdown=step.breakdown,
        )
        harvest.readings = account_readings(results, step.last, step.length)
        if not found.refusals:
            return harvest
        harvest.refusals = found.refusals
    return harvest


def account_readings(results: Sequence[InsightResult], day: date, length: int) -> list[Reading]:
    """Return the totals and parts of an answer as figures; what Meta left out stays unknown."""
    found = []
    for result in results:
        metric = catalogue.ACCOUNT.get(result.name)
        if metric is None:
            continue
        if result.value is not None:
            found.append(Reading(metric.id, result.value, day, length))
        found += [
            Reading(metric.id, part.value, day, length, key)
            for part in result.breakdown
            if part.value is not None and (key := catalogue.breakdown_key(part.dimension_keys, part.dimension_values))
        ]
    return found


def media_readings(media_id: str, results: Sequence[InsightResult]) -> list[Reading]:
    """Return the figures of one media, with the parts of a breakdown."""
    found = []
    for result in results:
        metric = catalogue.MEDIA.get(result.name)
        if metric is None:
            continue
        if result.value is not None:
            found.append(Reading(metric.id, result.value, media=media_id))
        for part in result.breakdown:
            key = catalogue.breakdown_key(part.dimension_keys, part.dimension_values)
            if part.value is not None and key:
                found.append(Reading(metric.id, part.value, breakdown=key, media=media_id))
    return found


def details(graph: Graph, media_id: str, kind: catalogue.Product, refused: set[int], today: date) -> Harvest:
    """Ask for what only this kind of media has: one call, and one more for each metric with a breakdown."""
    login = graph.login.key
    harvest = Harvest()
    plain = [m for m in catalogue.media_group([Group.DETAIL], kind, login, today) if m.id not in refused]
    broken = [m for m in catalogue.media_group([Group.BROKEN_DOWN], kind, login, today) if m.id not in refused]
    for metrics, breakdown in [(plain, ""), *(([m], m.breakdowns[0]) for m in broken)]:
        found, results = _ask_media(graph, media_id, metrics, breakdown, kind.value)
        harvest.readings += media_readings(media_id, results)
        harvest.refusals += found.refusals
    return harvest


def _wanted(group: Group, graph: Graph, step: Step, refused: set[int]) -> list[Metric]:
    metrics = catalogue.account_group(group, graph.login.key, step.last)
    return [m for m in metrics if m.id not in refused]


Asked = tuple[Harvest, list[InsightResult]]


def _ask(graph: Graph, ig_id: str, metrics: list[Metric], **how: Any) -> Asked:
    def ask(some: list[Metric]) -> list[InsightResult]:
        return remote.account(graph, ig_id, metrics=[m.name for m in some], **how)

    return _narrowing(ask, metrics, ACCOUNT_LEVEL)


def _ask_media(graph: Graph, media_id: str, metrics: list[Metric], breakdown: str, level: str) -> Asked:
    def ask(some: list[Metric]) -> list[InsightResult]:
        return remote.media(graph, media_id, metrics=[m.name for m in some], breakdown=breakdown)

    return _narrowing(ask, metrics, level)


def _narrowing(ask: Any, metrics: list[Metric], level: str) -> Asked:
    """Ask for all; when Meta refuses one metric, for the rest. Unnamed refusals are found by halving.

    A refusal is only kept when Meta spoke of the metric; anything else may be our question's fault.
    """
    if not metrics:
        return Harvest(), []
    try:
        return Harvest(), ask(metrics)
    except (ObjectMissing, AccountRestricted):
        raise
    except (NotEnoughViewers, PredatesConversion):
        return Harvest(), []
    except Rejected as error:
        refusal = error
    named = [m for m in metrics if m.name == refusal.metric]
    if named or len(metrics) == 1:
        culprit = (named or metrics)[0]
        harvest, results = _narrowing(ask, [m for m in metrics if m is not culprit], level)
        if isinstance(refusal, MetricUnavailable):
            harvest.refusals.append(Refusal(culprit.id, refusal.meta_message or refusal.message, level))
        return harvest, results
    half = len(metrics) // 2
    (one, some), (two, others) = _narrowing(ask, metrics[:half], level), _narrowing(ask, metrics[half:], level)
    return Harvest(refusals=one.refusals + two.refusals), some + others
