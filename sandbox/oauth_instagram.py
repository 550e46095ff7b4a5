"""Business Login for Instagram: the window in which a person allows an app to use one account."""

from html import escape
from urllib.parse import urlencode

from sandbox import figures, html, oauth_tokens, pictures, scopes, tokens
from sandbox.oauth_dialogs import asked_scopes, back, refuse
from sandbox.personas import BY_USERNAME, PERSONAS, Persona
from sandbox.server import Request, Response
from sandbox.world import World

KEPT = ("client_id", "redirect_uri", "response_type", "scope", "state", "force_reauth", "enable_fb_login")
DENIED = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "The user denied your request",
}


def authorize(world: World, request: Request) -> Response:
    """GET shows who is logged in, then what is asked; POST decides."""
    params = request.params
    if problem := refuse(world, params, world.apps.instagram_id) or wrong_request(params):
        return problem
    kept = {name: params[name] for name in KEPT if params.get(name)}
    if request.method == "POST":
        return decide(world, kept, params, request.values("allow"))
    persona = BY_USERNAME.get(params.get("as", ""))
    return permissions(world, kept, persona) if persona else chooser(world, kept)


def wrong_request(params: dict[str, str]) -> Response | None:
    if params.get("response_type") != "code":
        return html.problem("Invalid response type", "The parameter response_type must be “code”.")
    asked = asked_scopes(params)
    unknown = [scope for scope in asked if scope not in scopes.INSTAGRAM_SCOPES]
    if unknown:
        why = "no longer exists" if unknown[0] in scopes.DEAD_SCOPES else "is not a permission of this login"
        return html.problem("Invalid scopes", f"{unknown[0]} {why}.")
    if "instagram_business_basic" not in asked:
        return html.problem("Invalid scopes", "instagram_business_basic is mandatory.")
    return None


def chooser(world: World, kept: dict[str, str]) -> Response:
    rows = []
    for persona in PERSONAS:
        link = "?" + urlencode(kept | {"as": persona.username})
        detail = (
            "personal account"
            if not persona.is_professional
            else f"{figures.followers_now(world, persona):,} followers"
        )
        rows.append(
            f'<a class="row" href="{escape(link)}">{html.face(pictures.avatar_url(world, persona), persona.name)}'
            f'<span class="grow"><b>{escape(persona.username)}</b>'
            f"<small>{escape(persona.name)} · {detail}</small></span></a>"
        )
    text = "Choose whose browser this is. On the real platform the person is logged in already."
    return html.page("Log in", html.sheet("I", "Logged in on Instagram as…", text, html.items(rows)))


def permissions(world: World, kept: dict[str, str], persona: Persona) -> Response:
    if not persona.is_professional:
        return html.problem(
            "Switch to a professional account",
            f"@{persona.username} is a personal account. Only business and creator accounts can use this app.",
            200,
        )
    rows = []
    for scope in asked_scopes(kept):
        title, detail = scopes.words(scope)
        forced = " disabled" if scope == "instagram_business_basic" else ""
        rows.append(
            f'<label class="row"><span class="grow"><b>{escape(title)}</b><small>{escape(detail)}</small></span>'
            f'<input type="checkbox" name="allow" value="{escape(scope)}" checked{forced}></label>'
        )
    switch = "?" + urlencode(kept)
    who = (
        f'<div class="row">{html.face(pictures.avatar_url(world, persona), persona.name)}<span class="grow">'
        f"<small>Logged in as</small><b>{escape(persona.username)}</b></span>"
        f'<a href="{escape(switch)}">Switch account</a></div>'
    )
    form = (
        f'<form method="post" action="?">{html.hidden(kept | {"as": persona.username})}{who}<h3>This app asks to</h3>'
        f"{html.items(rows)}{html.decision('Allow')}</form>"
    )
    lead = "It can use this account until you remove it in Apps and websites."
    return html.page("Allow access", html.sheet("I", "Allow the app to use this account?", lead, form))


def decide(world: World, kept: dict[str, str], params: dict[str, str], allowed: list[str]) -> Response:
    state = {"state": params.get("state", "")}
    if params.get("decision") != "allow":
        return back(params["redirect_uri"], DENIED | state)
    persona = BY_USERNAME.get(params.get("as", ""))
    if persona is None or not persona.is_professional:
        return chooser(world, kept)
    asked = asked_scopes(params)
    granted = [scope for scope in asked if scope in allowed or scope == "instagram_business_basic"]
    declined = [scope for scope in asked if scope not in granted]
    grant = tokens.give_grant(world, "instagram", persona.username, granted, declined, [])
    code = oauth_tokens.new_code(world, grant, params["redirect_uri"], granted)
    return back(params["redirect_uri"], {"code": code} | state, "#_")
