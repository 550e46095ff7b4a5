"""Which connection of an account serves a capability, and in words why none does."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Connection, IGUser
from meta.logins import BY_KEY, Feature

FEATURES = {"publish": Feature.PUBLISH, "insights": Feature.INSIGHTS, "read": Feature.PROFILE}
MAY_PUBLISH = frozenset({"MANAGE", "CREATE_CONTENT", "PROFILE_PLUS_FULL_CONTROL", "PROFILE_PLUS_CREATE_CONTENT"})
"""Tasks on the Page, by their classic and new names. No task listed at all leaves the answer to Meta."""


def missing(connection: Connection, capability: str) -> tuple[str, ...]:
    """Return the permissions a capability lacks on this connection."""
    return BY_KEY[connection.login].missing_scopes(connection.permissions, [FEATURES[capability]])


def lacks_task(connection: Connection, capability: str) -> bool:
    return capability == "publish" and bool(connection.tasks) and MAY_PUBLISH.isdisjoint(connection.tasks)


def can(connection: Connection, capability: str) -> bool:
    """Say whether a connection serves a capability: its state, its permissions and, for Pages, its tasks."""
    return connection.is_usable and not missing(connection, capability) and not lacks_task(connection, capability)


def best(connections: Iterable[Connection], capability: str) -> Connection | None:
    """Return the connection to use: a healthy one first, then one through a Page, which opens more, then the newest."""
    able = [connection for connection in connections if can(connection, capability)]
    active = Connection.State.ACTIVE
    return max(able, key=lambda c: (c.state == active, BY_KEY[c.login].has_pages, c.connected_at), default=None)


def connection_for(ig_user: IGUser, capability: str) -> Connection | None:
    """Return the connection of an account that serves 'publish', 'insights' or 'read', or None."""
    if ig_user.removed_at is not None:
        return None
    found = best(ig_user.connections.select_related("page"), capability)
    if found is not None:
        found.ig_user = ig_user
    return found


def why_not(ig_user: IGUser, capability: str) -> str:
    """Return one sentence on why no connection serves a capability; '' when one does."""
    connections = list(ig_user.connections.all())
    if ig_user.removed_at is not None:
        return _("@%(username)s was removed from this workspace.") % {"username": ig_user.username}
    if best(connections, capability):
        return ""
    usable = [connection for connection in connections if connection.is_usable]
    if not usable:
        return _("@%(username)s is not connected any more. Connect it again.") % {"username": ig_user.username}
    if all(lacks_task(connection, capability) for connection in usable):
        return _("The person who connected @%(username)s may not create content on its Facebook Page.") % {
            "username": ig_user.username
        }
    lacking = missing(usable[0], capability)
    return _("Permission missing for @%(username)s: %(permissions)s. Connect it again and leave it ticked.") % {
        "username": ig_user.username,
        "permissions": ", ".join(lacking),
    }
