"""How a connection's state reads: word, icon, colour, sentence. One table for every screen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Connection

State = Connection.State
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Look:
    """What a screen shows for a state."""

    word: str | Promise
    icon: str
    data_s: str
    sentence: str | Promise


STATES: dict[str, Look] = {
    State.ACTIVE: Look(_("Connected"), "circle-check", "ok", _("Everything works.")),
    State.DEGRADED: Look(
        _("Not answering well"),
        "triangle-alert",
        "held",
        _("Instagram does not answer well at the moment. We keep trying; nothing is lost."),
    ),
    State.NEEDS_REAUTH: Look(
        _("Reconnect"), "circle-x", "failed", _("Instagram no longer accepts this access. Posts wait until it is back.")
    ),
    State.REVOKED: Look(
        _("Access withdrawn"), "circle-x", "failed", _("The owner took this app's access back at Meta.")
    ),
    State.DISCONNECTED: Look(_("Disconnected"), "circle-minus", "draft", _("Disconnected here.")),
}
NOT_CONNECTED = Look(_("Not connected"), "circle-minus", "draft", _("No connection leads to this account."))
EXPIRES_SOON = Look(
    _("Expires soon"), "triangle-alert", "held", _("Its access ends within a week and could not be renewed yet.")
)
PROBLEM = Look(_("Look at this"), "triangle-alert", "held", _("It works, but something needs a look."))
ORDER = [State.ACTIVE, State.DEGRADED, State.NEEDS_REAUTH, State.REVOKED]


def look(connection: Connection, now: datetime) -> Look:
    """Return how one connection looks now."""
    if connection.state == State.ACTIVE:
        ends = [end for end in (connection.expires_at, connection.data_access_expires_at) if end is not None]
        if ends and min(ends) - now < SOON:
            return EXPIRES_SOON
        if connection.problem:
            return PROBLEM
    return STATES[connection.state]


def look_of_account(connections: list[Connection], now: datetime) -> Look:
    """Return how an account looks: as its best connection does, because that one carries it."""
    for state in ORDER:
        for connection in connections:
            if connection.state == state:
                return look(connection, now)
    return NOT_CONNECTED
