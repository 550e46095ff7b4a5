"""A small HTTP/1.1 server: one thread per connection, keep-alive, every answer written in one send."""

import contextlib
import json
import logging
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

log = logging.getLogger("sandbox")

BODY_LIMIT = 16 * 1024 * 1024
LINE_LIMIT = 65536
IDLE_SECONDS = 120
LINE_END = re.compile(r"[\r\n]+")
REASONS = {status.value: status.phrase for status in HTTPStatus}


class BadRequest(Exception):
    """What arrived is not HTTP that this server understands."""


@dataclass
class Request:
    """One call: `params` holds query and body together, the body winning, as Meta reads them."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    _params: dict[str, str] | None = None

    @property
    def params(self) -> dict[str, str]:
        if self._params is None:
            self._params = dict(parse_qsl(self.query, keep_blank_values=True)) | self._body_params()
        return self._params

    def _body_params(self) -> dict[str, str]:
        kind = self.headers.get("content-type", "").lower()
        if not self.body:
            return {}
        if kind.startswith("application/json"):
            return json_params(self.body)
        if kind.startswith("multipart/form-data"):
            return multipart_params(self.headers["content-type"], self.body)
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def values(self, name: str) -> list[str]:
        """All values of a repeated form or query key."""
        text = self.query + "&" + self.body.decode("utf-8", "replace")
        return [value for key, value in parse_qsl(text, keep_blank_values=True) if key == name]


@dataclass
class Response:
    """An answer before it becomes bytes; `drip` sends the body byte by byte, `cut` closes without an answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    drip: float = 0.0
    wait: float = 0.0


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(value, separators=(",", ":")).encode(), headers=headers or {})


def html_response(text: str, status: int = 200) -> Response:
    headers = {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'self'; img-src *; style-src 'unsafe-inline'",
    }
    return Response(status, text.encode(), "text/html; charset=utf-8", headers)


def redirect(location: str) -> Response:
    return Response(302, b"", "text/plain", {"location": location, "cache-control": "no-store"})


def json_params(body: bytes) -> dict[str, str]:
    """A JSON object as text parameters: lists and objects stay JSON text, as Meta takes them in forms."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body is not a JSON object.")
    return {key: item if isinstance(item, str) else json.dumps(item) for key, item in value.items()}


def multipart_params(content_type: str, body: bytes) -> dict[str, str]:
    _, _, boundary = content_type.partition("boundary=")
    found = {}
    for part in body.split(b"--" + boundary.strip('" ').encode()):
        head, separator, content = part.partition(b"\r\n\r\n")
        _, named, rest = head.partition(b'name="')
        if separator and named:
            found[rest.split(b'"', 1)[0].decode()] = content.removesuffix(b"\r\n").decode("utf-8", "replace")
    return found


def read_request(stream: BinaryIO) -> Request | None:
    """The next request of a connection; None once the other side has closed it."""
    line = stream.readline(LINE_LIMIT)
    if not line.strip():
        return None
    try:
        method, target, _version = line.decode("latin-1").split()
    except ValueError as error:
        raise BadRequest("Malformed request line.") from error
    headers = read_headers(stream)
    parts = urlsplit(target)
    return Request(method, unquote(parts.path), parts.query, headers, read_body(stream, headers))


def read_headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    while (line := stream.readline(LINE_LIMIT)) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


def read_body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(read_chunks(stream))
    length = int(headers.get("content-length") or 0)
    if length > BODY_LIMIT:
        raise BadRequest("The body is too large.")
    return stream.read(length) if length else b""


def read_chunks(stream: BinaryIO) -> list[bytes]:
    chunks = []
    while size := int(stream.readline(LINE_LIMIT).split(b";")[0] or b"0", 16):
        chunks.append(stream.read(size))
        stream.readline(LINE_LIMIT)
    stream.readline(LINE_LIMIT)
    return chunks


def encode(response: Response, *, head_only: bool = False, close: bool = False) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Unknown')}",
        f"content-type: {response.content_type}",
        f"content-length: {len(response.body)}",
        *(f"{name}: {LINE_END.sub(' ', value)}" for name, value in response.headers.items()),
        "connection: close" if close else "connection: keep-alive",
        "\r\n",
    ]
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return head if head_only else head + response.body


class Server:
    """Listens on a socket and hands each request to `application`; `stop()` closes every connection."""

    def __init__(self, application: Callable[[Request], Response], host: str, port: int) -> None:
        self.application = application
        self.listener = socket.create_server((host, port), backlog=512)
        self.host, self.port = self.listener.getsockname()[:2]
        self.stopping = threading.Event()
        self.connections: set[socket.socket] = set()
        self.guard = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self.accept, name="accept", daemon=True).start()

    def accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(IDLE_SECONDS)
            with self.guard:
                self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.guard:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        try:
            while not self.stopping.is_set() and self.answer_one(connection, stream):
                pass
        except (OSError, ValueError):
            pass  # The other side went away in the middle of a request: nobody is left to answer.
        finally:
            with self.guard:
                self.connections.discard(connection)
            stream.close()
            connection.close()

    def answer_one(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """Answers the next request; False when the connection is to be closed."""
        try:
            request = read_request(stream)
            if request is None:
                return False
            close = request.headers.get("connection", "").lower() == "close"
            return self.send(connection, self.application(request), request.method == "HEAD", close)
        except BadRequest as error:
            answer = json_response({"error": {"message": str(error), "type": "OAuthException", "code": 100}}, 400)
            return self.send(connection, answer, False, True)

    def send(self, connection: socket.socket, response: Response, head_only: bool, close: bool) -> bool:
        if response.wait:
            self.stopping.wait(response.wait)
        if response.cut:
            if response.cut == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if response.drip:
            return self.send_dripping(connection, response)
        connection.sendall(encode(response, head_only=head_only, close=close))
        return not close

    def send_dripping(self, connection: socket.socket, response: Response) -> bool:
        connection.sendall(encode(response, head_only=True, close=True))
        for position in range(len(response.body)):
            if self.stopping.wait(response.drip):
                return False
            connection.sendall(response.body[position : position + 1])
        return False
