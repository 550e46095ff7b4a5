"""The layout of a month: whole weeks of days, each with what falls on it in one time zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from publishing.cards import Card

CELL = 3
NAMED = re.compile(r"(\d{4})-(\d{2})$", re.ASCII)


@dataclass
class Day:
    """One cell of the calendar."""

    on: date
    is_out: bool
    is_today: bool
    is_past: bool
    now: datetime
    all: list[Card] = field(default_factory=list)

    @property
    def next(self) -> Card | None:
        """Return the first card of today that lies ahead: the line of now stands above it."""
        if not self.is_today:
            return None
        ahead = (card for card in self.all if card.row.scheduled_at and card.row.scheduled_at > self.now)
        return next(ahead, None)

    @property
    def shown(self) -> list[Card]:
        """Return what fits the cell; of today what lies around now."""
        ahead = self.all.index(self.next) if self.next else (len(self.all) if self.is_today else 0)
        start = max(0, min(ahead - 1, len(self.all) - CELL))
        return self.all[start : start + CELL]

    @property
    def more(self) -> int:
        return len(self.all) - len(self.shown)


@dataclass(frozen=True)
class Month:
    """A month and the moments its whole weeks span in a zone."""

    first: date
    zone: tzinfo

    @classmethod
    def named(cls, text: str, zone: tzinfo, now: datetime) -> "Month":
        """Return the month called `2026-11`; the one of `now` for anything else."""
        today = now.astimezone(zone).date()
        match = NAMED.match(text)
        if match and 1 <= int(match[2]) <= 12 and 2000 <= int(match[1]) <= 2200:
            return cls(date(int(match[1]), int(match[2]), 1), zone)
        return cls(today.replace(day=1), zone)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    def shifted(self, months: int) -> "Month":
        years, month = divmod(self.first.month - 1 + months, 12)
        return Month(date(self.first.year + years, month + 1, 1), self.zone)

    @property
    def monday(self) -> date:
        return self.first - timedelta(days=self.first.weekday())

    @property
    def end(self) -> date:
        """Return the day after the last Sunday shown."""
        last = self.shifted(1).first - timedelta(days=1)
        return last + timedelta(days=7 - last.weekday())

    def moment(self, day: date) -> datetime:
        """Return when a day begins on the clocks there."""
        return datetime.combine(day, time(), self.zone)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.moment(self.monday), self.moment(self.end)

    def changes_offset(self) -> datetime | None:
        """Return the first day of the month that ends with another offset than it began with."""
        day, last = self.first, self.shifted(1).first
        while day < last:
            if self.moment(day).utcoffset() != self.moment(day + timedelta(days=1)).utcoffset():
                return self.moment(day)
            day += timedelta(days=1)
        return None

    def days(self, cards: Iterable[Card], now: datetime) -> list[Day]:
        """Return every day shown, each with its cards by time."""
        today = now.astimezone(self.zone).date()
        count = (self.end - self.monday).days
        days = [
            Day(on, (on.year, on.month) != (self.first.year, self.first.month), on == today, on < today, now)
            for on in (self.monday + timedelta(days=n) for n in range(count))
        ]
        for card in cards:
            if card.row.scheduled_at is not None:
                index = (card.row.scheduled_at.astimezone(self.zone).date() - self.monday).days
                if 0 <= index < count:
                    days[index].all.append(card)
        return days
