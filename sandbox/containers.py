"""Publishing: containers that take time, their publication at most once, and the daily quotas."""

import hashlib
import json
import re
import secrets
from typing import Any

from sandbox import fetching
from sandbox.catalogue import Media
from sandbox.container_tables import (
    ALLOWED,
    ALT_LIMIT,
    CAPTION_LIMIT,
    CAROUSEL,
    COLLABORATOR_LIMIT,
    CONTAINER_LIFE,
    CONTAINERS_A_DAY,
    FACEBOOK_ONLY,
    HASHTAG_LIMIT,
    IMAGE,
    ITEM_IMAGE,
    ITEM_VIDEO,
    ITEMS,
    MEDIA_TYPES,
    MENTION_LIMIT,
    NOT_YET,
    POSTS_A_DAY,
    REEL,
    STORY,
    TAG_LIMIT,
)
from sandbox.errors import GraphError, bad_param, not_modelled, publishing_error
from sandbox.graph_call import COMMON, Call, may_publish, reachable
from sandbox.nodes import Table, absent, media_node, select
from sandbox.personas import BY_USERNAME, Persona, number
from sandbox.selection import Field, parse
from sandbox.world import World

Document = dict[str, Any]
TRUE = ("true", "1", "True")


def create(call: Call, persona: Persona) -> dict[str, Any]:
    """`POST /{ig-id}/media`: checks everything, fetches the photograph, answers with a container's id."""
    may_publish(call, persona)
    kind = check_params(call)
    if created_today(call.world, persona) >= CONTAINERS_A_DAY:
        raise publishing_error(2207042, "400 containers in 24 hours.")
    if kind in (REEL, ITEM_VIDEO):
        raise not_modelled("video containers")
    if kind == CAROUSEL:
        return store(call, persona, kind, "", carousel_children(call, persona))
    address = call.params.get("image_url", "")
    if not address:
        raise bad_param("The parameter image_url is required", kind=call.error_kind)
    body = fetching.photograph(address)
    return store(call, persona, kind, keep(call.world, body), [])


def check_params(call: Call) -> str:
    """The kind of container that the parameters describe; Meta's refusal when they do not fit together."""
    params = call.params
    kind = kind_of(params)
    for name in params:
        if name in COMMON:
            continue
        if name not in ALLOWED:
            if call.world.variants["unknown_params"] == "refuse":
                raise bad_param(f"param {name} is not allowed", kind=call.error_kind)
        elif kind not in ALLOWED[name] or (name in FACEBOOK_ONLY and call.login == "instagram"):
            raise bad_param(f"param {name} is not allowed", kind=call.error_kind)
    for name in sorted(NOT_YET & set(params)):
        raise not_modelled(f"the container parameter {name}")
    check_caption(params.get("caption", ""))
    if len(params.get("alt_text", "")) > ALT_LIMIT:
        raise bad_param(f"alt_text may have at most {ALT_LIMIT} characters", kind=call.error_kind)
    check_tags(call, kind)
    check_collaborators(call)
    return kind


def kind_of(params: dict[str, str]) -> str:
    media_type = params.get("media_type", "")
    if media_type not in MEDIA_TYPES:
        raise publishing_error(2207023)
    kind = MEDIA_TYPES[media_type]
    item = params.get("is_carousel_item", "") in TRUE
    if kind == ITEM_VIDEO and not item:
        raise publishing_error(2207067)
    return ITEM_IMAGE if kind == IMAGE and item else kind


def check_caption(caption: str) -> None:
    hashtags = re.findall(r"#\w+", caption)
    mentions = re.findall(r"(?<!\w)@[\w.]+", caption)
    if len(caption) > CAPTION_LIMIT or len(hashtags) > HASHTAG_LIMIT or len(mentions) > MENTION_LIMIT:
        raise publishing_error(2207010)


def json_list(call: Call, name: str) -> list[Any]:
    """A list parameter: JSON text, or for plain words a comma list."""
    text = call.params.get(name, "")
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        found = [part.strip() for part in text.split(",")]
    return found if isinstance(found, list) else [str(found)]


