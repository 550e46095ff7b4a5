"""What a sync asks, in which order: a pure function of its kind and of Meta's last closed day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from insights.catalogue import WINDOWS
from insights.days import DAY
from insights.models import SyncRun

FIRST_DAYS = 30
HISTORY_DAYS = 90
REVISED_DAYS = 3
SERIES_DAYS = 30
AUDIENCE_WEEKDAY = 0


@dataclass(frozen=True)
class Step:
    """One question to Meta. `media` and `details` are many pages: they are asked until they say they are done."""

    do: str
    last: date
    length: int = 1
    breakdown: str = ""
    metric: str = "follower_demographics"

    @property
    def first(self) -> date:
        return self.last - (self.length - 1) * DAY


def plan(kind: str, last: date, days: int) -> list[Step]:
    """Return the steps of a sync whose newest day is `last` and which reads `days` single days. Same in, same out."""
    if kind == SyncRun.Kind.BACKFILL:
        return list(_history(last))
    steps = [Step("profile", last), Step("series", last, SERIES_DAYS), *_windows(last), Step("media", last)]
    steps += [Step("total", last - back * DAY) for back in range(days)]
    if days == REVISED_DAYS:
        steps.append(Step("total", last - 7 * DAY))
    steps += [*_breakdowns(last), Step("follows", last, 30, "follow_type")]
    if kind == SyncRun.Kind.FIRST or last.weekday() == AUDIENCE_WEEKDAY:
        steps += _audience(last)
    return [*steps, Step("details", last)]


def plan_of(run: SyncRun) -> list[Step]:
    return plan(run.kind, run.last_day, run.days)


def days_to_read(kind: str, last: date, read_until: date | None) -> int:
    """Return how many single days a sync must read, so that a pause leaves no gap and late revisions are seen."""
    if kind == SyncRun.Kind.BACKFILL:
        return HISTORY_DAYS - FIRST_DAYS
    if kind == SyncRun.Kind.FIRST or read_until is None:
        return FIRST_DAYS
    return min(max((last - read_until).days + REVISED_DAYS - 1, REVISED_DAYS), FIRST_DAYS)


def _windows(last: date) -> Iterator[Step]:
    for length in sorted(WINDOWS, reverse=True):
        yield Step("total", last, length)
        yield Step("total", last - length * DAY, length)


def _breakdowns(last: date) -> Iterator[Step]:
    for breakdown in ("media_product_type", "follow_type"):
        yield Step("split", last, 30, breakdown)
        yield Step("split", last - 30 * DAY, 30, breakdown)


def _audience(last: date) -> list[Step]:
    followers = [Step("audience", last, 30, by) for by in ("age,gender", "city", "country")]
    return [*followers, Step("audience", last, 30, "country", "engaged_audience_demographics")]


def _history(last: date) -> Iterator[Step]:
    for back in range(FIRST_DAYS, HISTORY_DAYS, SERIES_DAYS):
        yield Step("series", last - back * DAY, SERIES_DAYS)
    for back in range(FIRST_DAYS, HISTORY_DAYS):
        yield Step("total", last - back * DAY)


def is_day(step: Step) -> bool:
    return step.do == "total" and step.length == 1


@dataclass(frozen=True)
class Progress:
    """How many days of history are read, of how many."""

    done: int
    total: int
    is_history: bool = False

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0


def progress(run: SyncRun) -> Progress:
    """Return how far the history has come while this run works on it; of a daily run, its steps."""
    if run.kind not in (SyncRun.Kind.FIRST, SyncRun.Kind.BACKFILL):
        return Progress(run.done, run.total)
    days = sum(map(is_day, plan_of(run)[: run.done]))
    return Progress(days + (FIRST_DAYS if run.kind == SyncRun.Kind.BACKFILL else 0), HISTORY_DAYS, is_history=True)


def jitter(seed: str, spread: timedelta) -> timedelta:
    """Return a delay that is always the same for one account, so that the accounts of an installation spread out."""
    return timedelta(seconds=sum(seed.encode()) * 7919 % max(1, int(spread.total_seconds())))
