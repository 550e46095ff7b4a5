"""graph.facebook.com and graph.instagram.com: which path is which endpoint, and who may call it."""

import re
from collections.abc import Callable
from typing import Any

from sandbox import batch, containers, insights_account, insights_media, nodes, oauth_tokens, personas, tokens, usage
from sandbox.catalogue import Media
from sandbox.errors import GraphError, bad_param, missing_object, not_modelled
from sandbox.graph_call import Call, account, page_reachable, reachable
from sandbox.personas import Page, Persona
from sandbox.selection import Field, parse
from sandbox.server import Request, Response, json_response
from sandbox.world import World

VERSION = re.compile(r"v\d+\.\d+")
DEFAULT_VERSION = "v25.0"
LOGIN_OF = {"graph.instagram.com": "instagram", "graph.facebook.com": "facebook"}

# Paths that take an app's secret instead of a user's token.
OPEN: dict[tuple[str, str], Callable[[World, dict[str, str]], Response]] = {
    ("instagram", "access_token"): oauth_tokens.instagram_exchange,
    ("instagram", "refresh_access_token"): oauth_tokens.instagram_refresh,
    ("facebook", "oauth/access_token"): oauth_tokens.facebook_token,
}


def answer(world: World, request: Request, host: str, path: str) -> Response:
    """The answer of a Graph host; refusals come as `GraphError`."""
    login = LOGIN_OF[host]
    first, _, rest = path.partition("/")
    version, path = (first, rest) if VERSION.fullmatch(first) else (DEFAULT_VERSION, path)
    path = path.strip("/")
    params = request.params
    method = params.get("method", request.method).upper() if request.method == "POST" else request.method
    if (login, path) in OPEN:
        return OPEN[login, path](world, params)
    token = bearer(request)
    if (login, path, method) == ("facebook", "", "POST") and "batch" in params:
        return batch.answer(request, token, lambda inner, where: answer(world, inner, host, where))
    if (login, path) == ("facebook", "debug_token"):
        return oauth_tokens.debug_token(world, params, token)
    session = tokens.session_of(world, token, login) if token else None
    if session is None:
        raise without_token(login, path)
    check_proof(world, login, params, token)
    url = f"{world.public_url}/{host}/{version}/{path}"
    call = Call(world, session, login, method, url, version, params)
    return counted(call, path)


def counted(call: Call, path: str) -> Response:
    """Runs the endpoint and puts the usage headers on its answer, refused or not."""
    try:
        usage.refuse(call, path)
        body = endpoint(call, path)
    except GraphError as error:
        error.headers = usage.headers(call) | error.headers
        raise
    wrapped = path == "me" and call.login == "instagram" and call.world.variants["me"] == "data"
    return json_response({"data": [body]} if wrapped else body, 200, usage.headers(call))


def bearer(request: Request) -> str:
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() in ("bearer", "oauth") and token:
        return token.strip()
    return request.params.get("access_token", "")


def without_token(login: str, path: str) -> GraphError:
    if login == "instagram":
        return GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    if path.split("/")[0] == "me":
        text = "An active access token must be used to query information about the current user."
        return GraphError(2500, text)
    return GraphError(104, "An access token is required to request this resource.")


def check_proof(world: World, login: str, params: dict[str, str], token: str) -> None:
    """`appsecret_proof` is verified when it is sent, and asked for when the app requires it."""
    proof = params.get("appsecret_proof", "")
    if login != "facebook" or not (proof or world.apps.require_proof):
        return
    if not proof:
        raise GraphError(100, "API calls from the server require an appsecret_proof argument")
    if not tokens.valid_proof(world, token, proof):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument")


# Endpoints -----------------------------------------------------------------------------------------------------------


def endpoint(call: Call, path: str) -> dict[str, Any]:
    """One node or edge; several nodes with `ids`."""
    parts = path.split("/") if path else []
    if not parts and call.params.get("ids"):
        return several(call)
    if len(parts) == 1:
        return node(call, parts[0])
    if len(parts) == 2:
        return edge(call, parts[0], parts[1])
    raise missing_object(path, call.error_kind, call.method.lower())


