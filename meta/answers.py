"""From the bytes of an answer to its JSON or to the error it means. Pure: no network, no clock.

Decision order: `is_transient`, then code with subcode, then code, then the HTTP status.
developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-22.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from meta import error_table, values
from meta.errors import (
    MetaError,
    MetricUnavailable,
    NoAnswer,
    NotEnoughViewers,
    RateLimited,
    Rejected,
    TokenInvalid,
    TryLater,
)
from meta.secrets import MASK, Secret
from meta.usage import Usage

LINK = "[link]"
TOKEN_KEYS = ("access_token", "long_lived_token")
READING_METHODS = ("GET", "HEAD")

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_NAMED_SECRET = re.compile(
    r"(?i)\b((?:\w+_token|client_secret|appsecret_proof|code)[=:]\s*|(?:bearer|oauth|token)\s+(?=\S{20}))\S+"
)
_TOKEN_LIKE = re.compile(r"\b(?:EAA|IGAA|IGQ)[\w%~.|-]+|\b(?=[\w~-]*\d)(?=[\w~-]*[a-z])[\w~-]{40,}")
_FIELD = (
    re.compile(r"(?i)\bparam(?:eter)?:? ['\"`]?([a-z_]\w*)['\"`]? (?:is|must|should|cannot|contains|has)\b"),
    re.compile(r"(?i)\bparam ([a-z_]\w*)(?:\[|\b)"),
    re.compile(r"(?i)nonexisting field \(?['\"]?(\w+)"),
    re.compile(r"(?i)unknown fields?:? ['\"]?(\w+)"),
    re.compile(r"(?i)the parameter ['\"]?(\w+)['\"]? is required"),
)
_METRIC = (
    re.compile(r"(?i)metrics \(([\w, ]+)\)"),
    re.compile(r"(?i)support the (\w+) metric"),
    re.compile(r"(?i)\bthe (\w+) metric is no longer"),
    re.compile(r"(?i)\bmetric[:=]? ['\"(]?(\w+)['\")]? (?:is not|is no|cannot|does not|not)"),
)
_METRIC_LIST = re.compile(r"(?i)metric\[(\d+)\] must be one of")
_METRIC_TROUBLE = re.compile(
    r"(?i)\bmetrics?\b.*(?:support|available|specified|incompatible|must be one of|no longer|valid)"
    r"|valid insights metric|support the \w+ metric"
)


class Answer(dict[str, Any]):
    """The JSON object of a good answer, with its status and trace id. Its repr shows keys only: it may hold tokens."""

    def __init__(
        self, body: Mapping[str, Any], *, status: int = 200, trace_id: str = "", usage: Usage | None = None
    ) -> None:
        super().__init__(body)
        self.status = status
        self.trace_id = trace_id
        self.usage = usage or Usage()

    @property
    def body(self) -> dict[str, Any]:
        """The object itself, as a plain dict."""
        return dict(self)

    def __repr__(self) -> str:
        return f"<Answer {self.status}: {', '.join(self)}>"


def decode(text: bytes | str) -> dict[str, Any] | None:
    """Return the JSON object in `text`; None when there is none.

    A bare list becomes `{"data": [...]}`, a bare true or false `{"success": ...}`. Tokens arrive wrapped as Secret, and
    the URLs in `paging`, which carry the token, become a mark once their cursor is saved: nobody can follow or
    store them. NaN and Infinity, which no database takes as JSON, become null.
    """
    try:
        body = json.loads(text, object_hook=_seal, parse_float=values.number, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    if isinstance(body, list):
        return {"data": body}
    if isinstance(body, bool):
        return {"success": body}
    return body if isinstance(body, dict) else None


def _seal(item: dict[str, Any]) -> dict[str, Any]:
    for key in TOKEN_KEYS:
        if isinstance(item.get(key), str):
            item[key] = Secret(item[key])
    if isinstance(item.get("paging"), dict):
        item["paging"] = _seal_paging(item["paging"])
    return item


def _seal_paging(paging: dict[str, Any]) -> dict[str, Any]:
    cursors = dict(values.mapping(paging.get("cursors")))
    for direction, cursor in (("next", "after"), ("previous", "before")):
        if (url := paging.get(direction)) is None:
            continue
        if isinstance(url, str) and cursor not in cursors and (found := _query_value(url, cursor)):
            cursors[cursor] = found
        paging[direction] = LINK
    return {**paging, "cursors": cursors} if cursors else paging


def _query_value(url: str, key: str) -> str:
    try:
        return parse_qs(urlsplit(url).query).get(key, [""])[0]
    except ValueError:
        return ""


def next_cursor(body: Mapping[str, Any]) -> str | None:
    """Return the cursor of the next page, None at the end. A page can be short or empty: only a missing `next` ends."""
    paging = values.mapping(body.get("paging"))
    if not paging.get("next"):
        return None
    return values.text(values.mapping(paging.get("cursors")).get("after")) or None


def scrub(text: Any, secrets: Iterable[Secret] = ()) -> str:
    """Return Meta's text without tokens, secrets and links: Meta repeats malformed tokens in its own messages."""
    clean = values.text(text)
    for form in _forms(secrets):
        clean = clean.replace(form, MASK)
    clean = _NAMED_SECRET.sub(rf"\1{MASK}", _URL.sub(LINK, clean))
    return _TOKEN_LIKE.sub(MASK, clean)[:1000]


