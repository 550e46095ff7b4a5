"""Writes notices for the people an occasion concerns."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Connection
from notices.models import Notice
from workspaces.models import Membership
from workspaces.roles import RIGHTS, Right


def tell(
    key: str, *, right: Right, client_id: UUID | None, subject: str, template: str, path: str, **context: Any
) -> int:
    """Write one notice for every member with `right` who may see the client; return how many people are told.

    The same key tells the same person once. A workspace has to be in force.
    """
    body = render_to_string(template, {**context, "link": settings.PUBLIC_URL + path})
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    members = Membership.objects.filter(role__in=roles, user__is_active=True).select_related("user")
    rows = [
        Notice(user=member.user, key=key, subject=subject[:200], body=body)
        for member in members
        if member.sees_client(client_id)
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def on_connection_lost(sender: Any, connection: Connection, **_kwargs: Any) -> None:
    """Tell who can reconnect that an account went dark; who disconnected it on purpose knows."""
    if connection.state == Connection.State.DISCONNECTED:
        return
    account = connection.ig_user
    tell(
        f"lost:{connection.id}:{connection.connected_at.isoformat()}",
        right=Right.CONNECT,
        client_id=account.client_id,
        subject=_("Reconnect @%(username)s") % {"username": account.username},
        template="notices/mail/connection_lost.txt",
        path=reverse("account", args=[connection.workspace.slug, account.id]),
        connection=connection,
        account=account,
    )
