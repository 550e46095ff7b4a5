"""The ways into a workspace from outside a request: claims of background work, and what spans workspaces by nature."""

from datetime import timedelta
from uuid import UUID

from accounts.leasing import in_future
from accounts.models import Connection, Errand, PendingGrant
from workspaces.scoping import across_workspaces

FORGET_AFTER = timedelta(days=1)


def due_for_refresh(limit: int) -> list[tuple[UUID, UUID]]:
    """Return workspace and connection of tokens to refresh now, the most urgent first."""
    with across_workspaces("The refresher looks for due tokens of every workspace and then works in each alone."):
        rows = Connection.objects.due_for_refresh().order_by("refresh_due_at")[:limit]
        return list(rows.values_list("workspace_id", "pk"))


def due_for_probe(seconds: int, limit: int) -> list[tuple[UUID, UUID]]:
    """Return workspace and connection of tokens that Meta refused once, long enough ago to ask again."""
    with across_workspaces("The refresher looks for doubtful tokens of every workspace and then works in each alone."):
        rows = Connection.objects.usable().filter(auth_failed_at__lt=in_future(-timedelta(seconds=seconds)))
        return list(rows.order_by("auth_failed_at").values_list("workspace_id", "pk")[:limit])


def grant_is_used(app_id: str, meta_user_id: str) -> bool:
    """Say whether any connection anywhere lives on what this person granted; taking the grant back would end it."""
    with across_workspaces("A grant at Meta belongs to the person, not to a workspace."):
        live = Connection.objects.exclude(state=Connection.State.DISCONNECTED)
        return live.filter(app_id=app_id, meta_user_id=meta_user_id).exists()


def forget_leftovers() -> None:
    """Delete sign-ins and unpicked grants that ran out."""
    with across_workspaces("What ran out is deleted everywhere."):
        PendingGrant.objects.filter(expires_at__lt=in_future(timedelta())).delete()
        Errand.objects.filter(created_at__lt=in_future(-FORGET_AFTER)).delete()
