"""How numbers and times are written: grouped, with their sign, never without their time zone."""

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TypeGuard
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Number = int | float | Decimal
NOTHING = "—"


def is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def figure(value: object, decimals: int | None = None) -> str:
    """Return `value` with grouped thousands; a dash for None, which is unknown and not zero."""
    if value is None or value == "":
        return NOTHING
    if not is_number(value):
        return str(value)
    if decimals is None:
        decimals = 0 if isinstance(value, int) or value == int(value) else 1
    return number_format(value, decimals, force_grouping=True).replace("-", "−")


def signed(value: object) -> str:
    """Return `value` with its sign: +312, −14, 0."""
    text = figure(value)
    return f"+{text}" if is_number(value) and value > 0 else text


def percent(ratio: object) -> str:
    """Return the ratio 0.124 as 12.4 %; a dash for None."""
    if not is_number(ratio):
        return NOTHING
    return _("%(figure)s %%") % {"figure": figure(round(float(ratio) * 100, 1))}


def change(now: Number | None, before: Number | None) -> float | None:
    """Return how much `now` differs from `before` as a ratio; None where there is nothing to divide by."""
    if now is None or not before:
        return None
    return (float(now) - float(before)) / abs(float(before))


def as_zone(zone: object) -> tzinfo:
    """Return the time zone called `zone`; UTC for an empty one."""
    if isinstance(zone, tzinfo):
        return zone
    return ZoneInfo(str(zone)) if zone else ZoneInfo("UTC")


def zone_label(zone: object, at: datetime | None = None) -> str:
    """Return the zone's city and its offset at that moment: Lisbon (UTC+1)."""
    there = as_zone(zone)
    offset = (at or timezone.now()).astimezone(there).utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    utc = "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    name = str(there).rpartition("/")[2].replace("_", " ")
    return utc if name in ("UTC", "GMT", "Etc") else f"{name} ({utc})"


def at_zone(when: datetime | None, zone: object = "UTC") -> str:
    """Return the moment on the wall there, its zone included: Thu 22 Oct, 11:12 Lisbon (UTC+1)."""
    if when is None:
        return NOTHING
    there = when.astimezone(as_zone(zone))
    pattern = "D j M, H:i" if there.year == timezone.now().year else "D j M Y, H:i"
    return f"{date_format(there, pattern)} {zone_label(zone, when)}"


def clock(when: datetime | None, zone: object = "UTC") -> str:
    """Return the hour and minute on the wall there: 11:12. The zone has to stand near by."""
    return NOTHING if when is None else date_format(when.astimezone(as_zone(zone)), "H:i")


def day(when: date | None, zone: object = "") -> str:
    """Return the day: Thu 22 Oct."""
    if when is None:
        return NOTHING
    if isinstance(when, datetime):
        when = when.astimezone(as_zone(zone))
    return date_format(when, "D j M" if when.year == timezone.now().year else "D j M Y")


def age(when: datetime | None, now: datetime | None = None) -> str:
    """Return how long ago `when` was, or how long until then: now, 4 min, 16 h, 2 d, in 3 d."""
    if when is None:
        return NOTHING
    gone = (now or timezone.now()) - when
    seconds = abs(gone.total_seconds())
    if seconds < 60:
        return _("now")
    span = duration(timedelta(seconds=seconds))
    return span if gone > timedelta() else _("in %(span)s") % {"span": span}


def duration(span: timedelta) -> str:
    """Return the largest whole unit of `span`: 48 s, 4 min, 16 h, 2 d."""
    seconds = int(span.total_seconds())
    for size, unit in ((86400, _("d")), (3600, _("h")), (60, _("min"))):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} {_('s')}"


def days_left(span: timedelta) -> str:
    """Return whole days in words."""
    return ngettext("%(n)s day", "%(n)s days", span.days) % {"n": span.days}


def initials(name: object) -> str:
    """Return one or two letters that stand for a name or a handle."""
    words = str(name).lstrip("@").replace(".", " ").replace("_", " ").replace("-", " ").split()
    letters = [word[0] for word in words[:2]]
    return "".join(letters).upper() or "?"


@lru_cache(maxsize=1)
def zone_names() -> list[str]:
    """Return the zones named after a place, in order."""
    skipped = ("Etc/", "posix", "right", "SystemV")
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(skipped))
