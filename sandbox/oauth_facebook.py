"""Facebook Login for Business: a person, the Pages they tick, the permissions they leave ticked."""

from html import escape
from urllib.parse import urlencode, urlsplit

from sandbox import html, oauth_tokens, pictures, scopes, tokens
from sandbox.oauth_dialogs import asked_scopes, back, refuse
from sandbox.personas import PAGES, PEOPLE, Page, Person
from sandbox.server import Request, Response, redirect
from sandbox.world import World

KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "config_id",
    "auth_type",
    "display",
    "extras",
    "override_default_response_type",
)
RESPONSE_TYPES = {"code", "token", "granted_scopes"}
AUTH_TYPES = ("", "rerequest", "reauthorize", "reauthenticate")
DENIED = {"error_reason": "user_denied", "error": "access_denied", "error_description": "Permissions error."}


def dialog(world: World, request: Request) -> Response:
    """GET shows the person, then Pages and permissions; POST decides."""
    params = request.params
    if problem := refuse(world, params, world.apps.meta_id) or wrong_request(world, params):
        return problem
    kept = {name: params[name] for name in KEPT if params.get(name)}
    if request.method == "POST":
        return decide(world, kept, request)
    person = PEOPLE.get(params.get("as", ""))
    return permissions(world, kept, person) if person else chooser(kept)


def response_types(params: dict[str, str]) -> set[str]:
    return set((params.get("response_type") or "code").replace(",", " ").split())


def wrong_request(world: World, params: dict[str, str]) -> Response | None:
    if not params.get("state") and "extras" not in params:
        return html.problem("Missing state", "The parameter state is required.")
    if not response_types(params) <= RESPONSE_TYPES:
        return html.problem("Invalid response type", "Use code, token, granted_scopes or a combination.")
    if params.get("auth_type", "") not in AUTH_TYPES:
        return html.problem("Invalid auth_type", "Use rerequest or reauthorize.")
    config = params.get("config_id", "")
    if config and not (config in world.apps.config_ids if world.apps.config_ids else config.isdigit()):
        return html.problem(
            "Invalid configuration", "The parameter config_id names no login configuration of this app."
        )
    unknown = [scope for scope in asked_scopes(params) if scope not in scopes.FACEBOOK_SCOPES]
    if unknown and not config:
        return html.problem("Invalid Scopes", f"Invalid Scopes: {', '.join(unknown)}.")
    return None


def wanted(params: dict[str, str]) -> list[str]:
    """A configuration replaces the scope parameter."""
    if params.get("config_id"):
        return list(scopes.CONFIG_SCOPES)
    return asked_scopes(params) or ["public_profile"]


def chooser(kept: dict[str, str]) -> Response:
    rows = [
        f'<a class="row" href="?{escape(urlencode(kept | {"as": person.key}))}">{html.face("", person.name)}'
        f'<span class="grow"><b>{escape(person.name)}</b><small>{escape(person.note)}</small></span></a>'
        for person in PEOPLE.values()
    ]
    text = "Choose whose browser this is. On the real platform the person is logged in already."
    return html.page("Log in", html.sheet("f", "Logged in on Facebook as…", text, html.items(rows)))


def permissions(world: World, kept: dict[str, str], person: Person) -> Response:
    pages = [page_row(world, PAGES[key]) for key in person.pages]
    asked = [scope_row(scope) for scope in wanted(kept)]
    who = (
        f'<div class="row">{html.face("", person.name)}<span class="grow"><small>Continue as</small>'
        f'<b>{escape(person.name)}</b></span><a href="?{escape(urlencode(kept))}">Not you?</a></div>'
    )
    choose = f"<h3>Pages the app may use ({len(pages)})</h3>{html.items(pages, 'tall')}" if pages else ""
    empty = "" if pages else '<p class="note">This person has no Pages.</p>'
    form = (
        f'<form method="post" action="?">{html.hidden(kept | {"as": person.key})}{who}{choose}{empty}'
        f"<h3>What the app will be allowed to do</h3>{html.items(asked)}"
        f"{html.decision('Continue')}</form>"
    )
    lead = "Choose the Pages whose Instagram accounts it may use."
    return html.page("Continue", html.sheet("f", "An app would like access", lead, form))


def page_row(world: World, page: Page) -> str:
    persona = page.persona
    picture = pictures.avatar_url(world, persona) if persona else ""
    linked = f"@{persona.username}" if persona else "no professional Instagram account"
    return (
        f'<label class="row">{html.face(picture, page.name)}<span class="grow"><b>{escape(page.name)}</b>'
        f"<small>{escape(linked)}{' · analyst only' if len(page.tasks) == 1 else ''}</small></span>"
        f'<input type="checkbox" name="page" value="{page.id}" checked></label>'
    )


def scope_row(scope: str) -> str:
    title, detail = scopes.words(scope)
    return (
        f'<label class="row"><span class="grow"><b>{escape(title)}</b><small>{escape(detail or scope)}</small></span>'
        f'<input type="checkbox" name="allow" value="{escape(scope)}" checked></label>'
    )


def decide(world: World, kept: dict[str, str], request: Request) -> Response:
    params = request.params
    state = {"state": params.get("state", "")}
    person = PEOPLE.get(params.get("as", ""))
    if params.get("decision") != "allow" or person is None:
        return back(params["redirect_uri"], DENIED | state)
    asked = wanted(params)
    allowed = request.values("allow")
    granted = [scope for scope in asked if scope in allowed]
    declined = [scope for scope in asked if scope not in allowed]
    if declined and all_or_nothing(world, params):
        granted, declined = [], asked
    pages = [page for page in request.values("page") if page in person.pages]
    grant = tokens.give_grant(world, "facebook", person.key, granted, declined, pages)
    return answer(world, params, grant, granted, declined)


def all_or_nothing(world: World, params: dict[str, str]) -> bool:
    """Login for Business grants everything or nothing; a plain scope list leaves the choice to the person."""
    rule = world.variants["partial_grants"]
    return rule == "never" or (rule == "scope" and bool(params.get("config_id")))


def answer(world: World, params: dict[str, str], grant: str, granted: list[str], declined: list[str]) -> Response:
    kinds, uri = response_types(params), params["redirect_uri"]
    lists = (
        {"granted_scopes": ",".join(granted), "denied_scopes": ",".join(declined)} if "granted_scopes" in kinds else {}
    )
    values: dict[str, str] = {}
    if "token" in kinds:
        values |= oauth_tokens.fragment(world, grant)
    if "code" in kinds or not values:
        values["code"] = oauth_tokens.new_code(world, grant, uri, granted)
    values |= lists | {"state": params.get("state", "")}
    if "token" not in kinds:
        return back(uri, values, "#_=_")
    glue = "" if urlsplit(uri).query else "?"
    return redirect(f"{uri}{glue}#{urlencode({key: value for key, value in values.items() if value})}")
