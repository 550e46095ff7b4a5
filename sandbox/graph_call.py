"""One call of the Graph as its handlers see it."""

from dataclasses import dataclass, field

from sandbox import personas, tokens
from sandbox.errors import GraphError, bad_param, missing_object
from sandbox.personas import Page, Persona
from sandbox.world import World

# Parameters every call may carry.
COMMON = {
    "access_token",
    "appsecret_proof",
    "fields",
    "limit",
    "after",
    "before",
    "pretty",
    "locale",
    "format",
    "debug",
    "suppress_http_code",
    "method",
    "include_headers",
    "date_format",
    "ids",
    "metadata",
}


@dataclass
class Call:
    """Who asks what: the host decides the login, the token decides the session."""

    world: World
    session: tokens.Session
    login: str
    method: str
    url: str
    version: str
    params: dict[str, str]
    account: Persona | None = None
    usage: dict[str, str] = field(default_factory=dict)

    @property
    def error_kind(self) -> str:
        return "IGApiException" if self.login == "instagram" else "OAuthException"

    def require(self, feature: str) -> None:
        tokens.require(self.world, self.session, feature)

    def allow(self, *names: str) -> None:
        """Refuses a parameter that the endpoint does not know."""
        if self.world.variants["unknown_params"] == "ignore":
            return
        for name in self.params:
            if name not in COMMON and name not in names:
                raise bad_param(f"param {name} is not allowed", kind=self.error_kind)

    def missing(self, identifier: str) -> GraphError:
        kind = "IGApiException" if self.login == "instagram" else "GraphMethodException"
        return missing_object(identifier, kind, self.method.lower())


def reachable(call: Call, persona: Persona) -> bool:
    """Whether the session may see an account at all."""
    session = call.session
    if call.login == "instagram":
        return session.subject == persona.username
    page = personas.PAGE_OF.get(persona.username)
    return page is not None and page_reachable(call, page)


def page_reachable(call: Call, page: Page) -> bool:
    session = call.session
    if page.id not in session.pages or page.id not in session.person.pages:
        return False
    return session.kind != "page" or session.page == page.id


def account(call: Call, identifier: str) -> Persona | None:
    """The account an id means on this host; None when it is no account. A foreign one is refused."""
    if identifier == "me" and call.login == "instagram":
        found: Persona | None = call.session.persona
    else:
        found = personas.BY_IG_ID.get(identifier)
        if found is None and call.login == "instagram":
            found = personas.BY_SCOPED_ID.get(identifier)
    if found is None:
        return None
    if not reachable(call, found):
        raise call.missing(identifier)
    call.account = found
    return found


def may_publish(call: Call, persona: Persona) -> None:
    """On Facebook's side the person also needs a task on the Page that allows creating content."""
    call.require("publish")
    if call.login == "instagram":
        return
    tasks = set(personas.PAGE_OF[persona.username].tasks)
    if not tasks & {"MANAGE", "CREATE_CONTENT", "PROFILE_PLUS_FULL_CONTROL", "PROFILE_PLUS_CREATE_CONTENT"}:
        raise GraphError(10, "(#10) The user does not have the Page task CREATE_CONTENT or MANAGE", status=403)
