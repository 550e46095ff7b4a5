"""Accounts connected through the sandbox's own consent, so that every byte of a sync travels over HTTP."""

import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest

from accounts import graphs
from accounts.credentials import USER, store
from accounts.models import Connection
from insights import claiming, syncing
from insights.models import SyncRun
from meta import ig_user, oauth
from meta.logins import BY_KEY, Feature
from workspaces.scoping import workspace_in_force

REDIRECT = "http://localhost:8000/back"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Answers a redirect with itself: its address is what the test wants."""

    def redirect_request(self, *args, **kwargs):
        return None


def consent(sandbox, username: str, scopes: list[str]) -> str:
    """Return the code a person's consent to the Instagram door gives."""
    fields = [("client_id", "990602627938098"), ("redirect_uri", REDIRECT), ("response_type", "code"), ("as", username)]
    fields += [("scope", ",".join(scopes)), ("state", "s"), ("decision", "allow"), *(("allow", s) for s in scopes)]
    url = f"{sandbox.host('www.instagram.com')}/oauth/authorize"
    try:
        urllib.request.build_opener(_Stay).open(url, urllib.parse.urlencode(fields).encode(), timeout=10)
    except urllib.error.HTTPError as answer:
        location = answer.headers["Location"]
    return oauth.clean_code(urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0])


@pytest.fixture
def connected(stand_in, cast, ig_user_factory, connection_factory) -> Callable[..., Connection]:
    """Return a function that connects a persona of the sandbox through Instagram Login."""

    def connect(username: str = "levain.porto", **where) -> Connection:
        login = BY_KEY["instagram"]
        scopes = [scope for feature in (Feature.PROFILE, Feature.INSIGHTS) for scope in login.scopes[feature]]
        scopes = list(dict.fromkeys(scopes))
        app, hosts = graphs.app_for("instagram"), graphs.hosts()
        short = oauth.exchange_code(app, hosts, code=consent(stand_in, username, scopes), redirect_uri=REDIRECT)
        grant = oauth.long_lived(app, hosts, short.token)
        profile = ig_user.me(graphs.graph_with("instagram", grant.token))
        account = ig_user_factory(username, ig_id=profile.ig_id, **where)
        connection = connection_factory(account, permissions=sorted(grant.permissions or scopes))
        with workspace_in_force(account.workspace_id):
            store(connection, USER, grant.token)
        return connection

    return connect


def run_through(run: SyncRun, slices: int = 40) -> SyncRun:
    """Advance one run the way a worker does, until it rests."""
    for _n in range(slices):
        epoch = claiming.claim(run)
        if epoch is None:
            break
        syncing.advance(run.pk, epoch)
    run.refresh_from_db()
    return run
