"""What the wire can do to us, done by a real server."""

import gzip
import logging
import socket
import ssl
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meta import transport
from meta.errors import MetaError, NoAnswer, TryLater
from meta.graph import Graph
from meta.hosts import Hosts
from meta.logins import FACEBOOK, INSTAGRAM
from meta.secrets import Secret
from tests.meta.conftest import APP_SECRET, TOKEN

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + b'{"id":"17"}'


def test_a_call_carries_the_token_in_the_header_and_nowhere_else(wire):
    wire.answer({"id": "17"})
    assert wire.graph().get("me", fields="id")["id"] == "17"
    assert wire.last.headers["authorization"] == f"Bearer {TOKEN}"
    assert wire.last.path == "/graph.instagram.com/v25.0/me"
    assert wire.last.query == {"fields": "id"}
    assert "cookie" not in wire.last.headers


def test_a_post_sends_a_form_and_nothing_in_the_address(wire):
    wire.answer({"id": "17"})
    wire.graph().post("17/media", caption="Hi #tag & <b>", hidden=None, is_carousel_item=True, user_tags=[{"x": 0.5}])
    assert wire.last.query == {}
    assert wire.last.form == {"caption": "Hi #tag & <b>", "is_carousel_item": "true", "user_tags": '[{"x": 0.5}]'}


def test_the_proof_goes_to_facebook_only(wire):
    wire.answer({"id": "17"})
    secret = Secret(APP_SECRET)
    wire.graph(FACEBOOK, app_secret=secret).get("me")
    assert wire.last.query["appsecret_proof"] == secret.hmac_sha256(Secret(TOKEN))
    wire.graph(FACEBOOK, app_secret=secret).post("17/media")
    assert wire.last.form["appsecret_proof"] == secret.hmac_sha256(Secret(TOKEN))
    wire.graph(INSTAGRAM, app_secret=secret).get("me")
    assert wire.last.query == {}


def test_connections_are_kept_within_a_thread_and_not_shared_between_threads(wire):
    wire.answer({"id": "17"})
    graph = wire.graph()
    for _ in range(3):
        graph.get("me")
    assert {seen.connection for seen in wire.seen} == {1}
    thread = threading.Thread(target=graph.get, args=("me",))
    thread.start()
    thread.join()
    assert wire.last.connection == 2


DRIPS = {
    "body": [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", *[b"x"] * 200],
    "chunks": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 200],
    "headers": [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200],
    "until closed": [b"HTTP/1.1 200 OK\r\n\r\n", *[b" "] * 200],
}


@pytest.mark.parametrize("kind", DRIPS)
def test_a_dripping_answer_ends_at_the_deadline(wire, kind):
    wire.send(*DRIPS[kind], pause=0.05)
    started = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        wire.graph(deadline=0.4).get("me")
    assert time.monotonic() - started < 1.5
    assert caught.value.sent
    assert caught.value.message == "Meta did not answer in time."


def test_a_server_that_never_answers_ends_at_the_deadline(wire):
    wire.hang()
    with pytest.raises(NoAnswer, match="did not answer in time"):
        wire.graph(deadline=0.3).post("17/media_publish")
    assert len(wire.seen) == 1


def test_the_deadline_starts_anew_with_each_call_on_a_kept_connection(wire):
    wire.answer({"id": "17"})
    graph = wire.graph(deadline=0.5)
    graph.get("me")
    wire.closing.wait(0.6)
    graph.get("me")
    assert wire.connections == 1


def test_a_connection_that_lay_idle_is_replaced(wire, monkeypatch):
    wire.answer({"id": "17"})
    wire.graph().get("me")
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.0)
    wire.graph().post("17/media_publish")
    assert [seen.connection for seen in wire.seen] == [1, 2]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_reset_after_the_request_is_never_repeated(wire, method):
    wire.reset()
    with pytest.raises(NoAnswer) as caught:
        getattr(wire.graph(), method)("17/media_publish")
    assert caught.value.sent
    assert len(wire.seen) == 1


