"""The professional account (IG User): who it is.

developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user and
/docs/instagram-platform/reference/me, read 2026-11-22.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meta import values
from meta.errors import NoAnswer, Rejected
from meta.graph import Graph

SHARED_FIELDS = "username,name,profile_picture_url,followers_count,follows_count,media_count"
IG_FIELDS = f"id,user_id,account_type,{SHARED_FIELDS}"
FB_FIELDS = f"id,{SHARED_FIELDS},biography,website"
# Meta's machine-readable description has these for Instagram Login, its pages do not.
EXTRA_IG_FIELDS = "biography,website"


@dataclass(frozen=True)
class Profile:
    """An account as Meta describes it. Counts are None when Meta left them out; texts are '' then.

    `ig_id` is the id for paths and webhooks; `app_scoped_id` is another number, known with Instagram Login only.
    """

    ig_id: str
    app_scoped_id: str | None = None
    username: str = ""
    name: str = ""
    account_type: str = ""
    """BUSINESS or MEDIA_CREATOR, upper case; '' with Facebook Login, which does not say."""
    profile_picture_url: str = ""
    """On Meta's CDN; it expires within days."""
    followers_count: int | None = None
    follows_count: int | None = None
    media_count: int | None = None
    biography: str = ""
    website: str = ""


def me(graph: Graph) -> Profile:
    """Return the account an Instagram Login token belongs to."""
    return _read(graph, "me")


def get(graph: Graph, ig_id: str) -> Profile:
    """Return the account with this id, through either login."""
    return _read(graph, ig_id)


def _read(graph: Graph, path: str) -> Profile:
    if graph.login.has_pages:
        return parse_profile(graph.get(path, fields=FB_FIELDS))
    try:
        body = graph.get(path, fields=f"{IG_FIELDS},{EXTRA_IG_FIELDS}")
    except Rejected as error:
        if error.code != 100 or error.subcode is not None:
            raise
        body = graph.get(path, fields=IG_FIELDS)
    return parse_profile(body, has_app_scoped_id=True)


def parse_profile(body: Mapping[str, Any], *, has_app_scoped_id: bool = False) -> Profile:
    """Return the profile in an answer, flat or as `{"data": [{…}]}`. Raises NoAnswer when it names no account.

    With Instagram Login (`has_app_scoped_id`) `id` is the app-scoped id and `user_id` the account's; else `id` is the
    account's.
    """
    listed = values.listing(body.get("data"))
    found = listed[0] if listed else body
    own, user_id = values.text(found.get("id")), values.text(found.get("user_id"))
    ig_id = user_id or ("" if has_app_scoped_id else own)
    if not ig_id:
        raise NoAnswer("Instagram answered without the account's id.")
    return Profile(
        ig_id=ig_id,
        app_scoped_id=(own or None) if has_app_scoped_id or user_id else None,
        username=values.text(found.get("username")),
        name=values.text(found.get("name")),
        account_type=values.text(found.get("account_type")).upper(),
        profile_picture_url=values.text(found.get("profile_picture_url")),
        followers_count=values.whole(found.get("followers_count")),
        follows_count=values.whole(found.get("follows_count")),
        media_count=values.whole(found.get("media_count")),
        biography=values.text(found.get("biography")),
        website=values.text(found.get("website")),
    )
