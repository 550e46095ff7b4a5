"""Background work on connections. Messages carry ids and mean "look now"; the database says what is due."""

from uuid import UUID

from celery import shared_task

from accounts import entering, health, heartbeats, refreshing
from accounts.models import Connection
from workspaces.tasks import WorkspaceTask

A_RUN = 300
"""At most so many refreshes are handed out every five minutes: one a second."""


@shared_task(name="accounts.refresh_due", expires=240)
def refresh_due() -> None:
    """Hand out refreshes that are due and refused tokens to ask about once more; tidy up."""
    doubtful = entering.due_for_probe(int(health.BETWEEN_REFUSALS.total_seconds()), A_RUN)
    for workspace_id, connection_id in doubtful:
        confirm_refusal.delay(str(workspace_id), str(connection_id))
    for workspace_id, connection_id in entering.due_for_refresh(A_RUN):
        refresh_connection.delay(str(workspace_id), str(connection_id))
    entering.forget_leftovers()
    heartbeats.forget_the_dead()


@shared_task(name="accounts.refresh_connection", base=WorkspaceTask)
def refresh_connection(workspace_id: str, connection_id: str) -> None:
    refreshing.refresh(UUID(connection_id))


@shared_task(name="accounts.confirm_refusal", base=WorkspaceTask)
def confirm_refusal(workspace_id: str, connection_id: str) -> None:
    connection = Connection.objects.usable().select_related("ig_user", "page").filter(pk=UUID(connection_id)).first()
    if connection is not None and connection.auth_failed_at is not None:
        health.confirm_refusal(connection)


@shared_task(name="accounts.beat_heartbeat", expires=25)
def beat_heartbeat() -> None:
    """Prove that beat sends and a worker works: this message came from the one and runs in the other."""
    heartbeats.beat("beat")
    heartbeats.beat("worker")
