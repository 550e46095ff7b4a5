"""How much of Meta's rate limits is used, read from the headers of every answer.

developers.facebook.com/docs/graph-api/overview/rate-limiting, read 2026-11-22. Percent can exceed 100.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from meta import values

# Both spellings are seen: the documented one, and the one graph.instagram.com sends.
PERCENT_KEYS = ("call_count", "total_time", "total_cputime", "call_volume", "cpu_time")
MOST = 1000
LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True)
class Usage:
    """The highest percentage of any limit, for the app and per account (the key Meta uses: the business or IG id).

    0 and {} when a header is missing or unreadable: nothing is known, so nothing is braked. `regain_after` is the
    longest wait Meta announced here or in `Retry-After`, None when it announced none.
    """

    app_percent: float = 0
    account_percent: Mapping[str, float] = field(default_factory=dict)
    regain_after: timedelta | None = None

    @property
    def percent(self) -> float:
        """The highest of all percentages of this answer."""
        return max(self.app_percent, *self.account_percent.values(), 0)


def from_headers(headers: Mapping[str, str]) -> Usage:
    """Return what the usage headers of one answer say; header names in any case, garbage counts as missing."""
    found = {name.lower(): value for name, value in headers.items()}
    accounts: dict[str, float] = {}
    waits: list[timedelta] = []
    for account, entries in _json(found.get("x-business-use-case-usage")).items():
        for reading in values.listing(entries):
            accounts[account] = max(accounts.get(account, 0), _percent(reading))
            if (wait := _wait(reading)) is not None:
                waits.append(wait)
    if (pause := values.span(found.get("retry-after"))) is not None:
        waits.append(min(pause, LONGEST_WAIT))
    app = max(_percent(_json(found.get("x-app-usage"))), _percent(_json(found.get("x-page-usage"))))
    return Usage(app_percent=app, account_percent=accounts, regain_after=max(waits, default=None))


def _json(header: str | None) -> dict[str, Any]:
    try:
        return values.mapping(json.loads(header or "{}"))
    except (ValueError, RecursionError):
        return {}


def _percent(reading: Mapping[str, Any]) -> float:
    known = [values.number(reading.get(key)) for key in PERCENT_KEYS]
    return min(max([0, *(value for value in known if value is not None)]), MOST)


def _wait(reading: Mapping[str, Any]) -> timedelta | None:
    minutes = values.number(reading.get("estimated_time_to_regain_access")) or 0
    return values.span(min(minutes * 60, LONGEST_WAIT.total_seconds()))
