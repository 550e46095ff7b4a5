"""How many calls Meta still takes for an account under an app, read from the headers of every answer.

Meta counts per app and account, so the rows stand above the tenants and hold no tenant's data. A row
with an empty account id is the app as a whole.
Limits: developers.facebook.com/docs/graph-api/overview/rate-limiting, read 2026-11-22.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccountGate, Connection
from meta.errors import RateLimited
from meta.usage import Usage

log = logging.getLogger(__name__)
WHOLE_APP = ""
STOP_AT = {"backfill": 60, "routine": 75, "publish": 100}
"""Percent of a limit from which a purpose waits: publishing keeps the last quarter for itself."""
READING_LASTS = timedelta(minutes=15)
"""An older reading brakes nothing: somebody has to look again."""
WAIT_UNSAID = timedelta(hours=1)


@dataclass(frozen=True)
class Room:
    """Whether there is room for a call now, and if not, until when and why, in words."""

    ok: bool
    until: datetime | None = None
    reason: str = ""


def gate(app_id: str, ig_id: str) -> AccountGate:
    """Return the row of an account (or of the whole app), made when it is missing."""
    return AccountGate.objects.get_or_create(app_id=app_id, ig_id=ig_id)[0]


def write(app_id: str, ig_id: str, **values: object) -> None:
    rows = AccountGate.objects.filter(app_id=app_id, ig_id=ig_id)
    if not rows.update(**values):
        gate(app_id, ig_id)
        rows.update(**values)


def note_usage(app_id: str, ig_id: str, usage: Usage) -> None:
    """Keep what the usage headers of an answer said. It never raises: an answer must not be lost over its headers."""
    now = timezone.now()
    try:
        if usage.app_percent:
            write(app_id, WHOLE_APP, usage_percent=ceil(usage.app_percent), usage_read_at=now)
        if ig_id and (usage.account_percent or usage.regain_after):
            values: dict[str, object] = {"usage_read_at": now}
            values["usage_percent"] = ceil(max([0, *usage.account_percent.values()]))
            if usage.regain_after:
                values["regain_at"] = now + usage.regain_after * 1.1
            write(app_id, ig_id, **values)
    except DatabaseError:
        log.exception("The usage of app %s and account %s could not be kept.", app_id, ig_id)


def note_limit(connection: Connection, error: RateLimited) -> None:
    """Close the gate until Meta lets us in again, a tenth longer than it said; app-wide limits close the app's."""
    ig_id = WHOLE_APP if error.code == 4 else connection.ig_user.ig_id
    wait = error.regain_after or WAIT_UNSAID
    write(connection.app_id, ig_id, regain_at=timezone.now() + wait * 1.1)


def room_for(connection: Connection, purpose: str) -> Room:
    """Say whether a call for 'publish', 'routine' or 'backfill' may be made now."""
    now = timezone.now()
    keys = [WHOLE_APP, connection.ig_user.ig_id]
    for row in AccountGate.objects.filter(app_id=connection.app_id, ig_id__in=keys):
        room = _room(row, STOP_AT[purpose], now)
        if not room.ok:
            return room
    return Room(ok=True)


def _room(row: AccountGate, limit: int, now: datetime) -> Room:
    if row.regain_at and row.regain_at > now:
        return Room(False, row.regain_at, _("Instagram's call limit is reached."))
    if row.usage_read_at is None or row.usage_read_at + READING_LASTS <= now or row.usage_percent < limit:
        return Room(ok=True)
    return Room(
        False,
        row.usage_read_at + READING_LASTS,
        _("%(percent)s %% of Instagram's call limit is used.") % {"percent": row.usage_percent},
    )
