"""What the tests of accounts share: browsers, ways through the doors, and what the stand-in heard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Connection, Credential
from tests.accounts import consent
from workspaces.scoping import workspace_in_force

TOKEN_PATHS = ("access_token", "debug_token")


@pytest.fixture
def ada(cast, stand_in):
    return cast.browser("ada")


@pytest.fixture
def token_calls(stand_in) -> Callable[[], list[str]]:
    """Return a function that lists the calls in which a code or token went to the stand-in."""

    def calls() -> list[str]:
        heard = stand_in.read("requests")["requests"]
        return [call["path"] for call in heard if call["path"].endswith(TOKEN_PATHS)]

    return calls


@pytest.fixture
def connected(ada, cast, stand_in) -> Connection:
    """Return an account connected through Instagram Login, with Aurora in force."""
    consent.walk(ada, "aurora", "instagram", "levain.porto")
    with workspace_in_force(cast.aurora.id):
        yield Connection.objects.select_related("ig_user", "page").get(login="instagram")


@pytest.fixture
def by_page(ada, cast, stand_in) -> Connection:
    """Return an account connected through Facebook Login and its one Page, with Aurora in force."""
    consent.pick(ada, consent.walk(ada, "aurora", "facebook", "tomas"))
    with workspace_in_force(cast.aurora.id):
        yield Connection.objects.select_related("ig_user", "page").get(login="facebook")


@pytest.fixture
def grow_old(stand_in) -> Callable[[Connection, timedelta], None]:
    """Return a function that lets a connection's tokens have been given some time ago, here and at Meta."""

    def age(connection: Connection, span: timedelta = timedelta(days=50)) -> None:
        stand_in.control(
            "tokens", username=connection.ig_user.username, action="age", seconds=int(span.total_seconds())
        )
        now = timezone.now()
        Credential.objects.filter(connection=connection).update(issued_at=now - span)
        ends = now + timedelta(days=60) - span
        Connection.objects.filter(pk=connection.pk).update(expires_at=ends, refresh_due_at=now - timedelta(minutes=1))
        connection.refresh_from_db()

    return age