def several(call: Call) -> dict[str, Any]:
    """Several nodes in one call; one that cannot be read fails the whole call."""
    identifiers = [part for part in call.params["ids"].split(",") if part]
    if len(identifiers) > 50:
        raise bad_param("Too many ids: the maximum is 50")
    return {identifier: node(call, identifier) for identifier in identifiers}


def asked(call: Call, default: str) -> list[Field]:
    return parse(call.params.get("fields") or default)


def node(call: Call, identifier: str) -> dict[str, Any]:
    if call.method == "DELETE":
        raise not_modelled("deleting")
    if call.method != "GET":
        raise not_modelled("writing to a node")
    if found := account(call, identifier):
        return nodes.account_node(call, found, asked(call, "id"))
    if call.login == "facebook" and identifier == "me":
        return facebook_me(call)
    if call.login == "facebook" and (page := personas.PAGES.get(identifier)):
        return nodes.page_node(call, page, asked(call, "name,id"))
    if call.login == "facebook" and identifier == call.session.person.id and call.session.kind != "page":
        return nodes.select(call, nodes.PERSON, "User", call.session.person, asked(call, "name,id"))
    if media := call.world.media(identifier):
        return nodes.media_node(call, media, asked(call, "id"))
    if container := call.world.store.get("container", identifier):
        return containers.container_node(call, container, asked(call, "id"))
    raise call.missing(identifier)


def facebook_me(call: Call) -> dict[str, Any]:
    if call.session.kind == "page":
        return nodes.page_node(call, personas.PAGES[call.session.page], asked(call, "name,id"))
    return nodes.select(call, nodes.PERSON, "User", call.session.person, asked(call, "name,id"))


def edge(call: Call, identifier: str, name: str) -> dict[str, Any]:
    if found := account(call, identifier):
        return account_edge(call, found, name)
    is_self = call.login == "facebook" and identifier in ("me", call.session.person.id)
    if is_self and call.session.kind != "page":
        return person_edge(call, name)
    if call.login == "facebook" and (page := personas.PAGES.get(identifier)):
        return page_edge(call, page, name)
    if media := call.world.media(identifier):
        return media_edge(call, media, name)
    raise call.missing(identifier)


# Known edges that later parts of the sandbox will stand in for: said clearly instead of pretended.
ACCOUNT_LATER = {
    "mentions",
    "messages",
    "conversations",
    "subscribed_apps",
    "welcome_message_flows",
    "messenger_profile",
    "upcoming_events",
    "available_catalogs",
    "catalog_product_search",
    "product_appeal",
    "collaboration_invites",
    "collaborative_media",
    "creator_marketplace_creators",
    "recently_searched_hashtags",
    "likes",
    "scheduled_media",
    "moderate_conversations",
}
MEDIA_LATER = {
    "comments",
    "collaborators",
    "product_tags",
    "branded_content_partner_promote",
    "boost_ads_list",
    "partnership_ad_code",
}


def account_edge(call: Call, persona: Persona, name: str) -> dict[str, Any]:
    handler = ACCOUNT_EDGES.get((call.method, name))
    if handler:
        return handler(call, persona)
    if name in ACCOUNT_LATER:
        raise not_modelled(f"the edge {name}")
    raise nonexisting(call, name, "IGUser")


def nonexisting(call: Call, name: str, kind: str) -> GraphError:
    if call.method == "GET":
        return bad_param(f"Tried accessing nonexisting field ({name}) on node type ({kind})", kind=call.error_kind)
    text = f"Unsupported {call.method.lower()} request. Please read the Graph API documentation."
    return GraphError(100, text, kind=call.error_kind)


def list_media(call: Call, persona: Persona) -> dict[str, Any]:
    """Newest first, by cursor; `since` and `until` narrow it by time."""
    call.require("read")
    call.allow("since", "until")
    posts = between(call, call.world.posts(persona.username))
    answer = nodes.media_list(call, posts, list_field(call), links=True)
    return answer or {"data": []}


def between(call: Call, posts: list[Media]) -> list[Media]:
    since, until = insights_account.moment(call, "since"), insights_account.moment(call, "until")
    if since is None and until is None:
        return posts
    return [media for media in posts if (since or 0.0) <= media.timestamp <= (until or call.world.now())]


