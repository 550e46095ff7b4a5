"""The day as a ruler: one square for every post, stacked at its time, and the line of now."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from publishing.models import Publication
from publishing.states import STATES

STEP = 20  # Minutes that share a column.
BASE, PITCH, ROOM = 56, 10, 6


@dataclass(frozen=True)
class Dot:
    x: float
    y: int
    data_s: str


@dataclass(frozen=True)
class Hour:
    x: float
    label: str


@dataclass(frozen=True)
class Ruler:
    """Horizontal places in per cent of the width, vertical ones in pixels."""

    now: float
    hours: list[Hour]
    dots: list[Dot]


def ruler_of(rows: Iterable[Publication], now: datetime, zone: ZoneInfo) -> Ruler:
    """Return the ruler of a day; a column holds six squares, later ones share the top."""
    heights: Counter[float] = Counter()
    dots = []
    for row in rows:
        if row.scheduled_at is None:
            continue
        x = _x(row.scheduled_at.astimezone(zone), STEP)
        dots.append(Dot(x, BASE - PITCH * min(heights[x], ROOM - 1), STATES[row.status].data_s))
        heights[x] += 1
    here = _x(now.astimezone(zone), 1)
    hours = [Hour(round(h / 24 * 100, 2), "" if _crowded(h, here) else f"{h:02}") for h in range(0, 25, 3)]
    return Ruler(here, hours, dots)


def _x(at: datetime, step: int) -> float:
    minutes = (at.hour * 60 + at.minute) // step * step
    return round(minutes / 1440 * 100, 2)


def _crowded(hour: int, here: float) -> bool:
    """The ends carry no label, and neither does an hour under the label of now."""
    return hour in (0, 24) or abs(hour / 24 * 100 - here) < 7
