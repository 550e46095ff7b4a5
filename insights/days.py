"""Instagram's days: midnight to midnight Pacific, whatever the reader's clock says."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
SETTLES = timedelta(hours=72)
LONGEST_QUESTION = timedelta(days=30)
DAY = timedelta(days=1)


def opens(day: date) -> datetime:
    """Return the first moment of Meta's `day`, in UTC."""
    return datetime.combine(day, time.min, PACIFIC).astimezone(UTC)


def closes(day: date) -> datetime:
    """Return the moment Meta's `day` is over, in UTC. On two days of the year that is 23 or 25 hours after it opens."""
    return opens(day + DAY)


def day_of(moment: datetime) -> date:
    """Return Meta's day that `moment` belongs to."""
    return moment.astimezone(PACIFIC).date()


def day_ending(end_time: datetime) -> date:
    """Return the day a point of a time series is about: its `end_time` is the midnight at which that day ended.

    Half a day is taken off so that an answer one hour astray, as around a clock change, still means the same day.
    """
    return day_of(end_time - timedelta(hours=12))


def last_closed(now: datetime) -> date:
    """Return the newest of Meta's days that is over."""
    return day_of(now) - DAY


def settles(day: date) -> datetime:
    """Return when figures of `day` stop being provisional: Meta revises them for up to 48 hours, we wait 72."""
    return closes(day) + SETTLES


def is_provisional(day: date, now: datetime) -> bool:
    return now < settles(day)


def question(first: date, last: date) -> tuple[datetime, datetime]:
    """Return `since` and `until` for the days `first` to `last`, never more than Meta's 30 days apart.

    When the clocks go back, 30 days last one hour more than Meta allows: then the question begins an hour late.
    """
    since, until = opens(first), closes(last)
    return max(since, until - LONGEST_QUESTION), until


def span(last: date, length: int) -> list[date]:
    """Return the `length` days that end with `last`, oldest first."""
    return [last - DAY * back for back in range(length - 1, -1, -1)]