def list_field(call: Call) -> Field:
    """The request's own parameters in the form of an expanded field."""
    arguments = {name: call.params[name] for name in ("limit", "after", "before") if call.params.get(name)}
    return Field("list", arguments, asked(call, "id"))


def list_stories(call: Call, persona: Persona) -> dict[str, Any]:
    call.require("read")
    call.allow()
    return nodes.media_list(call, call.world.stories(persona.username), list_field(call), links=True) or {"data": []}


def empty_list(call: Call, persona: Persona) -> dict[str, Any]:
    """An edge that is modelled as a list nothing is in: no broadcast runs, nobody has tagged the account."""
    call.require("read")
    call.allow("since", "until")
    return {"data": []}


ACCOUNT_EDGES: dict[tuple[str, str], Callable[[Call, Persona], dict[str, Any]]] = {
    ("GET", "media"): list_media,
    ("GET", "stories"): list_stories,
    ("GET", "live_media"): empty_list,
    ("GET", "tags"): empty_list,
    ("GET", "insights"): insights_account.read,
    ("GET", "content_publishing_limit"): containers.publishing_limit,
    ("POST", "media"): containers.create,
    ("POST", "media_publish"): containers.publish,
}


def media_edge(call: Call, media: Media, name: str) -> dict[str, Any]:
    if not reachable(call, media.persona):
        raise call.missing(media.id)
    call.account = media.persona
    if (call.method, name) == ("GET", "insights"):
        call.allow("metric", "period", "breakdown", "breakdowns")
        return insights_media.read(call, media, call.params)
    if (call.method, name) == ("GET", "children"):
        call.require("read")
        field = Field("children", fields=asked(call, "id"))
        return nodes.children(call, media, field) or {"data": []}
    if name in MEDIA_LATER:
        raise not_modelled(f"the edge {name}")
    raise nonexisting(call, name, "IGMedia")


def person_edge(call: Call, name: str) -> dict[str, Any]:
    if (call.method, name) == ("GET", "accounts"):
        call.allow("ad_id", "is_place", "is_promotable")
        field = list_field(call)
        field.fields = asked(call, "access_token,category,category_list,name,id,tasks")
        return nodes.accounts(call, call.session.person, field, links=True)
    if (call.method, name) == ("GET", "permissions"):
        return {"data": narrowed(call, nodes.permissions(call))}
    if (call.method, name) == ("DELETE", "permissions"):
        return revoke(call)
    if (call.method, name) == ("GET", "businesses"):
        return {"data": []}
    raise nonexisting(call, name, "User")


def narrowed(call: Call, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    call.allow("permission", "status")
    wanted = {key: call.params[key] for key in ("permission", "status") if call.params.get(key)}
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def revoke(call: Call) -> dict[str, Any]:
    """All permissions (the person leaves the app, every token dies) or one of them."""
    call.allow("permission")
    world, key = call.world, call.session.grant
    grant = world.store.all("grant")[key]
    permission = call.params.get("permission", "")
    if permission:
        kept = [scope for scope in grant["granted"] if scope != permission]
        world.store.put("grant", key, grant | {"granted": kept, "declined": [*grant["declined"], permission]})
        return {"success": True}
    rows = [row for row in world.store.rows("token") if row["grant"] == key and not row["death"]]
    tokens.end_of(world, rows, "revoke")
    return {"success": True}


def page_edge(call: Call, page: Page, name: str) -> dict[str, Any]:
    if not page_reachable(call, page):
        raise call.missing(page.id)
    if (call.method, name) == ("GET", "instagram_accounts"):
        call.require("read")
        fields = asked(call, "id")
        rows = [nodes.select(call, nodes.ACCOUNT_FACEBOOK, "IGUser", page.persona, fields)] if page.persona else []
        return {"data": rows}
    if name in ("subscribed_apps", "messages", "conversations", "welcome_message_flows", "messenger_profile"):
        raise not_modelled(f"the edge {name}")
    raise nonexisting(call, name, "Page")