def test_a_reset_before_the_request_is_read_is_never_repeated(wire):
    wire.reset_on_connect = True
    with pytest.raises(NoAnswer) as caught:
        wire.graph().post("17/media_publish")
    assert caught.value.sent
    assert wire.connections == 1
    assert wire.seen == []


def test_a_server_that_does_not_speak_tls_was_sent_nothing(wire):
    wire.reset_on_connect = True
    hosts = Hosts(instagram_graph=wire.url.replace("http:", "https:"))
    with pytest.raises(NoAnswer) as caught:
        Graph(INSTAGRAM, hosts, Secret(TOKEN)).post("17/media_publish")
    assert caught.value.sent is False


def test_a_failed_handshake_is_not_tried_again(wire):
    wire.send(b"HTTP/1.1 400 Bad\r\n\r\n" * 10)
    wire.speak_first = True
    hosts = Hosts(instagram_graph=wire.url.replace("http:", "https:"))
    with pytest.raises(NoAnswer, match="secure connection") as caught:
        Graph(INSTAGRAM, hosts, Secret(TOKEN)).post("17/media_publish")
    assert caught.value.sent is False
    assert wire.connections == 1


def test_a_kept_connection_that_breaks_while_sending_is_never_repeated(wire):
    wire.answer({"id": "17"})
    wire.reset()
    graph = wire.graph()
    graph.get("me")
    with pytest.raises(NoAnswer) as caught:
        graph.post("17/media_publish")
    assert caught.value.sent
    assert [seen.method for seen in wire.seen] == ["GET", "POST"]


def test_a_refused_connection_was_never_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    graph = Graph(INSTAGRAM, Hosts(instagram_graph=f"http://127.0.0.1:{port}"), Secret(TOKEN))
    with pytest.raises(NoAnswer) as caught:
        graph.post("17/media_publish")
    assert caught.value.sent is False
    assert caught.value.is_transient


def test_a_failed_connection_is_tried_again(wire, monkeypatch):
    wire.answer({"id": "17"})
    tries = fail_lookups(monkeypatch, times=2)
    assert wire.graph().post("17/media_publish")["id"] == "17"
    assert len(tries) == 3
    assert len(wire.seen) == 1


def test_connecting_is_given_up_after_three_attempts(wire, monkeypatch):
    wire.answer({"id": "17"})
    tries = fail_lookups(monkeypatch, times=99)
    with pytest.raises(NoAnswer) as caught:
        wire.graph().get("me")
    assert caught.value.sent is False
    assert len(tries) == transport.CONNECT_ATTEMPTS


def fail_lookups(monkeypatch, times):
    """Let the operating system's name lookup fail."""
    tries = []
    real = socket.getaddrinfo

    def lookup(*args, **kwargs):
        tries.append(args)
        if len(tries) <= times:
            raise socket.gaierror("try again")
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return tries


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(wire, status):
    wire.answer(b"", status=status, headers={"Location": f"{wire.url}/elsewhere"})
    with pytest.raises(TryLater, match="another address"):
        wire.graph().get("me")
    with pytest.raises(NoAnswer, match="another address"):
        wire.graph().post("17/media_publish")
    assert {seen.path for seen in wire.seen} == {
        "/graph.instagram.com/v25.0/me",
        "/graph.instagram.com/v25.0/17/media_publish",
    }


def test_the_body_of_a_redirect_is_not_read_to_its_end(wire):
    head = f"HTTP/1.1 302 Found\r\nLocation: {wire.url}/x\r\nContent-Length: 99999999\r\n\r\n".encode()
    wire.send(head, *[b"x" * 65536] * 100)
    with pytest.raises(NoAnswer, match="larger than any"):
        transport.send(transport.Call("GET", f"{wire.url}/x", max_body=100_000, deadline=2))


