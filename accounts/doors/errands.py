"""Errands: one way through a door each, opened by the button, claimed once by the callback.

The browser's session holds the state that Meta returns, and in it the errand's id; the errand's row says who may come
back, to which workspace, for which account. What the row says is checked before any code or token goes to Meta.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Now

from accounts import refusals
from accounts.leasing import in_future
from accounts.models import Errand, IGUser
from workspaces.models import Client, Membership, User
from workspaces.roles import Right
from workspaces.scoping import workspace_in_force

LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Visit:
    """A claimed errand with the membership it was claimed under."""

    errand: Errand
    membership: Membership

    @property
    def slug(self) -> str:
        return self.membership.workspace.slug


def open_errand(
    user: User, login: str, *, ig_user: IGUser | None, client: Client | None, asked: Iterable[str]
) -> dict[str, str]:
    """Store an errand in the workspace in force and return what the browser's session keeps of it."""
    errand = Errand.objects.create(user=user, login=login, ig_user=ig_user, client=client, asked=list(asked))
    return {"workspace": str(errand.workspace_id), "user": str(user.pk), "errand": str(errand.pk)}


def claim(user: User | AnonymousUser, login: str, kept: dict[str, Any] | None) -> Visit:
    """Return the visit an errand stands for, and use it up. Raises Refused.

    Of two callbacks at the same moment one conditional UPDATE lets a single one through.
    """
    if not isinstance(user, User):
        raise refusals.signed_out()
    if not kept or kept.get("user") != str(user.pk):
        raise refusals.bad_state()
    with workspace_in_force(UUID(kept["workspace"])):
        membership = may_connect(user)
        open_ones = Errand.objects.filter(
            pk=UUID(kept["errand"]), user=user, login=login, used_at=None, created_at__gte=in_future(-LASTS)
        )
        if not open_ones.update(used_at=Now()):
            raise refusals.bad_state()
        errand = Errand.objects.select_related("ig_user", "client").get(pk=UUID(kept["errand"]))
    return Visit(errand, membership)


def may_connect(user: User) -> Membership:
    """Return the person's membership in the workspace in force if it still may connect accounts. Raises Refused."""
    membership = Membership.objects.select_related("workspace").filter(user=user).first()
    if membership is None or not membership.may(Right.CONNECT):
        raise refusals.lost_right()
    return membership