def check_tags(call: Call, kind: str) -> None:
    tags = json_list(call, "user_tags")
    if len(tags) > TAG_LIMIT:
        raise publishing_error(2207040)
    for tag in tags:
        if not isinstance(tag, dict) or not tag.get("username"):
            raise bad_param("user_tags must be a list of objects with username, x and y", kind=call.error_kind)
        if kind in (IMAGE, ITEM_IMAGE) and not ("x" in tag and "y" in tag):
            raise publishing_error(2207036)
        if not all(inside(tag.get(axis, 0)) for axis in "xy"):
            raise bad_param("user_tags positions must lie between 0.0 and 1.0", kind=call.error_kind)


def inside(value: Any) -> bool:
    try:
        return 0.0 <= float(value) <= 1.0
    except (TypeError, ValueError):
        return False


def check_collaborators(call: Call) -> None:
    names = json_list(call, "collaborators")
    if len(names) > COLLABORATOR_LIMIT:
        raise bad_param(f"collaborators may have at most {COLLABORATOR_LIMIT} entries", kind=call.error_kind)


def carousel_children(call: Call, persona: Persona) -> list[str]:
    children = [str(child) for child in json_list(call, "children")]
    if not ITEMS[0] <= len(children) <= ITEMS[1]:
        raise publishing_error(2207028)
    for child in children:
        document = call.world.store.get("container", child)
        if document is None or document["username"] != persona.username or document["kind"] != ITEM_IMAGE:
            raise publishing_error(2207006)
        if status_of(call.world, document)[0] != "FINISHED":
            raise publishing_error(2207027)
    return children


def keep(world: World, body: bytes) -> str:
    """Stores the bytes of a photograph; returns the name the picture host knows it by."""
    folder = world.store.folder / "uploads"
    folder.mkdir(exist_ok=True)
    name = f"up{hashlib.sha256(body).hexdigest()[:24]}"
    target = folder / f"{name}.jpg"
    if not target.is_file():
        half = target.with_suffix(f".{secrets.token_hex(4)}")
        half.write_bytes(body)
        half.replace(target)
    return f"{name}.u"


def store(call: Call, persona: Persona, kind: str, photograph: str, children: list[str]) -> dict[str, Any]:
    world, params = call.world, call.params
    with world.guard:
        serial = len(world.store.all("container"))
        identifier = f"178{number('container', world.salt, serial, persona.username) % 10**14:014d}"
        now = world.now()
        document = {
            "id": identifier,
            "username": persona.username,
            "kind": kind,
            "photograph": photograph,
            "created": now,
            "ready": now + world.switches.container_seconds,
            "subcode": world.switches.container_subcode,
            "caption": params.get("caption", "") if kind != STORY else "",
            "alt_text": params.get("alt_text", ""),
            "children": children,
            "media": [],
            "is_ai_generated": params.get("is_ai_generated", "") in TRUE,
        }
        world.store.put("container", identifier, document)
    return {"id": identifier}


def created_today(world: World, persona: Persona) -> int:
    day = world.now() - 86400
    rows = world.store.rows("container")
    return sum(row["username"] == persona.username and row["created"] > day for row in rows)


# Status --------------------------------------------------------------------------------------------------------------


def status_of(world: World, document: Document) -> tuple[str, str]:
    """`status_code` and the text beside it."""
    now = world.now()
    if document["media"]:
        return "PUBLISHED", "Published: Media has been successfully published."
    if now - document["created"] >= CONTAINER_LIFE:
        return "EXPIRED", "Expired: Media was not published within 24 hours."
    if now < document["ready"]:
        return "IN_PROGRESS", "In progress: Media is still being processed."
    if document["subcode"]:
        return "ERROR", f"Error: Media upload has failed with error code {document['subcode']}"
    return "FINISHED", "Finished: Media has been uploaded and it is ready to be published."


CONTAINER: Table = {
    "id": lambda call, document, field: document["id"],
    "status_code": lambda call, document, field: status_of(call.world, document)[0],
    "status": lambda call, document, field: status_of(call.world, document)[1],
    "copyright_check_status": absent,
    "video_status": absent,
}


def container_node(call: Call, document: Document, fields: list[Field]) -> dict[str, Any]:
    persona = BY_USERNAME[document["username"]]
    if not reachable(call, persona):
        raise call.missing(document["id"])
    call.require("read")
    call.account = persona
    return select(call, CONTAINER, "IGContainer", document, fields)


# Publication ---------------------------------------------------------------------------------------------------------


