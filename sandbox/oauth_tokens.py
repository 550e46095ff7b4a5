"""The token endpoints of both logins: code exchange, long-lived exchange, refresh, debug_token."""

from typing import Any

from sandbox import personas, tokens
from sandbox.clock import meta_time
from sandbox.errors import FlatError, GraphError, bad_param
from sandbox.server import Response, json_response
from sandbox.world import World

CODE_LIFE = 3600
OTHER_URI = "Error validating verification code. Please make sure your redirect_uri is identical to the first one"
USED = "Matching code was not found or was already used"


def new_code(world: World, grant: str, redirect_uri: str, scopes: list[str]) -> str:
    code = "AQ" + tokens.random_text(180)
    document = {"grant": grant, "redirect_uri": redirect_uri, "issued": world.now(), "used": False, "scopes": scopes}
    world.store.put("code", code, document)
    return code


def spend_code(world: World, code: str, redirect_uri: str, app: str) -> dict[str, Any] | str:
    """The code's document, now spent; or the reason why it is worth nothing."""
    with world.guard:
        document = world.store.get("code", code)
        if document is None or document["used"] or not document["grant"].startswith(f"{app}:"):
            return USED
        if world.now() - document["issued"] > CODE_LIFE:
            return "This authorization code has expired"
        if document["redirect_uri"] != redirect_uri:
            return OTHER_URI
        return world.store.put("code", code, document | {"used": True})


# Business Login for Instagram --------------------------------------------------------------------------------------


def instagram_code(world: World, params: dict[str, str]) -> Response:
    """`POST api.instagram.com/oauth/access_token`: a short-lived token, in its own envelope either way."""
    for name in ("client_id", "client_secret", "grant_type", "redirect_uri", "code"):
        if not params.get(name):
            raise FlatError(f"Missing required field {name}")
    if params["client_id"] != world.apps.instagram_id:
        raise FlatError("Invalid platform app")
    if params["client_secret"] != world.apps.instagram_secret:
        raise FlatError("Error validating client secret.")
    if params["grant_type"] != "authorization_code":
        raise FlatError("Invalid grant_type")
    document = spend_code(world, params["code"], params["redirect_uri"], world.apps.instagram_id)
    if isinstance(document, str):
        raise FlatError(document)
    return json_response(instagram_answer(world, document["grant"]))


def instagram_answer(world: World, grant_key: str) -> dict[str, Any]:
    grant = world.store.all("grant")[grant_key]
    token = tokens.issue(world, grant_key, "short", tokens.SHORT_LIFE["instagram"])
    persona = personas.BY_USERNAME[grant["subject"]]
    granted = grant["granted"]
    answer = {
        "access_token": token["token"],
        "user_id": int(persona.app_scoped_id),
        "permissions": granted if world.variants["ig_permissions"] == "list" else ",".join(granted),
    }
    if world.variants["ig_token"] == "flat":  # noqa: S105  # The name of a variant.
        return answer
    return {"data": [answer | {"user_id": persona.app_scoped_id, "permissions": ",".join(granted)}]}


def instagram_exchange(world: World, params: dict[str, str]) -> Response:
    """`GET graph.instagram.com/access_token`: short for long, 60 days."""
    if params.get("grant_type") != "ig_exchange_token":
        raise bad_param("grant_type must be ig_exchange_token", kind="IGApiException")
    if params.get("client_secret") != world.apps.instagram_secret:
        raise GraphError(101, "Error validating client secret.")
    document = known(world, params.get("access_token", ""), "instagram")
    if document["kind"] != "short":
        raise bad_param("The access token is long-lived already; refresh it instead", kind="IGApiException")
    return long_answer(world, document["grant"])


def instagram_refresh(world: World, params: dict[str, str]) -> Response:
    """`GET graph.instagram.com/refresh_access_token`: a new token string, 60 days from now; the old one lives on."""
    if params.get("grant_type") != "ig_refresh_token":
        raise bad_param("grant_type must be ig_refresh_token", kind="IGApiException")
    document = known(world, params.get("access_token", ""), "instagram")
    if document["kind"] != "long":
        raise bad_param("Only long-lived access tokens can be refreshed", kind="IGApiException")
    if world.now() - document["issued"] < tokens.REFRESH_AGE:
        raise bad_param("The access token must be at least 24 hours old to be refreshed", kind="IGApiException")
    grant = world.store.all("grant")[document["grant"]]
    if "instagram_business_basic" not in grant["granted"]:
        raise GraphError(10, "(#10) Application does not have permission for this action")
    return long_answer(world, document["grant"])


def long_answer(world: World, grant_key: str) -> Response:
    token = tokens.issue(world, grant_key, "long", tokens.LONG_LIFE)
    return json_response({"access_token": token["token"], "token_type": "bearer", "expires_in": tokens.LONG_LIFE})


def known(world: World, token: str, login: str) -> dict[str, Any]:
    tokens.session_of(world, token, login)
    return world.store.all("token")[token]


