"""What an answer of Meta says about a connection. Only a refusal seen twice and confirmed by a probe disconnects.

developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging (dead tokens), read 2026-11-22.
"""

from datetime import timedelta

from django.utils import timezone

from accounts import budgets, graphs, standing
from accounts.models import Connection
from meta import ig_user, page
from meta.errors import MetaError, NoAnswer, PermissionMissing, RateLimited, TokenInvalid, TryLater

BETWEEN_REFUSALS = timedelta(seconds=60)
REFUSAL_LASTS = timedelta(hours=6)
"""A first refusal this old, with nothing after it, no longer counts as the first of two."""
FAILURES_UNTIL_DEGRADED = 3
PROOF_EVERY = timedelta(minutes=1)


def note_success(connection: Connection) -> None:
    """Note that Meta took the token. Written at most once a minute, unless there is trouble to take back."""
    recent = connection.proved_at is not None and timezone.now() - connection.proved_at < PROOF_EVERY
    in_trouble = connection.failures or connection.auth_failed_at or connection.state != Connection.State.ACTIVE
    if in_trouble or not recent:
        standing.prove(connection)


def note_error(connection: Connection, error: MetaError) -> None:
    """Classify an error. 100/33 and every other refusal of the request itself says nothing about the connection."""
    if isinstance(error, TokenInvalid):
        _note_refusal(connection, error)
    elif isinstance(error, PermissionMissing):
        _set_problem(connection, f"{error.message} {error.cure}".strip())
    elif isinstance(error, RateLimited):
        budgets.note_limit(connection, error)
    elif isinstance(error, TryLater | NoAnswer):
        _note_trouble(connection, error)


def _set_problem(connection: Connection, problem: str) -> None:
    Connection.objects.filter(pk=connection.pk).usable().update(problem=problem[:300])
    connection.problem = problem[:300]


def _note_trouble(connection: Connection, error: MetaError) -> None:
    connection.refresh_from_db(fields=["failures"])
    connection.failures = min(connection.failures + 1, 1000)
    Connection.objects.filter(pk=connection.pk).update(failures=connection.failures)
    if connection.failures >= FAILURES_UNTIL_DEGRADED:
        standing.degrade(connection, error.message)


def _note_refusal(connection: Connection, error: TokenInvalid) -> None:
    """The first refusal is remembered; one at least a minute later asks Meta itself, and only that answer counts."""
    now = timezone.now()
    connection.refresh_from_db(fields=["auth_failed_at", "state"])
    first = connection.auth_failed_at
    if first is None or now - first > REFUSAL_LASTS:
        Connection.objects.filter(pk=connection.pk).update(auth_failed_at=now)
        connection.auth_failed_at = now
    elif now - first >= BETWEEN_REFUSALS:
        confirm_refusal(connection)


def confirm_refusal(connection: Connection) -> bool:
    """Ask Meta who the token belongs to. Return whether the connection is lost; any doubt keeps it."""
    try:
        probe(connection)
    except TokenInvalid as dead:
        standing.lose(connection, f"{dead.cause} {dead.cure}".strip())
        return True
    except MetaError:
        return False
    standing.prove(connection)
    return False


def probe(connection: Connection) -> None:
    """Make the smallest call that only a living token answers. Raises MetaError."""
    graph = graphs.graph_for(connection)
    if graph.login.has_pages and connection.page is not None:
        page.get(graph, connection.page.page_id)
    else:
        ig_user.me(graph)
