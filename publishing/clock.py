"""A wall time in a zone becomes one instant, by one rule; and the database's clock, the only one the engine compares.

Where clocks jump forward, a time that does not exist is refused. Where they go back, the first of the two is meant.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


class NoSuchTime(ValueError):
    """A wall time that names no instant; the message says why and what would."""


def parse_wall_time(text: str) -> datetime:
    """Return `YYYY-MM-DDTHH:MM` (seconds allowed) as a naive time; raise NoSuchTime when it is not one."""
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NoSuchTime(_("“%(text)s” is not a date and time.") % {"text": text.strip()[:40]}) from None
    if wall.tzinfo is not None:
        raise NoSuchTime(_("Give the time as the clock on the wall shows it, and the zone separately."))
    return wall


def instant(wall_time: str, time_zone: str) -> datetime:
    """Return the UTC instant of a wall time in a zone; raise NoSuchTime with a sentence for a person."""
    wall = parse_wall_time(wall_time)
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NoSuchTime(_("“%(zone)s” is not a time zone.") % {"zone": time_zone[:64]}) from None
    try:
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        back = moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise NoSuchTime(_("This date is too far away.")) from None
    if back != wall:
        raise NoSuchTime(_gap_sentence(wall, zone, back))
    return moment


def _gap_sentence(wall: datetime, zone: ZoneInfo, after: datetime) -> str:
    """`after` is the wall time that many minutes into the new offset, which is what people usually mean."""
    return _("On %(day)s the clocks in %(zone)s jump over %(time)s. Choose another time, such as %(other)s.") % {
        "day": date_format(wall, "j F Y"),
        "zone": zone.key,
        "time": f"{wall:%H:%M}",
        "other": f"{after:%H:%M}",
    }


def happens_twice(wall_time: str, time_zone: str) -> bool:
    """Say whether the clocks show this time twice that day; `instant` means the first."""
    wall, zone = parse_wall_time(wall_time), ZoneInfo(time_zone)
    return wall.replace(tzinfo=zone, fold=0).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset()


def wall_time_of(moment: datetime, time_zone: str) -> str:
    """Return an instant as the clocks in a zone show it, to the minute: `YYYY-MM-DDTHH:MM`."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%dT%H:%M}"


def database_now() -> datetime:
    """Return the database's time in UTC. Machines may disagree about the time; the database is one."""
    if connection.vendor == "sqlite":
        return timezone.now()  # SQLite has no clock but this machine's.
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0].astimezone(UTC)


def since(moment: datetime | None, now: datetime) -> timedelta:
    """Return how long ago a moment was; a moment that never came was no time ago."""
    return timedelta(0) if moment is None else now - moment
