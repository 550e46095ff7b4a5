"""Grants and tokens: who allowed what, for how long, and every way in which a token dies."""

import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox import personas, scopes
from sandbox.clock import DAY
from sandbox.errors import GraphError
from sandbox.world import World

HOUR = 3600
SHORT_LIFE = {"instagram": HOUR, "facebook": int(1.5 * HOUR)}
LONG_LIFE = 5183944
DATA_ACCESS = 90 * DAY
REFRESH_AGE = DAY
LETTERS = string.ascii_letters + string.digits

Document = dict[str, Any]

DEATHS: dict[str, tuple[int | None, str]] = {
    "revoke": (458, "Error validating access token: The user has not authorized application {app}."),
    "checkpoint": (
        459,
        "Error validating access token: You cannot access the app till you log in to {site} and follow "
        "the instructions given.",
    ),
    "password_changed": (
        460,
        "Error validating access token: The session has been invalidated because the user changed "
        "their password or {brand} has changed the session for security reasons.",
    ),
    "expire": (463, "Error validating access token: Session has expired on {then}. The current time is {now}."),
    "unconfirmed": (
        464,
        "Error validating access token: Sessions for the user are not allowed because the user is not "
        "a confirmed user.",
    ),
    "logout": (467, "Error validating access token: The session is invalid because the user logged out."),
    "role_lost": (
        492,
        "Error validating access token: The user associated with this access token does not have a role on the Page.",
    ),
    "malformed": (None, "Invalid OAuth access token - Cannot parse access token"),
}


@dataclass(frozen=True)
class Session:
    """A token that may be used now, and what it stands for."""

    token: str
    login: str
    kind: str
    subject: str
    page: str
    app: str
    granted: frozenset[str]
    pages: frozenset[str]
    data_access: float
    grant: str

    @property
    def persona(self) -> personas.Persona:
        return personas.BY_USERNAME[self.subject]

    @property
    def person(self) -> personas.Person:
        return personas.PEOPLE[self.subject]


def random_text(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def give_grant(
    world: World, login: str, subject: str, granted: list[str], declined: list[str], pages: list[str]
) -> str:
    """Records a consent; a later consent of the same person to the same app replaces it. Returns the grant's id."""
    app = world.apps.instagram_id if login == "instagram" else world.apps.meta_id
    key = f"{app}:{subject}"
    document = {
        "login": login,
        "subject": subject,
        "app": app,
        "granted": granted,
        "declined": declined,
        "pages": pages,
        "data_access": world.now() + DATA_ACCESS,
    }
    world.store.put("grant", key, document)
    return key


def issue(world: World, grant_key: str, kind: str, life: float | None, page: str = "", token: str = "") -> Document:
    """A new token of a grant; it is stored before anybody sees it."""
    grant = world.store.all("grant")[grant_key]
    prefix = "IGAA" if grant["login"] == "instagram" else "EAA"
    token = token or prefix + random_text(140)
    now = world.now()
    document = {
        "token": token,
        "id": hashlib.sha256(token.encode()).hexdigest()[:12],
        "login": grant["login"],
        "kind": kind,
        "subject": grant["subject"],
        "page": page,
        "app": grant["app"],
        "grant": grant_key,
        "issued": now,
        "expires": now + life if life else None,
        "death": "",
        "died": None,
    }
    return world.store.put("token", token, document)


def page_token(world: World, session: Session, page: personas.Page) -> str:
    """The Page token that belongs to a user token: always the same one, without expiry from a long one."""
    user = world.store.all("token")[session.token]
    digest = hmac.new(session.token.encode(), page.id.encode(), hashlib.sha512).hexdigest()
    token = f"EAAP{digest}"
    if world.store.get("token", token) is None:
        life = None if user["kind"] == "long" else max(user["expires"] - world.now(), 60)
        issue(world, session.grant, "page", life, page.id, token)
    return token


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")


def death_error(world: World, document: Document, death: str) -> GraphError:
    subcode, text = DEATHS[death]
    instagram = document["login"] == "instagram"
    message = text.format(
        app=document["app"],
        site="www.instagram.com" if instagram else "www.facebook.com",
        brand="Instagram" if instagram else "Facebook",
        then=stamp(document["died"] or document["expires"] or world.now()),
        now=stamp(world.now()),
    )
    return GraphError(190, message, subcode=subcode)


def dead(world: World, document: Document) -> GraphError | None:
    """Why a token cannot be used any more; None while it lives."""
    if document["death"]:
        return death_error(world, document, document["death"])
    if document["expires"] is not None and document["expires"] <= world.now():
        return death_error(world, document, "expire")
    return None


def session_of(world: World, token: str, login: str) -> Session:
    """The session of a token on a host of `login`, or Meta's refusal 190."""
    document = world.store.get("token", token)
    if document is None or document["login"] != login:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    if error := dead(world, document):
        raise error
    grant = world.store.all("grant")[document["grant"]]
    return Session(
        token,
        login,
        document["kind"],
        document["subject"],
        document["page"],
        document["app"],
        frozenset(usable_scopes(world, grant)),
        frozenset(grant["pages"]),
        grant["data_access"],
        document["grant"],
    )


def usable_scopes(world: World, grant: Document) -> list[str]:
    """Granted permissions, without those that lapse when data access has ended."""
    if grant["login"] == "instagram" or world.now() < grant["data_access"]:
        return list(grant["granted"])
    return [scope for scope in grant["granted"] if scope.startswith(scopes.LASTING)]


def require(world: World, session: Session, feature: str) -> None:
    """Refuses when a permission for a feature is missing (code 10 or 200, by variant)."""
    absent = scopes.missing(feature, session.login, set(session.granted))
    if not absent:
        return
    if world.variants["missing_scope"] == "200":
        raise GraphError(200, f"(#200) Requires {absent} permission to manage the object", status=403)
    text = f"(#10) Application does not have permission for this action. Missing permission: {absent}"
    raise GraphError(10, text, status=403)


def valid_proof(world: World, token: str, proof: str) -> bool:
    expected = hmac.new(world.apps.meta_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), proof.encode())


def kill(world: World, document: Document, death: str) -> None:
    world.store.put("token", document["token"], document | {"death": death, "died": world.now()})


def matching(world: World, username: str = "", token_id: str = "", login: str = "") -> list[Document]:
    """The tokens a control call means: by id, by Facebook person, or all that reach an Instagram account."""
    page = personas.PAGE_OF.get(username)
    found = []
    for document in world.store.rows("token"):
        grant = world.store.all("grant")[document["grant"]]
        reaches = page is not None and (
            document["page"] == page.id or (not document["page"] and page.id in grant["pages"])
        )
        named = bool(username) and (document["subject"] == username or reaches)
        if (document["id"] == token_id or named) and login in ("", document["login"]):
            found.append(document)
    return found


def end_of(world: World, documents: list[Document], death: str) -> int:
    for document in documents:
        kill(world, document, death)
    return len(documents)