def _forms(secrets: Iterable[Secret]) -> list[str]:
    """Return the secrets as they may be repeated: whole, encoded, and the secret half of an app's `id|secret` token."""
    plain = [part for secret in secrets for part in (secret.reveal(), secret.reveal().rpartition("|")[2])]
    return sorted({form for part in plain if part for form in (part, quote(part, safe=""))}, key=len, reverse=True)


def read(
    status: int,
    content: bytes,
    *,
    method: str = "GET",
    trace_id: str = "",
    usage: Usage | None = None,
    secrets: Iterable[Secret] = (),
) -> Answer | MetaError:
    """Return the answer, or the error it means. The error is not raised here, so that no frame holds the raw body."""
    usage = usage or Usage()
    body = decode(content)
    if body is None or (status >= 300 and not _has_error(body)):
        return _unusable(status, method=method, trace_id=trace_id, usage=usage, is_json=body is not None)
    if _has_error(body):
        return error_from(status, body, method=method, trace_id=trace_id, usage=usage, secrets=secrets)
    return Answer(body, status=status, trace_id=trace_id, usage=usage)


def _has_error(body: Mapping[str, Any]) -> bool:
    return bool(body.get("error")) or "error_message" in body or "error_type" in body


def _unusable(status: int, *, method: str, trace_id: str, usage: Usage, is_json: bool) -> MetaError:
    """Name an answer that is no Graph answer: a proxy's page, an empty body, a redirect, half a JSON document."""
    what: dict[str, Any] = {"http_status": status, "trace_id": trace_id}
    if status == 429:
        return RateLimited("Meta asks us to slow down.", cure=error_table.WAIT, regain_after=usage.regain_after, **what)
    if is_json and 400 <= status < 500 and status != 408:
        return Rejected(f"Meta refused the request (HTTP {status}) without saying why.", **what)
    if 300 <= status < 400:
        cause = "The server pointed us to another address, which we do not follow."
    elif status >= 500 or status == 408:
        cause = "Meta's servers are in trouble."
    else:
        cause = "The answer was empty or not in Meta's format."
    if method in READING_METHODS:
        return TryLater(cause, cure=error_table.WAIT, **what)
    return NoAnswer(cause, cure="We look whether it happened before trying again.", **what)


def error_from(
    status: int,
    body: Mapping[str, Any],
    *,
    method: str = "GET",
    trace_id: str = "",
    usage: Usage | None = None,
    secrets: Iterable[Secret] = (),
) -> MetaError:
    """Return the error that Meta's envelope means: Graph's own, the flat one of api.instagram.com, or plain OAuth 2."""
    envelope = _envelope(body)
    secrets = tuple(secrets)
    code, subcode = values.whole(envelope.get("code")), values.whole(envelope.get("error_subcode"))
    said = scrub(envelope.get("message"), secrets)
    is_transient = envelope.get("is_transient") is True
    kind, found = _decide(status, code, subcode, said, is_transient=is_transient)
    if status >= 500 and method not in READING_METHODS and kind is TryLater:
        kind = NoAnswer
    wait = (usage.regain_after if usage else None) or found.wait
    shown = scrub(envelope.get("error_user_msg"), secrets)
    return kind(
        shown or found.cause,
        code=code,
        subcode=subcode,
        http_status=status,
        trace_id=scrub(envelope.get("fbtrace_id")) or trace_id,
        cause=found.cause,
        cure=found.cure,
        is_transient=is_transient,
        meta_message=said,
        user_title=scrub(envelope.get("error_user_title"), secrets),
        new_container=found.new_container,
        field=_field(envelope, said),
        metric=_first(_METRIC, said) if kind is MetricUnavailable else "",
        regain_after=wait if issubclass(kind, RateLimited) else None,
    )