def publish(call: Call, persona: Persona) -> dict[str, Any]:
    """`POST /{ig-id}/media_publish`: the post is stored before the answer is given."""
    may_publish(call, persona)
    call.allow("creation_id")
    world = call.world
    creation_id = call.params.get("creation_id", "")
    if not creation_id:
        raise bad_param("The parameter creation_id is required", kind=call.error_kind)
    with world.guard:
        document = world.store.get("container", creation_id)
        if document is None or document["username"] != persona.username:
            raise publishing_error(2207006)
        refuse_publication(world, persona, document)
        media = media_of(world, document)
        changed = document | {"media": [*document["media"], media.id]}
        world.publish(media, [("container", creation_id, changed)])
    if call.params.get("fields"):
        return media_node(call, media, parse(call.params["fields"]))
    return {"id": media.id}


def refuse_publication(world: World, persona: Persona, document: Document) -> None:
    status = status_of(world, document)[0]
    reusable = world.variants["reusable_containers"] == "yes"
    if document["kind"] in (ITEM_IMAGE, ITEM_VIDEO):
        raise publishing_error(2207006)
    if status == "IN_PROGRESS":
        raise publishing_error(2207027)
    if status == "EXPIRED" or (status == "PUBLISHED" and not reusable):
        raise publishing_error(2207008)
    if status == "ERROR":
        raise failed(document["subcode"])
    if used(world, persona) >= quota_total(world, persona):
        raise publishing_error(2207042)


def failed(subcode: int) -> GraphError:
    return publishing_error(subcode if subcode in (2207026, 2207082, 2207057) else 2207032)


def media_of(world: World, document: Document) -> Media:
    username = document["username"]
    serial = len(world.store.all("media"))
    identifier = f"180{number('published', world.salt, serial, document['id']) % 10**14:014d}"
    now = float(int(world.now()))
    extra = {"is_ai_generated": True} if document["is_ai_generated"] else {}
    children = tuple(
        child_media(world, child, identifier, position, now) for position, child in enumerate(document["children"])
    )
    shape = "CAROUSEL_ALBUM" if children else "IMAGE"
    product = "STORY" if document["kind"] == STORY else "FEED"
    photograph = children[0].photograph if children else document["photograph"]
    return Media(
        identifier,
        username,
        now,
        shape,
        product,
        photograph,
        document["caption"],
        document["alt_text"],
        children,
        creation_id=document["id"],
        extra=extra,
    )


def child_media(world: World, container: str, parent: str, position: int, now: float) -> Media:
    document = world.store.all("container")[container]
    identifier = f"180{number('child', parent, position) % 10**14:014d}"
    return Media(
        identifier,
        document["username"],
        now,
        "IMAGE",
        "FEED",
        document["photograph"],
        alt_text=document["alt_text"],
        parent=parent,
    )


# Quota ---------------------------------------------------------------------------------------------------------------


def quota_total(world: World, persona: Persona) -> int:
    return int((world.store.get("quota", persona.username) or {}).get("total", POSTS_A_DAY))


def used(world: World, persona: Persona, since: float | None = None) -> int:
    """Posts of the last 24 hours, stories included, a carousel counting once; plus what the control page pretends."""
    start = max(since or 0.0, world.now() - 86400)
    posts = sum(media.timestamp > start for media in world.published.get(persona.username, ()))
    return posts + int((world.store.get("quota", persona.username) or {}).get("used", 0))


LIMIT_FIELDS = ("quota_usage", "config", "rate_limit_settings")


def publishing_limit(call: Call, persona: Persona) -> dict[str, Any]:
    """`GET /{ig-id}/content_publishing_limit`; `rate_limit_settings` is an older name of `config`."""
    call.require("publish")
    call.allow("since")
    fields = parse(call.params.get("fields", "quota_usage"))
    since = call.params.get("since", "")
    if since and not since.isdigit():
        raise bad_param("since must be a Unix timestamp", kind=call.error_kind)
    config = {"quota_total": quota_total(call.world, persona), "quota_duration": 86400}
    usage = used(call.world, persona, float(since) if since else None)
    values = {"quota_usage": usage, "config": config, "rate_limit_settings": config}
    for field in fields:
        if field.name not in LIMIT_FIELDS:
            raise bad_param(
                f"Tried accessing nonexisting field ({field.name}) on node type (ContentPublishingLimitResponse)",
                kind=call.error_kind,
            )
    return {"data": [{field.name: values[field.name] for field in fields}]}
