"""The sandbox's own time: the machine's clock plus an offset that only the control page moves."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = 86400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


class Clock:
    """Seconds since the epoch, `offset` ahead of the machine."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        return time.time() + self.offset


@lru_cache(maxsize=65536)
def meta_time(seconds: float) -> str:
    """A moment as Meta writes it: `2019-04-05T07:56:32+0000`, always UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def pacific_day(seconds: float) -> int:
    """The number of the Pacific calendar day (proleptic ordinal) in which a moment lies."""
    guess = int(seconds // DAY) + EPOCH
    if seconds >= day_start(guess):
        return guess
    return guess - 1


@lru_cache(maxsize=8192)
def day_start(ordinal: int) -> float:
    """When a Pacific day begins: 07:00 UTC in summer, 08:00 UTC in winter."""
    day = datetime.fromordinal(ordinal)
    return day.replace(tzinfo=PACIFIC).timestamp()


def day_end(ordinal: int) -> float:
    return day_start(ordinal + 1)


def month_start(seconds: float) -> int:
    """The ordinal of the first Pacific day of the month of a moment."""
    return datetime.fromtimestamp(seconds, PACIFIC).replace(day=1).toordinal()


def week_start(seconds: float) -> int:
    moment = datetime.fromtimestamp(seconds, PACIFIC)
    return (moment - timedelta(days=moment.weekday())).toordinal()
