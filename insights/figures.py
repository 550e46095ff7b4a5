"""Figures as pure functions of stored values: what a screen shows, and what it must not pretend to know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from insights import catalogue
from insights.catalogue import WINDOWS, Metric
from insights.days import DAY, is_provisional, span

RANGES = (7, 28, 30, 90)
KPIS = ("reach", "views", "accounts_engaged", "total_interactions", "follower_count", "profile_links_taps")
NEW_FOLLOWERS_DAYS = 30
USUAL_OF = 3

NO_SUM = _(
    "Instagram counts unique people over 30 days at most, and daily counts cannot be added: one person counts once."
)
NOT_READ = _("Not read yet, or Instagram gave no figure. Unknown is not zero.")
NO_HISTORY = _("Instagram keeps new followers for 30 days only.")
REFUSED = _("Instagram does not offer this figure for this account.")

Key = tuple[int, int, date, str]


@dataclass(frozen=True)
class Value:
    """One stored value and when Meta gave it."""

    value: int
    fetched_at: datetime


class Values:
    """The stored values of one account, by metric, span, last day and breakdown."""

    def __init__(self, rows: Iterable[tuple[int, int, date, str, int, datetime]]) -> None:
        self._by_key: dict[Key, Value] = {(m, s, d, b): Value(v, at) for m, s, d, b, v, at in rows}

    def at(self, metric: Metric, length: int, last: date, breakdown: str = "") -> Value | None:
        return self._by_key.get((metric.id, length, last, breakdown))

    def days(self, metric: Metric, days: Sequence[date]) -> list[Value | None]:
        """Return the value of each day; None where it is unknown."""
        return [self.at(metric, 1, on) for on in days]

    def parts(self, metric: Metric, length: int, last: date, key: str) -> dict[str, int]:
        """Return the parts of a breakdown: the dimension's value → figure."""
        start = f"{key}="
        return {
            by.removeprefix(start): found.value
            for (m, s, on, by), found in self._by_key.items()
            if m == metric.id and s == length and on == last and by.startswith(start) and "|" not in by
        }

    def newest_day(self, metric: Metric, length: int = 1) -> date | None:
        return max((on for m, s, on, by in self._by_key if (m, s, by) == (metric.id, length, "")), default=None)

    def __bool__(self) -> bool:
        return bool(self._by_key)


@dataclass(frozen=True)
class Total:
    """A figure for a window: `value` None means unknown, and `why` says so in words."""

    value: int | None
    fetched_at: datetime | None = None
    added_up: bool = False
    why: str | Promise = ""


def total(values: Values, metric: Metric, last: date, length: int) -> Total:
    """Return a window's figure: Meta's own where it was asked, else the sum of days where days may be added."""
    own = values.at(metric, length, last) if length in WINDOWS else None
    if own:
        return Total(own.value, own.fetched_at)
    if not metric.additive:
        return Total(None, why=NO_SUM if length not in WINDOWS else NOT_READ)
    if metric.name == "follower_count" and length > NEW_FOLLOWERS_DAYS:
        return Total(None, why=NO_HISTORY)
    days = values.days(metric, span(last, length))
    known = [day for day in days if day]
    if len(known) < len(days):
        return Total(None, why=NOT_READ)
    return Total(sum(day.value for day in known), min(day.fetched_at for day in known), added_up=True)


@dataclass(frozen=True)
class Trend:
    """A metric day by day, oldest first, against the days before. None is a gap, never a zero."""

    metric: Metric
    days: list[date]
    now: list[int | None]
    before: list[int | None]
    provisional: int

    @property
    def is_known(self) -> bool:
        return any(value is not None for value in self.now)

    @property
    def is_compared(self) -> bool:
        return any(value is not None for value in self.before)

    @property
    def gaps(self) -> list[tuple[date, date]]:
        """Return the runs of unknown days between known ones."""
        found: list[tuple[date, date]] = []
        known = [n for n, value in enumerate(self.now) if value is not None]
        for left, right in pairwise(known):
            if right - left > 1:
                found.append((self.days[left + 1], self.days[right - 1]))
        return found

    @property
    def peak(self) -> tuple[date, int] | None:
        known = [(value, on) for on, value in zip(self.days, self.now, strict=True) if value is not None]
        value, on = max(known, default=(None, None))
        return None if value is None or on is None else (on, value)

    @property
    def rows(self) -> list[tuple[date, int | None, int | None, bool]]:
        """Return the same numbers for a table: day, value, the value before, whether it is provisional."""
        settled = len(self.days) - self.provisional
        return [(on, self.now[n], self.before[n], n >= settled) for n, on in enumerate(self.days)]


def trend(values: Values, metric: Metric, last: date, length: int, now: datetime) -> Trend:
    """Return the days of the window that ends with `last`, and of the one before."""
    days = span(last, length)
    before = span(last - length * DAY, length)
    return Trend(
        metric=metric,
        days=days,
        now=[found.value if found else None for found in values.days(metric, days)],
        before=[found.value if found else None for found in values.days(metric, before)],
        provisional=sum(is_provisional(on, now) for on in days),
    )


@dataclass(frozen=True)
class Kpi:
    """A figure with its change and its days."""

    metric: Metric
    total: Total
    before: Total
    days: list[int | None]
    provisional: int

    @property
    def value(self) -> int | None:
        return self.total.value

    @property
    def change(self) -> float | None:
        """Return the change against the window before as a ratio; None where either is unknown or it began at zero."""
        if self.value is None or not self.before.value:
            return None
        return (self.value - self.before.value) / self.before.value

    @property
    def gap_days(self) -> int:
        return sum(day is None for day in self.days)


def kpi(values: Values, metric: Metric, last: date, length: int, now: datetime, refused: frozenset[int]) -> Kpi:
    line = trend(values, metric, last, length, now)
    figure = total(values, metric, last, length)
    if figure.value is None and metric.id in refused:
        figure = Total(None, why=REFUSED)
    return Kpi(metric, figure, total(values, metric, last - length * DAY, length), line.now, line.provisional)


def kpis(values: Values, last: date, length: int, now: datetime, refused: frozenset[int] = frozenset()) -> list[Kpi]:
    return [kpi(values, catalogue.ACCOUNT[name], last, length, now, refused) for name in KPIS]


@dataclass(frozen=True)
class Part:
    """One part of a breakdown, with the same part of the window before."""

    key: str
    value: int
    before: int | None

    @property
    def change(self) -> float | None:
        return (self.value - self.before) / self.before if self.before else None


def parts(values: Values, name: str, last: date, key: str, length: int = 30) -> list[Part]:
    """Return a breakdown's parts, largest first. Parts of unique counts overlap: they do not add up to the whole."""
    metric = catalogue.ACCOUNT[name]
    now = values.parts(metric, length, last, key)
    before = values.parts(metric, length, last - length * DAY, key)
    return sorted((Part(k, v, before.get(k)) for k, v in now.items()), key=lambda part: -part.value)


def usual(reaches: Mapping[int, float | None]) -> float | None:
    """Return the middle reach of the account's media; None while there are too few to speak of a habit."""
    known = [value for value in reaches.values() if value is not None]
    return float(median(known)) if len(known) >= USUAL_OF else None


def against(value: float | None, habit: float | None) -> float | None:
    """Return how many times the usual a media reached."""
    return value / habit if value is not None and habit else None
