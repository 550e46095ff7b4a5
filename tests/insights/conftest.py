"""Accounts connected through the sandbox's own consent, so that every byte of a sync travels over HTTP."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest

from accounts import graphs
from accounts.credentials import USER, store
from accounts.models import Connection
from insights import claiming, syncing
from insights.asking import Listening
from insights.models import SyncRun
from insights.planning import plan_of
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
        answer.close()
    return oauth.clean_code(urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0])


@pytest.fixture
def connected(stand_in, cast, ig_user_factory, connection_factory) -> Callable[..., Connection]:
    """Return a function that connects a persona of the sandbox through Instagram Login."""

    def connect(username: str = "levain.porto", **where) -> Connection:
        scopes = list(BY_KEY["instagram"].scopes_for([Feature.PROFILE, Feature.INSIGHTS]))
        app, hosts = graphs.app_for("instagram"), graphs.hosts()
        short = oauth.exchange_code(app, hosts, code=consent(stand_in, username, scopes), redirect_uri=REDIRECT)
        grant = oauth.long_lived(app, hosts, short.token)
        profile = ig_user.me(graphs.graph_with("instagram", grant.token))
        account = ig_user_factory(username, ig_id=profile.ig_id, **where)
        connection = connection_factory(account, permissions=scopes)
        with workspace_in_force(account.workspace_id):
            store(connection, USER, grant.token)
        return connection

    return connect


@pytest.fixture
def graph() -> Callable[[Connection], Listening]:
    """Return a function that opens a conversation as a connection."""
    return lambda connection: Listening(graphs.graph_for(connection))


def run_through(run: SyncRun, slices: int = 40) -> SyncRun:
    """Advance one run the way a worker does, until it rests."""
    for _n in range(slices):
        epoch = claiming.claim(run)
        if epoch is None:
            break
        syncing.advance(run.pk, epoch)
    run.refresh_from_db()
    return run


def only(run: SyncRun, *wanted: str) -> SyncRun:
    """Let the run begin at its first step of this kind."""
    steps = plan_of(run)
    place = next(n for n, step in enumerate(steps) if step.do in wanted)
    SyncRun.objects.filter(pk=run.pk).update(done=place, lease_until=None)
    run.refresh_from_db()
    return run


def take(run: SyncRun, step: str) -> SyncRun:
    """Take the first step of this kind, every page of it, and nothing after it."""
    only(run, step)
    epoch = claiming.claim(run)
    while plan_of(run)[run.done].do == step:
        held, now = claiming.hold(run.pk, epoch)
        before = held.done
        syncing._go_on(held, epoch, now)
        run.refresh_from_db()
        if run.done > before or not run.is_open or run.state == SyncRun.State.WAITING:
            break
    SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING).update(lease_until=None)
    return run


def asked(sandbox, path: str = "/insights") -> list[dict[str, str]]:
    """Return the parameters of the insight calls the sandbox saw, oldest first."""
    return [call["params"] for call in sandbox.read("requests")["requests"] if path in call["path"]]


def answer_with(sandbox, body: object, path: str = "/insights") -> None:
    """Let the sandbox answer the next call on `path` with this literal body."""
    sandbox.control("faults", kind="body", path=path, body=json.dumps(body), status=200, times=1)
