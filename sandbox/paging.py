"""Cursor paging: opaque cursors, `limit` as a maximum, a missing `next` as the only end."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.errors import bad_param
from sandbox.graph_call import Call

Item = TypeVar("Item")
MOST = 100
DEFAULT = 25


def cursor(identifier: str) -> str:
    return base64.urlsafe_b64encode(f"QVFI:{identifier}".encode()).decode().rstrip("=")


def opened(text: str) -> str:
    """The identifier inside a cursor; a made-up cursor is refused."""
    try:
        mark, _, identifier = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
    except ValueError:
        mark = identifier = ""
    if mark != "QVFI":
        raise bad_param("Invalid parameter: cursor")
    return identifier


def limit_of(arguments: dict[str, str], most: int = MOST) -> int:
    text = arguments.get("limit", "")
    if not text:
        return DEFAULT
    if not text.isdigit() or int(text) < 1:
        raise bad_param("limit must be a positive number")
    return min(int(text), most)


def cut(
    call: Call, items: Sequence[Item], key: Callable[[Item], str], arguments: dict[str, str], most: int
) -> tuple[list[Item], bool, bool]:
    """One page of a list, whether something stands before it, and whether something follows."""
    limit = limit_of(arguments, most)
    keys = [key(item) for item in items]
    start = 0
    if arguments.get("after"):
        known = opened(arguments["after"])
        start = keys.index(known) + 1 if known in keys else len(keys)
    elif arguments.get("before"):
        known = opened(arguments["before"])
        end = keys.index(known) if known in keys else 0
        start, limit = max(end - limit, 0), min(limit, end)
    if call.world.variants["short_pages"] == "yes":
        limit = max(limit // 2, 1)
    page = list(items[start : start + limit])
    return page, start > 0, start + limit < len(items)


def answer(
    call: Call,
    items: Sequence[Item],
    key: Callable[[Item], str],
    render: Callable[[Item], Any],
    arguments: dict[str, str],
    *,
    links: bool = True,
    most: int = MOST,
) -> dict[str, Any]:
    """`data` and `paging`; inside a field expansion only the cursors come back."""
    page, earlier, later = cut(call, items, key, arguments, most)
    found: dict[str, Any] = {"data": [render(item) for item in page]}
    if page:
        cursors = {"before": cursor(key(page[0])), "after": cursor(key(page[-1]))}
        found["paging"] = {"cursors": cursors}
        if links and later:
            found["paging"]["next"] = link(call, "after", cursors["after"])
        if links and earlier:
            found["paging"]["previous"] = link(call, "before", cursors["before"])
    return found


def link(call: Call, name: str, value: str) -> str:
    """A complete address with the token in it, which is why clients must never keep it."""
    values = {key: text for key, text in call.params.items() if key not in ("before", "after", "access_token")}
    return f"{call.url}?{urlencode(values | {'access_token': call.session.token, name: value})}"
