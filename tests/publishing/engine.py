"""Drives the engine in tests: time passes by moving a row's own timestamps into the past."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db.models import DateTimeField, F

from accounts import credentials, graphs
from accounts.models import Connection
from meta import oauth
from meta.logins import BY_KEY, Feature
from publishing import claiming, clock, publisher
from publishing.models import Publication
from tests.stand_in import Sandbox

Status = Publication.Status
CALLBACK = "http://localhost:8000/back"
WANTED = [Feature.PROFILE, Feature.PUBLISH]


class Stay(urllib.request.HTTPRedirectHandler):
    """Answers a redirect with itself: its address is what the test wants."""

    def redirect_request(self, *args, **kwargs):
        return None


def consent(username: str, login: str = "instagram") -> oauth.Grant:
    """Walk through the sandbox's consent screen and return the long-lived grant."""
    app, hosts = graphs.app_for(login), graphs.hosts()
    scopes = BY_KEY[login].scopes_for(WANTED)
    url = oauth.authorize_url(app, hosts, redirect_uri=CALLBACK, state="once", scopes=scopes)
    address, _, query = url.partition("?")
    fields = [*urllib.parse.parse_qsl(query), ("as", username), ("decision", "allow")]
    fields += [("allow", scope) for scope in scopes]
    try:
        urllib.request.build_opener(Stay).open(address, urllib.parse.urlencode(fields).encode(), timeout=10).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        back = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.headers["Location"]).query)
    code = oauth.clean_code(back["code"][0])
    grant = oauth.exchange_code(app, hosts, code=code, redirect_uri=CALLBACK)
    return oauth.long_lived(app, hosts, grant.token)


def give_token(connection: Connection, username: str) -> None:
    """Store a living token of the sandbox for this connection."""
    credentials.store(connection, credentials.USER, consent(username).token)


@contextmanager
def photo_server(body: bytes) -> Iterator[str]:
    """Serve one photo at every address, as the product's web server would."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Engine:
    """The engine of one test, with the sandbox as judge."""

    sandbox: Sandbox
    username: str

    def live(self) -> list[dict[str, Any]]:
        return self.sandbox.live(self.username)

    def sends(self) -> int:
        """Return how often `media_publish` reached the sandbox."""
        return sum("media_publish" in call["path"] for call in self.sandbox.read("requests")["requests"])

    def fault(self, path: str, kind: str, **more: Any) -> None:
        self.sandbox.control("faults", path=path, kind=kind, **more)

    def turn(self, publication: Publication) -> Publication:
        """Let one worker take up what is due of this publication now."""
        for ticket in claiming.due(50):
            if ticket.publication_id == publication.pk:
                publisher.advance(ticket.publication_id, ticket.epoch)
        publication.refresh_from_db()
        return publication

    def until(self, publication: Publication, *statuses: str, rounds: int = 60) -> Publication:
        """Let time pass and work be done until the publication is in one of these states."""
        for _round in range(rounds):
            publication.refresh_from_db()
            if publication.status in statuses:
                return publication
            skip_to_next_look(publication)
            self.turn(publication)
        raise AssertionError(f"{publication.status} ({publication.problem}), not {', '.join(statuses)}")

    def finish(self, publication: Publication, rounds: int = 80) -> Publication:
        """Let time pass until nothing is left to do."""
        for _round in range(rounds):
            publication.refresh_from_db()
            if publication.next_run_at is None and publication.lease_until is None:
                return publication
            skip_to_next_look(publication)
            self.turn(publication)
        raise AssertionError(f"Still {publication.status}: {publication.problem}")


def skip_to_next_look(publication: Publication) -> None:
    """Let time pass for this row until its lease has run out and its next look has come."""
    publication.refresh_from_db()
    coming = [at for at in (publication.lease_until, publication.next_run_at) if at is not None]
    ahead = max(coming, default=clock.database_now()) - clock.database_now()
    let_pass(publication, max(ahead, timedelta(0)) + timedelta(milliseconds=5))


def let_pass(publication: Publication, span: timedelta) -> Publication:
    """Age a row: every moment it knows moves into the past."""
    moments = [field.name for field in Publication._meta.concrete_fields if isinstance(field, DateTimeField)]
    Publication.objects.filter(pk=publication.pk).update(**{name: F(name) - span for name in moments})
    publication.refresh_from_db()
    return publication
