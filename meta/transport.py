"""One HTTP exchange: pooled connections, one deadline over all of it, no redirects, and nothing repeated that may have
arrived.

requests' own timeout starts anew with every byte received, so a server that drips one byte a second holds a worker for
ever. Here each read of the socket, headers included, gets only what is left of the deadline. Looking a name
up is the system's, with limits of its own.

Only failed connections are tried again: as soon as the first byte of a request is handed to the socket it counts as
sent. What requests and urllib3 raise carries URLs; it is replaced outside its `except` block, so that no context keeps
it alive.
"""

import http.client
import io
import ipaddress
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from meta.errors import NoAnswer
from meta.secrets import Secret

CONNECT_TIMEOUT = 5.0
DEADLINE = 60.0
MAX_BODY = 16 * 1024 * 1024
CONNECT_ATTEMPTS = 3
CHUNK = 64 * 1024
IDLE_SECONDS = 20.0
"""A connection unused for longer is replaced: a server that closes it just as we write leaves the write in doubt."""

Params = Mapping[str, "str | Secret"]


@dataclass(frozen=True)
class Call:
    """One request. Secrets stay wrapped until `_once` puts them on the wire."""

    method: str
    url: str
    params: Params = field(default_factory=dict)
    form: Params | None = None
    bearer: Secret | None = None
    connect_timeout: float = CONNECT_TIMEOUT
    deadline: float = DEADLINE
    max_body: int = MAX_BODY


@dataclass(frozen=True)
class Reply:
    """What came back, whole. Its repr shows the status alone: headers and body may hold tokens."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def __repr__(self) -> str:
        return f"<Reply {self.status}>"


def send(call: Call) -> Reply:
    """Return the whole answer, whatever its status. Raise NoAnswer when none came; `.sent`: it may have arrived."""
    outcome = _with_retries(call)
    if isinstance(outcome, NoAnswer):
        raise outcome
    return outcome


class _Progress(threading.local):
    """Of the exchange that this thread is in: until when it may last, and whether any byte of it may have left."""

    ends_at = 0.0
    sent = False

    def remaining(self) -> float:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left


_progress = _Progress()


class _TimedReader(io.RawIOBase):
    """The receiving end of a socket; each read waits no longer than the deadline allows."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_progress.remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _WatchedSocket:
    """A socket that keeps the deadline and remembers that sending began. Everything else is the real socket's."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: Any, *flags: int) -> None:
        self._sock.settimeout(_progress.remaining())
        _progress.sent = True
        self._sock.sendall(data, *flags)

    def makefile(self, mode: str = "rb", *args: Any, **kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock))


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _WatchedSocket(self.sock)


class _TLSConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _WatchedSocket(self.sock)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


POOLS = {"http": _Pool, "https": _TLSPool}


class _Adapter(HTTPAdapter):
    """Every connection is a watched one, through a proxy as well: else "sent" would never be known."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


class _Session(requests.Session):
    """Keeps connections and nothing else: no cookies, no redirects, no .netrc."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": "Gridline", "Accept": "application/json"})
        self.used_at = time.monotonic()
        # A proxy from the environment cannot reach this machine's own loopback.
        self.trust_env = not _is_loopback(host)
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(pool_connections=1, pool_maxsize=1, max_retries=0))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that no answer is a redirect: requests would read the body to look where it leads."""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Sessions(threading.local):
    def __init__(self) -> None:
        self.by_host: dict[tuple[int, str, str], _Session] = {}

    def to(self, url: str) -> _Session:
        parts = urlsplit(url)
        # The process id is part of the key: a forked child must not share its parent's sockets.
        key = (os.getpid(), parts.scheme, parts.netloc)
        if key not in self.by_host:
            self.by_host[key] = _Session(parts.hostname or "")
        session = self.by_host[key]
        if time.monotonic() - session.used_at > IDLE_SECONDS:
            session.close()
        session.used_at = time.monotonic()
        return session


_sessions = _Sessions()


def _with_retries(call: Call) -> Reply | NoAnswer:
    _progress.ends_at = time.monotonic() + call.deadline
    outcome: Reply | NoAnswer = NoAnswer("No attempt was made.", sent=False)
    for _ in range(CONNECT_ATTEMPTS):
        _progress.sent = False
        outcome = _once(call)
        failed_to_connect = isinstance(outcome, NoAnswer) and not outcome.sent and outcome.is_transient
        if not failed_to_connect or time.monotonic() >= _progress.ends_at:
            break
    return outcome


def _once(call: Call) -> Reply | NoAnswer:
    """Do one attempt. Its frame holds URLs and tokens in the clear, so it returns errors and never raises them."""
    try:
        response = _sessions.to(call.url).request(
            call.method,
            call.url,
            params=_revealed(call.params),
            data=_revealed(call.form) if call.form is not None else None,
            auth=_Bearer(call.bearer),
            timeout=(min(call.connect_timeout, _progress.remaining()), call.deadline),
            allow_redirects=False,
            stream=True,
        )
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
    ) as error:
        return _no_answer(error)
    try:
        return Reply(response.status_code, response.headers, _body(response, call.max_body))
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
    ) as error:
        return _no_answer(error)
    finally:
        response.close()


def _body(response: requests.Response, most: int) -> bytes:
    content = b"".join(_limited(response.iter_content(CHUNK), most))
    _progress.remaining()
    return content


def _limited(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        _progress.remaining()
        size += len(chunk)
        if size > most:
            raise _TooLarge
        yield chunk


class _TooLarge(ValueError):
    pass


def _no_answer(error: Exception) -> NoAnswer:
    """Name the failure in words of ours; nothing of the exception's own text is kept."""
    sent = _progress.sent
    if isinstance(error, _TooLarge):
        return NoAnswer("Meta's answer was larger than any we expect.", sent=sent)
    if sent:
        late = time.monotonic() >= _progress.ends_at or isinstance(error, TimeoutError | requests.Timeout)
        return NoAnswer(
            "Meta did not answer in time." if late else "The connection broke before Meta's answer was complete."
        )
    if isinstance(error, requests.exceptions.SSLError):
        return NoAnswer(
            "No secure connection to Meta could be made.",
            cure="Check this machine's clock and certificates.",
            sent=False,
        )
    if isinstance(error, requests.ConnectionError | requests.Timeout | OSError) and not isinstance(error, ValueError):
        cure = "Check this machine's connection to the internet. We try again by ourselves."
        return NoAnswer("Meta could not be reached.", cure=cure, sent=False, is_transient=True)
    return NoAnswer("The request could not be put together.", cure="Check the configured addresses.", sent=False)


def _revealed(params: Params) -> dict[str, str]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in params.items()}


class _Bearer(requests.auth.AuthBase):
    """Sets the token at the last moment. Being given, it also keeps requests from looking into .netrc."""

    def __init__(self, token: Secret | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class _QueriesHidden(logging.Filter):
    """Cuts the query off the URLs that urllib3 writes into its debug log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._cut(arg) for arg in record.args)
        return True

    @staticmethod
    def _cut(argument: Any) -> Any:
        shown = str(argument)
        return f"{shown.split('?', 1)[0]}?…" if "?" in shown else argument


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_QueriesHidden())
