"""Pictures from other servers: by our clock, within our limits, and from Meta's hosts alone."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accounts import pictures
from tests.library.pictures import photo

JPEG = photo((80, 80)).read()


@contextmanager
def server(answer):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_):
            """Tests stay quiet."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}"
    finally:
        running.shutdown()
        running.server_close()


def head(request, length: int, kind: str = "image/jpeg", status: int = 200, **more: str):
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(length))
    for name, value in more.items():
        request.send_header(name, value)
    request.end_headers()


def whole(request):
    head(request, len(JPEG))
    request.wfile.write(JPEG)


def dripping(request):
    head(request, len(JPEG))
    for byte in JPEG:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        time.sleep(0.1)


def elsewhere(request):
    head(request, 0, status=302, Location="http://127.0.0.1:9/secret.jpg")


def endless(request):
    head(request, 10**10)
    for _ in range(10_000):
        request.wfile.write(b"x" * 65536)


def page(request):
    head(request, len(JPEG), kind="text/html")
    request.wfile.write(JPEG)


@pytest.fixture
def fetched(settings):
    def fetch(answer) -> bytes | None:
        with server(answer) as base:
            settings.META_HOSTS = settings.META_HOSTS | {"FACEBOOK_GRAPH_URL": base}
            return pictures.fetch(f"{base}/p.jpg", side=40)

    return fetch


def test_a_picture_is_drawn_anew(fetched):
    got = fetched(whole)
    assert got
    assert got.startswith(b"\xff\xd8")
    assert got != JPEG


def test_U16_a_dripping_body_ends_by_our_clock(fetched, monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS", 0.5)
    begun = time.monotonic()
    assert fetched(dripping) is None
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("answer", [elsewhere, endless, page])
def test_U15_U16_redirects_endless_bodies_and_other_types_are_refused(answer, fetched):
    assert fetched(answer) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "https://scontent.cdninstagram.com.evil.example/x.jpg",
        "https://cdninstagram.com@evil.example/x.jpg",
        "https://x.cdninstagram.com:8443/x.jpg",
        "http://x.cdninstagram.com/x.jpg",
        "https://evilcdninstagram.com/x.jpg",
        "https://x.fbcdn.net\\@127.0.0.1/x.jpg",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_U13_only_metas_hosts_are_asked(url):
    assert not pictures.is_metas(url)
