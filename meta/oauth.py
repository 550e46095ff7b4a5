"""Tokens of both logins: the consent address, what comes back, and every exchange after it.

Instagram: developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login and
/docs/instagram-platform/reference/{access_token,refresh_access_token}. Facebook:
/docs/facebook-login/guides/advanced/manual-flow,
/docs/facebook-login/guides/access-tokens/get-long-lived and /docs/facebook-login/guides/%20access-tokens/debugging.
All read 2026-11-22.

The token endpoints take secrets as Meta documents them: in the query of a GET, except the form body of Instagram's code
exchange. Nothing of a query reaches an error, a log or a repr.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from meta import answers, error_table, transport, values
from meta.answers import Answer
from meta.apps import App
from meta.errors import MetaError, NoAnswer, Rejected
from meta.graph import Graph, exchange
from meta.hosts import Hosts
from meta.secrets import Secret

IG_SHORT_LIFE = timedelta(hours=1)
"""Instagram's code exchange does not say how long its token lives; its documentation says one hour."""

LONGEST_LIFE = timedelta(days=3650)
ONBOARDING = {"setup": {"channel": "IG_API_ONBOARDING"}}


@dataclass(frozen=True)
class Grant:
    """A token and what Meta said about it. None is what it did not say: such a Facebook token lives on."""

    token: Secret
    user_id: str | None = None
    permissions: frozenset[str] | None = None
    expires_in: timedelta | None = None
    data_access_expires_at: datetime | None = None


@dataclass(frozen=True)
class Redirect:
    """What Meta's consent screen sent back in the query of our redirect address."""

    code: Secret | None
    state: str
    error: str = ""
    error_reason: str = ""
    error_description: str = ""

    @property
    def was_denied(self) -> bool:
        """The person pressed Cancel; nothing went wrong."""
        return self.error == "access_denied" or self.error_reason == "user_denied"


@dataclass(frozen=True)
class FragmentGrant:
    """What `response_type=token` puts behind the `#`. Anyone can forge one: ask `debug_token` before trusting it."""

    access_token: Secret | None
    long_lived_token: Secret | None
    expires_in: timedelta | None
    data_access_expires_at: datetime | None
    state: str
    granted_scopes: frozenset[str] | None = None
    denied_scopes: frozenset[str] | None = None
    code: Secret | None = None
    error: str = ""
    error_reason: str = ""
    error_description: str = ""

    @property
    def token(self) -> Secret | None:
        """The token to keep: the long-lived one when it came."""
        return self.long_lived_token or self.access_token

    @property
    def was_denied(self) -> bool:
        """The person pressed Cancel; nothing went wrong."""
        return self.error == "access_denied" or self.error_reason == "user_denied"


