"""Which notices are due, in every workspace."""

from uuid import UUID

from django.db.models.functions import Now

from notices.models import Notice
from workspaces.scoping import across_workspaces

BATCH = 200


def due() -> list[tuple[UUID, int]]:
    """Return (workspace id, notice id) of notices to send now, oldest first."""
    with across_workspaces("Mail is sent for every workspace by one task."):
        rows = Notice.objects.unsent().filter(next_run_at__lte=Now()).order_by("next_run_at")
        return list(rows.values_list("workspace_id", "id")[:BATCH])