def _envelope(body: Mapping[str, Any]) -> dict[str, Any]:
    error = body.get("error")
    if isinstance(error, dict):
        return error
    said = body.get("error_message") or body.get("error_description") or error
    # In the flat envelope `code` repeats the HTTP status; it is none of Graph's codes.
    code = values.whole(body.get("code"))
    return {"message": said, "code": None if code is not None and 400 <= code <= 599 else code}


def _decide(
    status: int, code: int | None, subcode: int | None, said: str, *, is_transient: bool
) -> tuple[type[MetaError], error_table.Meaning]:
    found = error_table.meaning(code, subcode)
    special = _by_text(code, subcode, said)
    if special is not None:
        return special.kind, special
    if is_transient and not (found and issubclass(found.kind, TryLater)):
        return TryLater, error_table.SERVICE_TROUBLE
    if found is not None:
        return found.kind, found
    if status == 429:
        return RateLimited, error_table.APP_LIMIT
    if status >= 500:
        return TryLater, error_table.SERVICE_TROUBLE
    if status == 401:
        return TokenInvalid, error_table.DEAD_TOKEN
    return Rejected, error_table.UNKNOWN


def _by_text(code: int | None, subcode: int | None, said: str) -> error_table.Meaning | None:
    """Tell apart the meanings that Meta gives one code and only the text separates."""
    lowered = said.lower()
    for wanted, phrase, meaning in BY_TEXT:
        if (wanted is None or wanted == code) and phrase in lowered:
            return meaning
    if code == 100 and subcode is None and (_METRIC_LIST.search(said) or _METRIC_TROUBLE.search(said)):
        return NO_METRIC
    return None


NO_METRIC = error_table.Meaning(
    MetricUnavailable, "Instagram does not offer this figure here.", "Nothing to do: we leave it out."
)
WRONG_SECRET = error_table.Meaning(
    Rejected,
    "Meta does not accept this app's id or secret.",
    "Whoever runs this installation must check the app id and secret in its settings.",
)
USED_CODE = error_table.Meaning(Rejected, "This sign-in was already used or has run out.", "Start connecting again.")
BY_TEXT: tuple[tuple[int | None, str, error_table.Meaning], ...] = (
    (
        10,
        "not enough viewers",
        error_table.Meaning(
            NotEnoughViewers, "Too few people saw this story for Instagram to show figures.", "Nothing to do."
        ),
    ),
    (None, "client secret", WRONG_SECRET),
    (None, "appsecret_proof", WRONG_SECRET),
    (None, "matching code was not found or was already used", USED_CODE),
    (None, "authorization code has", USED_CODE),
    (None, "invalid platform app", WRONG_SECRET),
    (None, "redirect uri", error_table.BY_SUBCODE[100, 36008]),
    (None, "redirect_uri", error_table.BY_SUBCODE[100, 36008]),
    (
        200,
        "api access blocked",
        error_table.Meaning(
            error_table.NO_PERMISSION.kind,
            "Meta has blocked this app.",
            "Whoever runs this installation must look in Meta's App Dashboard.",
        ),
    ),
)


def metric_index(error: MetaError) -> int | None:
    """Return which of the requested metrics `metric[n] must be one of …` refuses; None for any other text."""
    found = _METRIC_LIST.search(error.meta_message)
    return int(found[1]) if found else None


def _field(envelope: Mapping[str, Any], said: str) -> str:
    data = values.mapping(envelope.get("error_data"))
    blamed = data.get("blame_field_specs")
    while isinstance(blamed, list) and blamed:
        blamed = blamed[0]
    if isinstance(blamed, str) and blamed.isidentifier():
        return blamed
    return _first(_FIELD, said)


def _first(patterns: Iterable[re.Pattern[str]], said: str) -> str:
    for pattern in patterns:
        if found := pattern.search(said):
            return found[1].split(",")[0].strip()
    return ""
