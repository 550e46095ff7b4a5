"""What both consent dialogs share: which redirect URIs are registered, and how to go back."""

from urllib.parse import urlencode, urlsplit

from sandbox import html
from sandbox.server import Response, redirect
from sandbox.world import World

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def registered(world: World, uri: str) -> bool:
    """An exact match with a registered URI; without any registration every loopback URI will do."""
    if world.apps.redirect_uris:
        return uri in world.apps.redirect_uris
    try:
        parts, port = urlsplit(uri), urlsplit(uri).port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_clean = uri.isascii() and uri.isprintable() and not set(uri) & set(" #") and port != 0
    return is_clean and parts.scheme in ("http", "https") and (host in LOOPBACK or host.endswith(".localhost"))


def back(uri: str, values: dict[str, str], suffix: str = "") -> Response:
    """A redirect to the app with `values` in the query."""
    glue = "&" if urlsplit(uri).query else "?"
    return redirect(f"{uri}{glue}{urlencode({key: value for key, value in values.items() if value})}{suffix}")


def refuse(world: World, params: dict[str, str], app_id: str) -> Response | None:
    """Why a dialog cannot be shown; None when it can."""
    if params.get("client_id") != app_id:
        return html.problem("Invalid platform app", "The parameter client_id does not name an app of this sandbox.")
    uri = params.get("redirect_uri", "")
    if not uri:
        return html.problem("Invalid redirect URI", "The parameter redirect_uri is missing.")
    if not registered(world, uri):
        return html.problem("Invalid redirect URI", f"{uri} is not among the app's valid OAuth redirect URIs.")
    return None


def asked_scopes(params: dict[str, str]) -> list[str]:
    text = params.get("scope", "").replace(" ", ",")
    return list(dict.fromkeys(scope for scope in text.split(",") if scope))
