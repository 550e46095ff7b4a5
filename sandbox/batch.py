"""Several Graph calls in one: `POST graph.facebook.com/` with `batch`, at most 50, each failing for itself."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.errors import GraphError, bad_param, graph_response, new_trace
from sandbox.server import Request, Response, json_response

MOST = 50
Answerer = Callable[[Request, str], Response]


def answer(request: Request, token: str, ask: Answerer) -> Response:
    """A list in the order of the operations; bodies are JSON text."""
    operations = read(request.params["batch"])
    if not token:
        raise GraphError(190, "An access token is required for a batch")
    with_headers = request.params.get("include_headers", "true") != "false"
    return json_response([one(operation, token, ask, with_headers) for operation in operations])


def read(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        raise bad_param("batch parameter must be a JSON array") from None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise bad_param("batch parameter must be a JSON array")
    if not 1 <= len(found) <= MOST:
        raise bad_param(f"A batch must have 1 to {MOST} operations")
    return found


def one(operation: dict[str, Any], token: str, ask: Answerer, with_headers: bool) -> dict[str, Any]:
    parts = urlsplit(str(operation.get("relative_url", "")))
    own = dict(parse_qsl(parts.query)).get("access_token")
    headers = {"authorization": f"Bearer {own or token}", "content-type": "application/x-www-form-urlencoded"}
    body = str(operation.get("body", "")).encode()
    inner = Request(str(operation.get("method", "GET")).upper(), parts.path, parts.query, headers, body)
    try:
        found = ask(inner, parts.path.lstrip("/"))
    except GraphError as error:
        found = graph_response(error, new_trace())
    result: dict[str, Any] = {"code": found.status}
    if with_headers:
        result["headers"] = [{"name": name, "value": value} for name, value in found.headers.items()]
    return result | {"body": found.body.decode()}
