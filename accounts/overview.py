"""What the account screens show, read in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import choosing, states
from accounts.models import Connection, IGUser
from accounts.states import Look
from meta.logins import BY_KEY
from workspaces.access import WorkspaceRequest

CAPABILITIES = {
    "read": gettext_lazy("Profile and posts"),
    "publish": gettext_lazy("Publishing"),
    "insights": gettext_lazy("Insights"),
}


@dataclass(frozen=True)
class Line:
    """One account of the list."""

    account: IGUser
    connections: list[Connection]
    look: Look
    picture_url: str
    expires_at: datetime | None
    proved_at: datetime | None
    now: datetime

    @property
    def days_left(self) -> int | None:
        return None if self.expires_at is None else max((self.expires_at - self.now).days, 0)

    @property
    def lost(self) -> Connection | None:
        """The connection to mend, when none works."""
        if any(connection.is_usable for connection in self.connections):
            return None
        return self.connections[-1] if self.connections else None


def picture_url(slug: str, account: IGUser) -> str:
    """Return where an account's picture is served, '' when there is none."""
    if not account.picture:
        return ""
    version = int(account.picture_read_at.timestamp()) if account.picture_read_at else 0
    return f"{reverse('ig_user_picture', args=[slug, account.pk])}?v={version}"


def lines(request: WorkspaceRequest) -> list[Line]:
    """Return a line for every account this person may see: in two queries, however many there are."""
    kept = Connection.objects.exclude(state=Connection.State.DISCONNECTED).order_by("connected_at")
    accounts = (
        IGUser.objects.here()
        .visible_to(request.membership)
        .select_related("client")
        .prefetch_related(Prefetch("connections", kept))
    )
    now = timezone.now()
    return [line(request.workspace.slug, account, list(account.connections.all()), now) for account in accounts]


def line(slug: str, account: IGUser, connections: list[Connection], now: datetime) -> Line:
    usable = [connection for connection in connections if connection.is_usable]
    ends = [connection.expires_at for connection in usable if connection.expires_at]
    proofs = [connection.proved_at for connection in connections if connection.proved_at]
    return Line(
        account=account,
        connections=connections,
        look=states.look_of_account(connections, now),
        picture_url=picture_url(slug, account),
        # The longest-living connection decides: the account works until the last one ends.
        expires_at=max(ends) if ends and len(ends) == len(usable) else None,
        proved_at=max(proofs, default=None),
        now=now,
    )


@dataclass(frozen=True)
class Card:
    """One connection on the account's own screen."""

    connection: Connection
    look: Look
    tests: list[tuple[str, bool, str]]
    """Capability, whether it works, and what it lacks."""
    has_login: bool


def cards(account: IGUser) -> list[Card]:
    """Return the account's connections, each with what it can do."""
    now = timezone.now()
    rows = account.connections.select_related("page", "connected_by").order_by("connected_at")
    return [Card(row, states.look(row, now), _tests(row), row.login in BY_KEY) for row in rows]


def _tests(connection: Connection) -> list[tuple[str, bool, str]]:
    return [
        (str(word), choosing.can(connection, capability), _lacks(connection, capability))
        for capability, word in CAPABILITIES.items()
    ]


def _lacks(connection: Connection, capability: str) -> str:
    if not connection.is_usable:
        return _("The connection does not work at the moment.")
    if choosing.lacks_task(connection, capability):
        return _("The person who connected may not create content on the Facebook Page.")
    missing = choosing.missing(connection, capability)
    return _("Permission missing: %(names)s") % {"names": ", ".join(missing)} if missing else ""
