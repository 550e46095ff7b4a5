"""A real HTTP server on loopback that does exactly what a test tells it, request by request."""

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import HealthCheck, settings

from meta.apps import App
from meta.graph import Graph
from meta.hosts import Hosts
from meta.logins import FACEBOOK, INSTAGRAM
from meta.secrets import Secret

# A busy machine makes single examples slow; that says nothing about the code.
settings.register_profile("patient", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

TOKEN = "IGAAcanaryTOKENdoNOTshow0123456789"
APP_SECRET = "canary-app-secret-0123456789"


@dataclass
class Seen:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    connection: int


Act = Callable[[socket.socket], None]


@dataclass
class Wire:
    """Queue acts with `answer`, `send` or `act`; each request takes the next one, the last one stays."""

    listener: socket.socket
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    acts: list[Act] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    peers: list[socket.socket] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    reset_on_connect: bool = False
    speak_first: bool = False
    tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def hosts(self) -> Hosts:
        return Hosts(
            facebook_graph=f"{self.url}/graph.facebook.com",
            instagram_graph=f"{self.url}/graph.instagram.com",
            instagram_api=f"{self.url}/api.instagram.com",
            instagram_oauth=f"{self.url}/www.instagram.com",
            facebook_oauth=f"{self.url}/www.facebook.com",
            facebook_rupload=f"{self.url}/rupload.facebook.com",
        )

    def graph(self, login=INSTAGRAM, **options: Any) -> Graph:
        return Graph(login, self.hosts, Secret(TOKEN), **options)

    def answer(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    def send(self, *parts: bytes, pause: float = 0, close: bool = False) -> None:
        def act(peer: socket.socket) -> None:
            for part in parts:
                peer.sendall(part)
                if self.closing.wait(pause):
                    return
            if close:
                raise ConnectionAbortedError

        self.acts.append(act)

    def repeat(self, status: int = 400) -> None:
        """Answer with an error that says everything the request said."""

        def act(peer: socket.socket) -> None:
            said = " and ".join(
                [*self.last.query.values(), *self.last.form.values(), self.last.headers.get("authorization", "")]
            )
            content = json.dumps(
                {"error": {"message": f"bad {said} or {quote(said)}", "error_user_msg": said, "code": 100}}
            )
            peer.sendall(f"HTTP/1.1 {status} Bad\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode())

        self.acts.append(act)

    def reset(self) -> None:
        def act(peer: socket.socket) -> None:
            reset(peer)
            raise ConnectionAbortedError

        self.acts.append(act)

    def hang(self) -> None:
        self.acts.append(lambda peer: self.closing.wait(30) and None)

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    def listen(self) -> None:
        while not self.closing.is_set():
            with contextlib.suppress(OSError):
                peer, _ = self.listener.accept()
                self.connections += 1
                if self.reset_on_connect:
                    peer.recv(1, socket.MSG_PEEK)
                    reset(peer)
                    continue
                self.peers.append(peer)
                thread = threading.Thread(target=self.serve, args=(peer, self.connections), daemon=True)
                self.threads.append(thread)
                thread.start()

    def serve(self, peer: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), peer, contextlib.ExitStack() as stack:
            if self.tls:
                peer = stack.enter_context(self.tls.wrap_socket(peer, server_side=True))
                self.peers.append(peer)
            stream = stack.enter_context(peer.makefile("rb"))
            if self.speak_first:
                self.acts[0](peer)
                while peer.recv(4096):
                    pass
            while request := read_request(stream, number):
                self.seen.append(request)
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                act(peer)

    def close(self) -> None:
        self.closing.set()
        # Waking the listener from accept() needs a connection; closing alone leaves it waiting.
        with contextlib.suppress(OSError), socket.socket() as caller:
            caller.connect(self.listener.getsockname())
        self.listener.close()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def read_request(stream: Any, number: int) -> Seen | None:
    line = stream.readline().decode()
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline().decode()).strip():
        name, value = line.split(":", 1)
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0))).decode()
    return Seen(method, urlsplit(target).path, first_of(urlsplit(target).query), first_of(body), headers, number)


def first_of(query: str) -> dict[str, str]:
    return {name: found[0] for name, found in parse_qs(query, keep_blank_values=True).items()}


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire(socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=wire.listen, daemon=True)
    thread.start()
    yield wire
    wire.close()
    thread.join(5)
    for each in wire.threads:
        each.join(5)


@pytest.fixture
def instagram_app() -> App:
    return App(INSTAGRAM, "990602627938098", Secret(APP_SECRET))


@pytest.fixture
def facebook_app() -> App:
    return App(FACEBOOK, "138483919580948", Secret(APP_SECRET))
