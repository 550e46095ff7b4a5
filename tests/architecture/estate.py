"""One object of Aurora's climbing gym for every address that names one."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from library.storing import store
from tests.library.pictures import photo
from workspaces.models import Invitation, Membership
from workspaces.scoping import workspace_in_force


def member(cast) -> dict[str, Any]:
    return {"pk": Membership.objects.get(user=cast.ed).pk}


def invitation(cast) -> dict[str, Any]:
    soon = timezone.now() + timedelta(days=1)
    return {"pk": Invitation.objects.create(email="x@example.com", token_hash="x", expires_at=soon).pk}


def client(cast) -> dict[str, Any]:
    return {"pk": cast.other_client.pk}


def asset(cast) -> dict[str, Any]:
    return {"pk": store(photo((400, 400)), by=cast.ada, client=cast.other_client).pk}


ESTATE = {
    "asset_thumb": asset,
    "person_remove": member,
    "invitation_revoke": invitation,
    "client_edit": client,
}


def build_estate(cast) -> dict[str, dict[str, Any]]:
    """Return the keyword arguments of each address, by its name."""
    with workspace_in_force(cast.aurora.id):
        made = {make: make(cast) for make in set(ESTATE.values())}
    return {name: made[make] for name, make in ESTATE.items()}
