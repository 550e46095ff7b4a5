"""Ending connections: tokens are shredded, the account and its publications stay until it is removed itself."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import credentials, entering, graphs, standing
from accounts.models import Connection, IGUser
from accounts.signals import account_removed
from meta import oauth
from meta.errors import MetaError
from meta.logins import BY_KEY
from workspaces.scoping import workspace_in_force

log = logging.getLogger(__name__)
State = Connection.State


def disconnect(connection: Connection) -> None:
    """End a connection here, and take the grant back at Meta when nothing else anywhere lives on it."""
    graph = _graph_to_revoke(connection)
    with transaction.atomic():
        standing.lose(connection, _("Disconnected here."), State.DISCONNECTED)
        Connection.objects.filter(pk=connection.pk).update(
            state=State.DISCONNECTED,
            disconnected_at=timezone.now(),
            problem="",
            refresh_due_at=None,
            auth_failed_at=None,
        )
        credentials.shred(connection)
    if graph is not None and not entering.grant_is_used(connection.app_id, connection.meta_user_id):
        _revoke(graph)


def _graph_to_revoke(connection: Connection):
    if not BY_KEY[connection.login].has_pages:
        return None
    try:
        token = credentials.read(connection, credentials.USER).token
    except credentials.CredentialUnreadable:
        return None
    return graphs.graph_with(connection.login, token)


def _revoke(graph) -> None:
    try:
        oauth.revoke(graph)
    except MetaError as error:
        log.info("The grant could not be taken back at Meta: %s", error)


def remove(ig_user: IGUser) -> None:
    """Take an account out of the workspace. Its publications and figures stay; connecting it again brings it back."""
    for connection in ig_user.connections.exclude(state=State.DISCONNECTED).select_related("ig_user"):
        disconnect(connection)
    won = IGUser.objects.here().filter(pk=ig_user.pk).update(removed_at=timezone.now())
    if won:
        transaction.on_commit(lambda: _tell(ig_user), robust=True)


def _tell(ig_user: IGUser) -> None:
    with workspace_in_force(ig_user.workspace_id):
        account_removed.send(sender=IGUser, ig_user=ig_user)
