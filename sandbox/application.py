"""From a request to its answer: the first path segment names the host, faults and the log lie around every call."""

import logging
import re
from typing import Any

from sandbox import (
    control,
    control_page,
    faults,
    graph,
    oauth_facebook,
    oauth_instagram,
    oauth_tokens,
    pictures,
    profiles,
)
from sandbox.errors import FlatError, GraphError, flat_response, graph_response, new_trace, not_modelled
from sandbox.graph import LOGIN_OF, VERSION
from sandbox.server import BadRequest, Request, Response, json_response, redirect
from sandbox.world import World

log = logging.getLogger("sandbox")
SECRET = re.compile(r"token|secret|proof|^code$")


class Application:
    """Callable for the server; everything it knows is in `world`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, request: Request) -> Response:
        host, _, path = request.path.lstrip("/").partition("/")
        self.world.served += 1
        if host == pictures.HOST:
            return faults.run(self.world, request, host, lambda: pictures.serve(self.world, request))
        if host in ("control", ""):
            return self.own_page(request, host, path)
        answer = faults.run(self.world, request, host, lambda: self.answer(request, host, path))
        self.log(request, host, path, answer)
        return answer

    def own_page(self, request: Request, host: str, path: str) -> Response:
        """The sandbox's own pages: never faulty, never logged."""
        if not host:
            return redirect("/control/")
        return (
            control.answer(self.world, request, path)
            if path.startswith("api/")
            else control_page.answer(self.world, request)
        )

    def answer(self, request: Request, host: str, path: str) -> Response:
        trace = new_trace()
        try:
            found = self.dispatch(request, host, path)
        except GraphError as error:
            found = graph_response(error, trace)
        except FlatError as error:
            found = flat_response(error)
        except BadRequest:
            raise
        except Exception:  # A mistake of the sandbox itself: told as one, with its trace in the log.
            log.exception("The sandbox failed on %s %s", request.method, request.path)
            message = "The sandbox itself failed; its log says where."
            found = json_response({"error": {"message": message, "type": "SandboxException", "code": 1}}, 500)
        found.headers |= {"x-fb-trace-id": trace, "x-fb-request-id": trace[::-1]}
        return found

    def dispatch(self, request: Request, host: str, path: str) -> Response:
        if host in LOGIN_OF:
            return graph.answer(self.world, request, host, path)
        handler = HOSTS.get(host)
        if handler is None:
            return json_response(
                {"error": {"message": f"Unknown host {host}", "type": "SandboxException", "code": 0}}, 404
            )
        return handler(self.world, request, path)

    def log(self, request: Request, host: str, path: str, answer: Response) -> None:
        params = {name: "…" if SECRET.search(name) else value[:400] for name, value in request.params.items()}
        entry: dict[str, Any] = {
            "at": self.world.now(),
            "method": request.method,
            "host": host,
            "path": path,
            "params": params,
            "status": 0 if answer.cut else answer.status,
            "bearer": "authorization" in request.headers,
        }
        self.world.requests.append(entry)


def instagram_site(world: World, request: Request, path: str) -> Response:
    if path.strip("/") == "oauth/authorize":
        return oauth_instagram.authorize(world, request)
    return profiles.answer(world, path)


def instagram_api(world: World, request: Request, path: str) -> Response:
    path = path.strip("/")
    if path == "oauth/authorize":
        return oauth_instagram.authorize(world, request)
    if path == "oauth/access_token" and request.method == "POST":
        return oauth_tokens.instagram_code(world, request.params)
    raise FlatError("Unsupported request", 404)


def facebook_site(world: World, request: Request, path: str) -> Response:
    parts = path.strip("/").split("/")
    if VERSION.fullmatch(parts[0]):
        parts = parts[1:]
    if parts == ["dialog", "oauth"]:
        return oauth_facebook.dialog(world, request)
    return profiles.not_found()


def upload_site(world: World, request: Request, path: str) -> Response:
    raise not_modelled("resumable uploads")


HOSTS = {
    "www.instagram.com": instagram_site,
    "api.instagram.com": instagram_api,
    "www.facebook.com": facebook_site,
    "rupload.facebook.com": upload_site,
}