PAGE = b"<html><body>502 Bad Gateway</body></html>"
UNUSABLE = {
    "an HTML 502": (502, PAGE),
    "an HTML 200": (200, PAGE),
    "an HTML 404": (404, PAGE),
    "nothing at all": (200, b""),
    "half a document": (200, b'{"data":[{"id":"1'),
    "a bare number": (200, b"17"),
    "null": (200, b"null"),
    "broken text": (200, b'{"id":"\xff\xfe"}'),
    "endless nesting": (200, b"[" * 100_000),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_answer_that_is_none_may_be_asked_for_again_but_leaves_a_write_open(wire, kind):
    status, body = UNUSABLE[kind]
    wire.answer(body, status=status)
    with pytest.raises(TryLater) as caught:
        wire.graph().get("me")
    assert caught.value.http_status == status
    for write in (wire.graph().post, wire.graph().delete):
        with pytest.raises(NoAnswer) as unknown:
            write("17/media_publish")
        assert unknown.value.sent
    assert len(wire.seen) == 3


def test_a_body_cut_short_is_no_answer(wire):
    wire.send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":"17"}', close=True)
    with pytest.raises(NoAnswer, match="before Meta's answer was complete"):
        wire.graph().post("17/media_publish")


def test_a_huge_body_is_not_read_to_its_end(wire, monkeypatch):
    monkeypatch.setattr(transport, "MAX_BODY", 100_000)
    call = transport.Call("GET", f"{wire.url}/x", max_body=100_000)
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", *[b"x" * 65536] * 1000)
    with pytest.raises(NoAnswer, match="larger than any"):
        transport.send(call)


def test_a_small_body_that_unpacks_to_a_huge_one_is_not_read_to_its_end(wire):
    bomb = gzip.compress(b" " * 20_000_000)
    wire.answer(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(NoAnswer, match="larger than any"):
        transport.send(transport.Call("GET", f"{wire.url}/x", max_body=1_000_000))


def test_the_headers_of_usage_are_heard_on_errors_too(wire):
    wire.answer(
        {"error": {"message": "limit", "code": 4}},
        status=403,
        headers={"X-App-Usage": '{"call_count":101,"total_time":3,"total_cputime":2}'},
    )
    heard = []
    with pytest.raises(TryLater):
        wire.graph(on_usage=heard.append).get("me")
    assert [usage.app_percent for usage in heard] == [101]


def test_cookies_are_not_kept(wire):
    wire.answer({"id": "17"}, headers={"Set-Cookie": "sessionid=somebody; Path=/"})
    wire.graph().get("me")
    wire.graph().get("me")
    assert "cookie" not in wire.last.headers


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(wire, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    wire.answer({"id": "17"})
    assert wire.graph().get("me")["id"] == "17"


def test_a_write_through_a_proxy_is_never_repeated_either(wire, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", wire.url)
    monkeypatch.setenv("http_proxy", wire.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    graph = Graph(INSTAGRAM, Hosts(instagram_graph="http://graph.instagram.test"), Secret(TOKEN), deadline=2)
    wire.answer({"id": "17"})
    assert graph.post("17/media_publish")["id"] == "17"
    wire.acts.clear()
    wire.reset()
    with pytest.raises(NoAnswer) as caught:
        graph.post("17/media_publish")
    assert caught.value.sent
    assert [seen.path for seen in wire.seen] == ["/v25.0/17/media_publish"] * 2


@pytest.fixture
def secure_wire(wire, tmp_path):
    """The same server behind TLS, with a certificate that this thread's session trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + private)
    wire.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    wire.tls.load_cert_chain(file)
    transport._sessions.to(wire.url).verify = str(file)
    return wire


def test_connections_under_tls_are_kept_and_timed_too(secure_wire):
    secure_wire.answer({"id": "17"})
    graph = secure_wire.graph(deadline=0.5)
    assert graph.get("me")["id"] == "17"
    assert graph.get("me")["id"] == "17"
    assert secure_wire.connections == 1
    secure_wire.acts.clear()
    secure_wire.send(*DRIPS["body"], pause=0.05)
    with pytest.raises(NoAnswer, match="did not answer in time"):
        graph.get("me")


def test_a_write_under_tls_is_never_repeated(secure_wire):
    secure_wire.send(b"", close=True)
    with pytest.raises(NoAnswer) as caught:
        secure_wire.graph().post("17/media_publish")
    assert caught.value.sent
    assert len(secure_wire.seen) == 1


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(secure_wire):
    transport._sessions.to(secure_wire.url).verify = True
    secure_wire.answer({"id": "17"})
    with pytest.raises(NoAnswer, match="secure connection") as caught:
        secure_wire.graph().post("17/media_publish")
    assert caught.value.sent is False
    assert secure_wire.seen == []


def test_what_came_back_does_not_show_itself():
    assert repr(transport.Reply(200, {"X": TOKEN}, TOKEN.encode())) == "<Reply 200>"


@pytest.mark.parametrize("path", ["", "/", "me//media", "../oauth", "17/../18", "./me"])
def test_a_path_that_could_mean_another_node_is_refused(wire, path):
    with pytest.raises(ValueError, match="segment"):
        wire.graph().get(path)


def test_an_id_cannot_break_out_of_its_path(wire):
    wire.answer({"id": "17"})
    wire.graph().get("17?fields=access_token#x")
    assert wire.last.path == "/graph.instagram.com/v25.0/17%3Ffields%3Daccess_token%23x"


LEAKS = {
    "refused": lambda wire: Hosts(instagram_graph="http://127.0.0.1:1", version="v25.0"),
    "reset": lambda wire: wire.reset() or wire.hosts,
    "late": lambda wire: wire.hang() or wire.hosts,
    "a page": lambda wire: wire.answer(PAGE, status=502) or wire.hosts,
    "repeated by Meta": lambda wire: (
        wire.answer({"error": {"message": f"Malformed access token {TOKEN}", "code": 190}}, status=400) or wire.hosts
    ),
    "a nonsense address": lambda wire: Hosts(instagram_graph="http://[::1"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_no_error_shows_a_token_or_an_address(wire, kind):
    hosts = LEAKS[kind](wire)
    graph = Graph(INSTAGRAM, hosts, Secret(TOKEN), deadline=0.3)
    with pytest.raises(MetaError) as caught:
        graph.get("me", input_token=Secret(TOKEN))
    assert_silent(caught.value)


def test_a_token_that_no_header_can_carry_is_not_shown():
    graph = Graph(INSTAGRAM, Hosts(instagram_graph="http://127.0.0.1:1"), Secret(f"{TOKEN}\r\nX: y"))
    with pytest.raises(NoAnswer) as caught:
        graph.get("me")
    assert caught.value.sent is False
    assert_silent(caught.value)


def assert_silent(error: MetaError) -> None:
    assert error.__context__ is None
    assert error.__cause__ is None
    stack = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [
        line
        for frame in stack.stack
        if "/meta/" in frame.filename and "/tests/" not in frame.filename
        for line in (frame.locals or {}).values()
    ]
    shown = "\n".join([*ours, str(error), repr(error), *map(str, vars(error).values())])
    assert ours
    assert "canary" not in shown
    assert "127.0.0.1" not in f"{error!s}{error!r}{error.meta_message}"
    assert "canary" not in "".join(traceback.format_exception(error))


def test_the_debug_log_of_the_http_library_shows_no_query(wire, caplog, monkeypatch):
    wire.answer({"id": "17"})
    chatty = logging.getLogger("urllib3.connectionpool")
    chatty.addHandler(caplog.handler)
    monkeypatch.setattr(chatty, "disabled", False)
    try:
        with caplog.at_level(logging.DEBUG, logger=chatty.name):
            wire.graph().get("debug_token", input_token=Secret(TOKEN))
    finally:
        chatty.removeHandler(caplog.handler)
    assert "debug_token?…" in caplog.text
    assert "canary" not in caplog.text
