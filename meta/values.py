"""Readings of single JSON values from Meta: times, numbers, texts. What cannot be read is None, and nothing raises."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from meta.secrets import Secret

FAR_PAST, FAR_FUTURE = 0, 253_370_764_800  # 1970 and 9999, in Unix seconds


def text(value: Any) -> str:
    """Return an id or text as str; numbers lose nothing, anything else is ''. PostgreSQL takes no NUL in a text."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def link(value: Any) -> str:
    """Return an address that a page may lead to; '' for anything that a browser would run instead."""
    address = text(value).strip()
    return address if address.lower().startswith(("https://", "http://")) else ""


def whole(value: Any) -> int | None:
    """Return a whole number, also from digits in a string; None for everything else, booleans included."""
    read = number(value)
    if isinstance(read, float):
        return int(read) if read.is_integer() else None
    return read


def number(value: Any) -> int | float | None:
    """Return a finite number, also from a numeric string; None for everything else. Unknown is not zero."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = _from_string(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return None


def _from_string(value: str) -> int | float | None:
    if not value.isascii() or len(value) > 40:
        return None
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return None


def when(value: Any) -> datetime | None:
    """Return an aware UTC time from ISO 8601 (`2017-05-19T23:27:28+0000`) or Unix seconds; 0 and nonsense are None."""
    if isinstance(value, str) and not _from_string(value):
        return _from_iso(value)
    seconds = number(value)
    if seconds is None or not FAR_PAST < seconds < FAR_FUTURE:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _from_iso(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def span(seconds: Any) -> timedelta | None:
    """Return a positive length of time from seconds; None when missing, 0 or nonsense (Meta writes 0 for "never")."""
    read = number(seconds)
    if read is None or not 0 < read < FAR_FUTURE:
        return None
    return timedelta(seconds=read) or None


def secret(value: Any) -> Secret | None:
    """Return a token as a Secret; None when it is missing or empty."""
    if isinstance(value, Secret):
        return value or None
    return Secret(value) if isinstance(value, str) and value else None


def mapping(value: Any) -> dict[str, Any]:
    """Return an object as dict; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, of `{"data": [...]}`, or of one bare object with an id; skips what is no object."""
    if isinstance(value, dict):
        inner = value.get("data")
        value = inner if isinstance(inner, list) else ([value] if "id" in value else [])
    return objects(value)


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, without what is none; [] for anything but a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts or ids in its order; () for anything but a list."""
    return tuple(text(item) for item in value) if isinstance(value, list) else ()
