"""One conversation with the Graph API: a token, the host it belongs to, and what every call needs.

The token goes into `Authorization: Bearer` and never into a URL. developers.facebook.com/docs/graph-api/overview and
/docs/graph-api/guides/secure-requests (appsecret_proof), read 2026-11-22.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from meta import answers, transport, usage
from meta.answers import Answer
from meta.errors import MetaError
from meta.hosts import Hosts
from meta.logins import Login
from meta.secrets import Secret
from meta.usage import Usage

__all__ = ["Answer", "Graph", "OnUsage", "exchange"]

OnUsage = Callable[[Usage], None]


class Graph:
    """Calls with one token on the API host of one login.

    Parameters may be str, int, bool, datetime (sent as Unix seconds), list or dict (sent as JSON), Secret, or None
    (left out). Every call returns an `Answer` or raises a `MetaError`; `on_usage` hears the usage headers of every
    answer, errors included, and must not raise.
    """

    def __init__(
        self,
        login: Login,
        hosts: Hosts,
        token: Secret,
        *,
        app_secret: Secret | None = None,
        on_usage: OnUsage | None = None,
        connect_timeout: float = transport.CONNECT_TIMEOUT,
        deadline: float = transport.DEADLINE,
    ) -> None:
        self.login = login
        self.hosts = hosts
        self._token = token
        self._proof = app_secret.hmac_sha256(token) if app_secret and login.sends_proof else ""
        self._on_usage = on_usage
        self._connect_timeout = connect_timeout
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"<Graph {self.login.key} {self.hosts.version}>"

    def get(self, path: str, **params: Any) -> Answer:
        """Return the node or edge at `path`."""
        return self._call("GET", path, params)

    def post(self, path: str, **params: Any) -> Answer:
        """Return Meta's answer to a write; parameters travel as a form body. After NoAnswer it may have happened."""
        return self._call("POST", path, params)

    def delete(self, path: str, **params: Any) -> Answer:
        """Return Meta's answer to a deletion. After NoAnswer it may have happened."""
        return self._call("DELETE", path, params)

    def pages(self, path: str, **params: Any) -> Iterator[Answer]:
        """Yield every page of an edge, each asked for anew from the cursor of the one before."""
        after: str | None = None
        while True:
            page = self.get(path, **params, after=after)
            yield page
            following = answers.next_cursor(page)
            if following is None or following == after:
                return
            after = following

    def with_token(self, token: Secret, app_secret: Secret | None = None) -> "Graph":
        """Return the same conversation with another token, such as a Page's. Its proof needs the secret again."""
        return Graph(
            self.login,
            self.hosts,
            token,
            app_secret=app_secret,
            on_usage=self._on_usage,
            connect_timeout=self._connect_timeout,
            deadline=self._deadline,
        )

    def _call(self, method: str, path: str, params: Mapping[str, Any]) -> Answer:
        url = f"{self.login.graph_host(self.hosts)}/{self.hosts.version}/{_safe(path)}"
        sent: dict[str, str | Secret] = as_sent(params)
        if self._proof:
            sent["appsecret_proof"] = Secret(self._proof)
        call = transport.Call(
            method,
            url,
            params={} if method == "POST" else sent,
            form=sent if method == "POST" else None,
            bearer=self._token,
            connect_timeout=self._connect_timeout,
            deadline=self._deadline,
        )
        return exchange(call, on_usage=self._on_usage)


def exchange(call: transport.Call, *, on_usage: OnUsage | None = None) -> Answer:
    """Return the answer to one call, or raise the error it means. A 200 that holds an error is an error."""
    outcome = _outcome(call, on_usage)
    if isinstance(outcome, MetaError):
        raise outcome
    return outcome


def _outcome(call: transport.Call, on_usage: OnUsage | None) -> Answer | MetaError:
    reply = transport.send(call)
    heard = usage.from_headers(reply.headers)
    if on_usage is not None:
        on_usage(heard)
    held = [call.bearer, *call.params.values(), *(call.form or {}).values()]
    return answers.read(
        reply.status,
        reply.content,
        method=call.method,
        trace_id=reply.headers.get("x-fb-trace-id", ""),
        usage=heard,
        secrets=[value for value in held if isinstance(value, Secret)],
    )


def as_sent(params: Mapping[str, Any]) -> dict[str, str | Secret]:
    """Return parameters in the form Meta reads; None is left out."""
    return {name: _as_text(value) for name, value in params.items() if value is not None}


def _as_text(value: Any) -> str | Secret:
    if isinstance(value, str | Secret):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return str(int(value.timestamp()))
    if isinstance(value, list | tuple | dict):
        return json.dumps(value)
    return str(value)


def _safe(path: str) -> str:
    """Return `path` quoted; an empty or dotted segment would address another node than the one meant."""
    segments = path.strip("/").split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        raise ValueError("A Graph path has no empty or dotted segment.")
    return "/".join(quote(segment, safe="") for segment in segments)