@dataclass(frozen=True)
class TokenInfo:
    """What Meta says about a token. `expires_at` None means never (or unknown when it is not valid)."""

    is_valid: bool
    app_id: str
    type: str
    user_id: str
    scopes: frozenset[str]
    granular: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per scope the ids it was granted for; an empty tuple means all."""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    error: MetaError | None = None
    """Why the token is not valid, as the error a call with it would raise."""

    def is_for(self, app: App) -> bool:
        """Say whether the token was issued to this app; ids are compared as text, as Meta writes them both ways."""
        return bool(self.app_id) and self.app_id == app.id


def authorize_url(
    app: App,
    hosts: Hosts,
    *,
    redirect_uri: str,
    state: str,
    scopes: Iterable[str] = (),
    config_id: str = "",
    response_type: str = "code",
    force_reauth: bool = False,
    auth_type: str = "",
    onboarding: bool = False,
) -> str:
    """Return the address of the consent screen to send a person to.

    Facebook only: `config_id` replaces the scopes, `auth_type` is `rerequest` or `reauthorize`, `onboarding` lets
    people convert their account on the way and answers with a fragment. Instagram only: `force_reauth` asks for the
    credentials anew.
    """
    query = {"client_id": app.id, "redirect_uri": redirect_uri, "state": state, "response_type": response_type}
    scope = ",".join(scopes)
    if not app.login.has_pages:
        query["scope"] = scope
        if force_reauth:
            query["force_reauth"] = "true"
        return f"{hosts.instagram_oauth}/oauth/authorize?{urlencode(query)}"
    query |= {"config_id": config_id} if config_id else {"scope": scope}
    if auth_type:
        query["auth_type"] = auth_type
    if onboarding:
        query |= {"display": "page", "extras": json.dumps(ONBOARDING, separators=(",", ":")), "response_type": "token"}
    # Commas stay readable, and a space becomes %20: Meta documents `code%20token`.
    return f"{hosts.facebook_oauth}/{hosts.version}/dialog/oauth?{urlencode(query, quote_via=quote)}"


def parse_redirect(text: str) -> Redirect:
    """Return what a redirect says, from its whole URL or its query alone; `#_` is taken off the code."""
    query = urlsplit(text).query if "?" in text else text.split("#", 1)[0]
    found = _first_of_each(query)
    code = clean_code(found.get("code", ""))
    return Redirect(Secret(code) if code else None, found.get("state", "").removesuffix("#_"), **_denial(found))


def parse_fragment(text: str) -> FragmentGrant:
    """Return what a fragment says, with or without its `#`, or from the whole URL. An empty one gives no token."""
    found = _first_of_each(text.rsplit("#", 1)[-1].lstrip("?&"))
    expiry = found.get("data_access_expiration_time")
    return FragmentGrant(
        access_token=values.secret(found.get("access_token")),
        long_lived_token=values.secret(found.get("long_lived_token")),
        expires_in=_life(found.get("expires_in")),
        data_access_expires_at=values.when(expiry),
        state=found.get("state", ""),
        granted_scopes=_scopes(found.get("granted_scopes")),
        denied_scopes=_scopes(found.get("denied_scopes")),
        code=values.secret(clean_code(found.get("code", ""))),
        **_denial(found),
    )


def clean_code(raw: str) -> str:
    """Return the code without the `#_` that Meta hangs on redirects; a browser or framework may have encoded it."""
    return re.sub(r"(?:#|%23)_?$", "", raw.strip(), flags=re.IGNORECASE)


def _first_of_each(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, value)
    return found


def _denial(found: Mapping[str, str]) -> dict[str, str]:
    names = ("error", "error_reason", "error_description")
    denial = {name: answers.scrub(found.get(name, "")) for name in names}
    # Facebook's dialog reports its own faults under other names.
    denial["error"] = denial["error"] or answers.scrub(found.get("error_code", ""))
    denial["error_description"] = denial["error_description"] or answers.scrub(found.get("error_message", ""))
    return denial


def exchange_code(app: App, hosts: Hosts, *, code: str | Secret, redirect_uri: str) -> Grant:
    """Return the short-lived grant for a code, which works once and for about an hour.

    Raises Rejected when the code was used, ran out or does not match `redirect_uri`. NoAnswer leaves it open whether
    the code is spent: start again rather than repeat.
    """
    form: dict[str, str | Secret] = {
        "client_id": app.id,
        "client_secret": app.secret,
        "redirect_uri": redirect_uri,
        "code": Secret(clean_code(Secret(code).reveal())),
    }
    if app.login.has_pages:
        return parse_grant(_ask(f"{hosts.facebook_graph}/{hosts.version}/oauth/access_token", form))
    form["grant_type"] = "authorization_code"
    call = transport.Call("POST", f"{hosts.instagram_api}/oauth/access_token", form=form)
    return parse_grant(exchange(call), life=IG_SHORT_LIFE)


def long_lived(app: App, hosts: Hosts, token: Secret) -> Grant:
    """Return the grant of about 60 days for a short-lived token that is still valid."""
    if app.login.has_pages:
        return _exchange_facebook(app, hosts, token)
    params: dict[str, str | Secret] = {
        "grant_type": "ig_exchange_token",
        "client_secret": app.secret,
        "access_token": token,
    }
    return parse_grant(_ask(f"{hosts.instagram_graph}/access_token", params))


def refresh(app: App, hosts: Hosts, token: Secret) -> Grant:
    """Return a new grant of about 60 days; the token in it may be another one, so store it always.

    Instagram wants a token that is at least 24 hours old and not expired. Facebook exchanges any long-lived token that
    is valid.
    """
    if app.login.has_pages:
        return _exchange_facebook(app, hosts, token)
    params: dict[str, str | Secret] = {"grant_type": "ig_refresh_token", "access_token": token}
    return parse_grant(_ask(f"{hosts.instagram_graph}/refresh_access_token", params))


def _exchange_facebook(app: App, hosts: Hosts, token: Secret) -> Grant:
    params: dict[str, str | Secret] = {
        "grant_type": "fb_exchange_token",
        "client_id": app.id,
        "client_secret": app.secret,
        "fb_exchange_token": token,
    }
    return parse_grant(_ask(f"{hosts.facebook_graph}/{hosts.version}/oauth/access_token", params))


def debug_token(app: App, hosts: Hosts, token: Secret) -> TokenInfo:
    """Return what Meta knows about a Facebook token. A dead token is an answer (`is_valid` False), not an error.

    Whether it takes Instagram's tokens is not documented: ask `ig_user.me` for those.
    """
    params: dict[str, str | Secret] = {"input_token": token, "access_token": app.access_token}
    return parse_token_info(_ask(f"{hosts.facebook_graph}/{hosts.version}/debug_token", params))


def permissions(graph: Graph) -> dict[str, str]:
    """Return each permission with its status: granted, declined or expired (Facebook)."""
    found: dict[str, str] = {}
    for page in graph.pages("me/permissions"):
        found |= parse_permissions(page)
    return found


def revoke(graph: Graph, permission: str | None = None) -> bool:
    """Take back one permission, or the whole grant; say whether Meta confirmed it (Facebook)."""
    return graph.delete("me/permissions", permission=permission).get("success") is True


def _ask(url: str, params: Mapping[str, str | Secret]) -> Answer:
    return exchange(transport.Call("GET", url, params=params))


def parse_grant(body: Mapping[str, Any], *, life: timedelta | None = None) -> Grant:
    """Return the grant in a token answer: flat or as `{"data": [{…}]}`, permissions as text or list, id text or number.

    Raises NoAnswer when there is no token in it. `life` stands in where Meta does not say.
    """
    listed = values.listing(body.get("data"))
    found = body if "access_token" in body or not listed else listed[0]
    inner = values.mapping(body.get("data"))
    if "access_token" not in found and "access_token" in inner:
        found = inner
    token = values.secret(found.get("access_token"))
    if token is None:
        raise NoAnswer("Meta answered without an access token.", cure="Start connecting again.")
    return Grant(
        token=token,
        user_id=values.text(found.get("user_id")) or None,
        permissions=_scopes(found.get("permissions")),
        expires_in=_life(found.get("expires_in")) or life,
        data_access_expires_at=values.when(found.get("data_access_expiration_time")),
    )


def parse_permissions(body: Mapping[str, Any]) -> dict[str, str]:
    """Return permission → status from an answer of `/me/permissions`."""
    rows = [item for item in values.objects(body.get("data")) if values.text(item.get("permission"))]
    return {values.text(row["permission"]): values.text(row.get("status")) for row in rows}


def parse_token_info(body: Mapping[str, Any]) -> TokenInfo:
    """Return what `debug_token` says, valid or not."""
    data = values.mapping(body.get("data")) or dict(body)
    granular = {
        values.text(row.get("scope")): values.texts(row.get("target_ids"))
        for row in values.objects(data.get("granular_scopes"))
    }
    is_valid = data.get("is_valid") is True
    return TokenInfo(
        is_valid=is_valid,
        app_id=values.text(data.get("app_id")),
        type=values.text(data.get("type")).upper(),
        user_id=values.text(data.get("user_id")),
        scopes=_scopes(data.get("scopes")) or frozenset(),
        granular=granular,
        issued_at=values.when(data.get("issued_at")),
        expires_at=values.when(data.get("expires_at")),
        data_access_expires_at=values.when(data.get("data_access_expires_at")),
        error=None if is_valid else _why_invalid(data),
    )


def _why_invalid(data: Mapping[str, Any]) -> MetaError:
    error = dict(values.mapping(data.get("error")))
    # Here Meta calls the subcode `subcode`; in its envelope it is `error_subcode`.
    error.setdefault("error_subcode", error.get("subcode"))
    if values.whole(error.get("code")) is None:
        error["code"] = 190
    return answers.error_from(200, {"error": error})


def _scopes(value: Any) -> frozenset[str] | None:
    if isinstance(value, str):
        value = re.split(r"[,\s]+", value)
    if not isinstance(value, list):
        return None
    return frozenset(scope for scope in value if isinstance(scope, str) and scope)


def _life(seconds: Any) -> timedelta | None:
    read = values.span(seconds)
    return read if read is None else min(read, LONGEST_LIFE)


def app_secret_is_wrong(error: MetaError) -> bool:
    """Say whether Meta refused our own app id or secret: a matter for the operator, not for the person connecting."""
    return isinstance(error, Rejected) and error.cause in (
        answers.WRONG_SECRET.cause,
        error_table.BY_CODE[101].cause,
    )


def until(grant: Grant, now: datetime | None = None) -> datetime | None:
    """Return when the grant's token ends, None for never."""
    return None if grant.expires_in is None else (now or datetime.now(UTC)) + grant.expires_in
