"""The geometry of charts: from values to places in a drawing. Pure functions; nothing here invents a value.

x runs in per cent of the width, y in per cent of the plot's height from its top, so that a drawing fills any box.
A None is a day without a value: the line breaks there, and the gap is never bridged.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from screens.formats import Number

LEFT, RIGHT = 4.0, 97.0
PIN_DISTANCE = 9.0
AXIS_LABELS = 6


@dataclass(frozen=True)
class Day:
    """One day of a trend: its value, the value of the same day in the period before, and whether it still moves."""

    on: date
    value: Number | None
    before: Number | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Photo:
    """A photograph under the axis, on the day it was posted."""

    on: date
    src: str
    href: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Bar:
    """One row of a bar list; `before` puts a tick where the period before ended."""

    label: str
    value: Number | None
    before: Number | None = None
    series: int = 1
    text: str = ""


@dataclass(frozen=True)
class Place:
    """A value's place: x in per cent of the width, y in per cent from the top of the plot."""

    x: float
    y: float
    value: Number


@dataclass(frozen=True)
class Scale:
    """A zero-based axis with round steps."""

    low: float
    high: float
    step: float

    def y(self, value: Number) -> float:
        return 100 * (self.high - float(value)) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return the round numbers on the axis from low to high."""
        count = round((self.high - self.low) / self.step)
        return [self.low + n * self.step for n in range(count + 1)]

    @property
    def decimals(self) -> int:
        """Return how many decimals the numbers on the axis need."""
        return next((n for n in range(9) if math.isclose(round(self.step, n), self.step)), 9)


@dataclass(frozen=True)
class Span:
    """A stretch of the x axis in per cent."""

    start: float
    end: float

    @property
    def width(self) -> float:
        return self.end - self.start

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Pin:
    x: float
    photo: Photo
    crowded: bool


@dataclass(frozen=True)
class Trend:
    """Everything a trend draws."""

    scale: Scale
    lines: list[list[Place]]
    before: list[list[Place]]
    gaps: list[Span]
    late: Span | None
    xs: list[float]
    peak: Place | None = None
    last: Place | None = None
    pins: list[Pin] = field(default_factory=list)


def nice_step(span: float, whole: bool, steps: int = 5) -> float:
    """Return the smallest of 1, 2, 2.5, 5 × 10ⁿ that covers `span` in at most `steps` steps; a whole one if asked."""
    if not span or (whole and span <= steps):
        return 1.0
    raw = span / steps
    size = 10.0 ** math.floor(math.log10(raw))
    return next(f * size for f in (1, 2, 2.5, 5, 10, 20) if f * size >= raw and (not whole or (f * size) % 1 == 0))


def scale_for(values: Iterable[Number | None]) -> Scale:
    """Return a scale that holds every value and zero; counts get whole steps."""
    known = [float(v) for v in values if v is not None]
    high, low = max([*known, 0.0]), min([*known, 0.0])
    step = nice_step(high - low, whole=all(v == int(v) for v in known))
    top, bottom = step * math.ceil(high / step), step * math.floor(low / step)
    return Scale(bottom, top if top > bottom else bottom + step, step)


def spread(count: int, left: float = LEFT, right: float = RIGHT) -> list[float]:
    """Return `count` places from left to right, evenly apart; a single one stands in the middle."""
    if count == 1:
        return [(left + right) / 2]
    return [left + (right - left) * n / (count - 1) for n in range(count)]


def runs(values: Sequence[Number | None], xs: Sequence[float], scale: Scale) -> list[list[Place]]:
    """Return the unbroken stretches of known values; a None ends one and is part of none."""
    stretches: list[list[Place]] = []
    for known, group in groupby(zip(values, xs, strict=True), key=lambda pair: pair[0] is not None):
        if known:
            stretches.append([Place(x, scale.y(value), value) for value, x in group if value is not None])
    return stretches


def stretch(first: int, last: int, xs: Sequence[float]) -> Span:
    """Return the span of the days `first` to `last`, half a day wider on both sides, within the drawing."""
    start = (xs[first - 1] + xs[first]) / 2 if first else 0.0
    end = (xs[last] + xs[last + 1]) / 2 if last + 1 < len(xs) else 100.0
    return Span(start, end)


def gaps(values: Sequence[Number | None], xs: Sequence[float]) -> list[Span]:
    """Return the spans of the days without a value."""
    found: list[Span] = []
    for missing, group in groupby(range(len(values)), key=lambda n: values[n] is None):
        if missing:
            days = list(group)
            found.append(stretch(days[0], days[-1], xs))
    return found


def late_span(days: Sequence[Day], xs: Sequence[float]) -> Span | None:
    """Return the span of the provisional days at the end, or None."""
    count = 0
    for day in reversed(days):
        if not day.provisional:
            break
        count += 1
    return stretch(len(days) - count, len(days) - 1, xs) if count else None


def pins(days: Sequence[Day], photos: Iterable[Photo], xs: Sequence[float]) -> list[Pin]:
    """Return the photographs of these days in order; one too close to the pin before it gives way on a phone."""
    places = {day.on: x for day, x in zip(days, xs, strict=True)}
    shown: list[Pin] = []
    for photo in sorted(photos, key=lambda photo: photo.on):
        x = places.get(photo.on)
        if x is None or (shown and shown[-1].x == x):
            continue
        shown.append(Pin(x, photo, bool(shown) and x - shown[-1].x < PIN_DISTANCE))
    return shown


def trend(days: Sequence[Day], photos: Iterable[Photo] = ()) -> Trend:
    """Return where everything of a trend stands."""
    xs = spread(len(days))
    values = [day.value for day in days]
    before = [day.before for day in days]
    scale = scale_for([*values, *before])
    lines = runs(values, xs, scale)
    known = [place for line in lines for place in line]
    last = known[-1] if known else None
    peak = max(known, key=lambda place: float(place.value)) if len(known) > 2 else None
    return Trend(
        scale=scale,
        lines=lines,
        before=runs(before, xs, scale),
        gaps=gaps(values, xs),
        late=late_span(days, xs),
        xs=xs,
        peak=peak if peak is not last else None,
        last=last,
        pins=pins(days, photos, xs),
    )


def axis_days(count: int) -> list[int]:
    """Return the positions of the days that get a label: about six, evenly apart, the first among them."""
    return list(range(0, count, max(1, math.ceil(count / AXIS_LABELS))))


def spark(values: Sequence[Number | None]) -> tuple[list[list[Place]], list[float]]:
    """Return the stretches of a sparkline over its whole width; its own lowest and highest value touch the edges."""
    known = [float(v) for v in values if v is not None]
    if not known:
        return [], []
    low, high = min(known), max(known)
    if low == high:
        low, high = low - 1, high + 1
    xs = spread(len(values), 0.0, 100.0)
    room = (high - low) * 0.06
    return runs(values, xs, Scale(low - room, high + room, 1.0)), xs


def bar_shares(rows: Sequence[Bar]) -> list[tuple[float | None, float | None]]:
    """Return length and tick of every bar in per cent of the longest; zero-based, None where there is no value."""
    longest = max((float(v) for row in rows for v in (row.value, row.before) if v is not None), default=0.0)

    def share(value: Number | None) -> float | None:
        if value is None:
            return None
        return max(0.0, 100 * float(value) / longest) if longest > 0 else 0.0

    return [(share(row.value), share(row.before)) for row in rows]


def halftone(rows: Sequence[Sequence[Number | None]]) -> list[tuple[float, float, float, Number]]:
    """Return the squares of a grid, ten units a cell: left, top, side, value. The side is the value; None has none."""
    highest = max((float(v) for row in rows for v in row if v is not None), default=0.0)
    squares = []
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is None or highest <= 0:
                continue
            side = 8.6 * float(value) / highest
            squares.append((c * 10 + (10 - side) / 2, r * 10 + (10 - side) / 2, side, value))
    return squares
