"""How a connection stands: the few conditional UPDATEs that move its state, each telling the product once."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Connection
from accounts.signals import connection_lost, connection_restored
from workspaces.scoping import workspace_in_force

State = Connection.State
LOST = (State.NEEDS_REAUTH, State.REVOKED)


def lose(connection: Connection, problem: str, state: str = State.NEEDS_REAUTH) -> bool:
    """Mark a connection as lost and say whether it was us who did; only then is `connection_lost` sent."""
    won = (
        Connection.objects.filter(pk=connection.pk)
        .usable()
        .update(state=state, problem=problem[:300], refresh_due_at=None)
    )
    if won:
        connection.state, connection.problem, connection.refresh_due_at = state, problem[:300], None
        _tell(connection_lost, connection)
    return bool(won)


def degrade(connection: Connection, problem: str) -> None:
    """Say on the screen that Meta is not answering well; nothing is disconnected by it."""
    won = Connection.objects.filter(pk=connection.pk, state=State.ACTIVE).update(
        state=State.DEGRADED, problem=problem[:300]
    )
    if won:
        connection.state, connection.problem = State.DEGRADED, problem[:300]


def prove(connection: Connection) -> None:
    """Note that Meta just answered with this token: a usable connection is well again, and no refusal is pending."""
    now = timezone.now()
    values = {"proved_at": now, "failures": 0, "auth_failed_at": None}
    Connection.objects.filter(pk=connection.pk, state=State.DEGRADED).update(state=State.ACTIVE, problem="")
    Connection.objects.filter(pk=connection.pk).usable().update(**values)
    if connection.state == State.DEGRADED:
        connection.state, connection.problem = State.ACTIVE, ""
    connection.proved_at, connection.failures, connection.auth_failed_at = now, 0, None


def restore(connection: Connection) -> bool:
    """Bring a lost connection back after its token was proven, and say whether it was lost until now."""
    won = Connection.objects.filter(pk=connection.pk, state__in=LOST).update(
        state=State.ACTIVE, problem="", failures=0, auth_failed_at=None, proved_at=timezone.now()
    )
    if won:
        connection.state, connection.problem = State.ACTIVE, ""
        _tell(connection_restored, connection)
    return bool(won)


def _tell(signal, connection: Connection) -> None:
    """Send after the commit, so that nobody acts on what may be rolled back; a listener's failure is logged."""

    def send() -> None:
        with workspace_in_force(connection.workspace_id):
            signal.send(sender=Connection, connection=connection)

    transaction.on_commit(send, robust=True)