# Facebook Login for Business ---------------------------------------------------------------------------------------


def facebook_token(world: World, params: dict[str, str]) -> Response:
    """`GET graph.facebook.com/oauth/access_token`: code, long-lived exchange, app token."""
    if params.get("client_id") != world.apps.meta_id:
        raise GraphError(101, "Error validating application. Cannot get application info due to a system error.")
    if params.get("client_secret") != world.apps.meta_secret:
        raise GraphError(1, "Error validating client secret.", status=400)
    kind = params.get("grant_type", "")
    if kind == "client_credentials":
        return json_response({"access_token": f"{world.apps.meta_id}|{world.apps.meta_secret}", "token_type": "bearer"})
    if kind == "fb_exchange_token":
        return facebook_exchange(world, params)
    if kind not in ("", "authorization_code"):
        raise bad_param(f"Invalid grant_type: {kind}")
    return facebook_code(world, params)


def facebook_code(world: World, params: dict[str, str]) -> Response:
    if not params.get("code"):
        raise bad_param("Missing authorization code", status=400)
    document = spend_code(world, params["code"], params.get("redirect_uri", ""), world.apps.meta_id)
    if isinstance(document, str):
        text = "This authorization code has been used." if document == USED else document
        raise GraphError(100, text, subcode=36009 if document == USED else 36008)
    life = tokens.SHORT_LIFE["facebook"]
    token = tokens.issue(world, document["grant"], "short", life)
    return json_response({"access_token": token["token"], "token_type": "bearer", "expires_in": life})


def facebook_exchange(world: World, params: dict[str, str]) -> Response:
    document = known(world, params.get("fb_exchange_token", ""), "facebook")
    if document["page"]:
        raise bad_param("A Page access token cannot be exchanged")
    token = tokens.issue(world, document["grant"], "long", tokens.LONG_LIFE)
    answer = {"access_token": token["token"], "token_type": "bearer", "expires_in": tokens.LONG_LIFE}
    if world.variants["expires_in"] == "missing":
        del answer["expires_in"]
    return json_response(answer)


def fragment(world: World, grant_key: str) -> dict[str, str]:
    """What `response_type=token` puts behind the `#`: a short token, a long one, and when data access ends."""
    life = tokens.SHORT_LIFE["facebook"]
    ends = world.store.all("grant")[grant_key]["data_access"]
    unix = world.variants["data_access_expiration_time"] == "unix"
    return {
        "access_token": tokens.issue(world, grant_key, "short", life)["token"],
        "data_access_expiration_time": str(int(ends)) if unix else meta_time(ends),
        "expires_in": str(life),
        "long_lived_token": tokens.issue(world, grant_key, "long", tokens.LONG_LIFE)["token"],
    }


def may_debug(world: World, token: str) -> bool:
    if token == f"{world.apps.meta_id}|{world.apps.meta_secret}":
        return True
    document = world.store.get("token", token)
    return document is not None and document["login"] == "facebook" and tokens.dead(world, document) is None


def debug_token(world: World, params: dict[str, str], caller: str) -> Response:
    """`GET graph.facebook.com/debug_token`: 200 also for a token that is worth nothing."""
    if "input_token" not in params:
        raise bad_param("The parameter input_token is required")
    if not may_debug(world, caller):
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    document = world.store.get("token", params["input_token"])
    if document is None or document["login"] != "facebook":
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return json_response({"data": {"error": error, "is_valid": False, "scopes": []}})
    return json_response({"data": described(world, document)})


def described(world: World, document: dict[str, Any]) -> dict[str, Any]:
    grant = world.store.all("grant")[document["grant"]]
    granted = tokens.usable_scopes(world, grant)
    error = tokens.dead(world, document)
    numeric = world.variants["debug_app_id"] == "number"
    found: dict[str, Any] = {
        "app_id": int(document["app"]) if numeric else document["app"],
        "type": "PAGE" if document["page"] else "USER",
        "application": "Sandbox app",
        "data_access_expires_at": int(grant["data_access"]),
        "expires_at": int(document["expires"] or 0),
        "is_valid": error is None,
        "issued_at": int(document["issued"]),
        "scopes": granted,
        "granular_scopes": granular(grant, granted),
        "user_id": personas.PEOPLE[document["subject"]].id,
    }
    if document["page"]:
        found["profile_id"] = document["page"]
    if error:
        found["error"] = {"code": 190, "message": error.message} | ({"subcode": error.subcode} if error.subcode else {})
    return found


def granular(grant: dict[str, Any], granted: list[str]) -> list[dict[str, Any]]:
    accounts = [personas.PAGES[page].persona for page in grant["pages"]]
    instagram = [persona.id for persona in accounts if persona]
    found = []
    for scope in granted:
        targets = (
            grant["pages"] if scope.startswith("pages_") else instagram if scope.startswith("instagram_") else None
        )
        found.append({"scope": scope} | ({"target_ids": targets} if targets is not None else {}))
    return found
