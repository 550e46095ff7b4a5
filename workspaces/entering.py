"""The ways into a workspace other than /w/<workspace>/: one resolver each, so that they can be counted and tested."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workspaces.models import Invitation, Membership, User, Workspace
from workspaces.scoping import across_workspaces


@dataclass(frozen=True)
class Place:
    """A workspace a person belongs to, as the switcher shows it."""

    id: UUID
    slug: str
    name: str


def membership_at(slug: str, user: User) -> Membership | None:
    """Return the membership of `user` in the workspace at `slug`; strangers get None, as if it did not exist."""
    with across_workspaces("A request names its workspace by slug; the membership decides whether it may enter."):
        return Membership.objects.select_related("workspace").filter(workspace__slug=slug, user=user).first()


def places_of(user: User) -> list[Place]:
    """Return the workspaces of `user` by name."""
    with across_workspaces("A person sees the list of their own workspaces."):
        rows = Workspace.objects.filter(pk__in=Membership.objects.filter(user=user).values("workspace_id")).order_by(
            "name"
        )
        return [Place(row.id, row.slug, row.name) for row in rows]


def invitation_by(token: str) -> Invitation | None:
    """Return the open invitation this token belongs to."""
    with across_workspaces("An invitation's token names its workspace."):
        found = Invitation.objects.select_related("workspace").filter(token_hash=Invitation.hash(token)).first()
    return found if found and found.is_open else None


def invitations_by(user: User, since: datetime) -> int:
    """Return how many invitations a person has written since then, wherever."""
    with across_workspaces("How much mail one person sends counts together, however many workspaces they open."):
        return Invitation.objects.filter(invited_by=user, created_at__gte=since).count()
