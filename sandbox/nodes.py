"""The nodes of the Graph: per host, which fields exist and where each value comes from. A value of None is left out."""

from collections.abc import Callable
from typing import Any

from sandbox import figures, insights_media, paging, personas, pictures, tokens
from sandbox.catalogue import Media
from sandbox.clock import meta_time
from sandbox.errors import not_modelled, unknown_field
from sandbox.graph_call import Call, page_reachable, reachable
from sandbox.personas import Page, Person, Persona
from sandbox.selection import Field

Getter = Callable[[Call, Any, Field], Any]
Table = dict[str, Getter]


def select(call: Call, table: Table, node: str, thing: Any, fields: list[Field]) -> dict[str, Any]:
    """The asked fields of one node in the asked order, `id` always."""
    found: dict[str, Any] = {}
    for field in fields:
        getter = table.get(field.name)
        if getter is None:
            raise unknown_field(field.name, node, call.error_kind)
        value = getter(call, thing, field)
        if value is not None and value != "":
            found[field.alias or field.name] = value
    if "id" not in found:
        found["id"] = table["id"](call, thing, Field("id"))
    return found


def absent(call: Call, thing: Any, field: Field) -> None:
    """A field that exists and has nothing to say here."""


def later(what: str) -> Getter:
    def refuse(call: Call, thing: Any, field: Field) -> Any:
        raise not_modelled(what)

    return refuse


# Instagram account ---------------------------------------------------------------------------------------------------


def account_kind(call: Call, persona: Persona, field: Field) -> str:
    documented = {"BUSINESS": "Business", "MEDIA_CREATOR": "Media_Creator"}
    return documented[persona.kind] if call.world.variants["account_type"] == "docs" else persona.kind


def media_edge(call: Call, persona: Persona, field: Field) -> dict[str, Any] | None:
    return media_list(call, call.world.posts(persona.username), field, links=False)


def stories_edge(call: Call, persona: Persona, field: Field) -> dict[str, Any] | None:
    return media_list(call, call.world.stories(persona.username), field, links=False)


def media_list(call: Call, media: list[Media], field: Field, *, links: bool) -> dict[str, Any] | None:
    """A list of media with the fields asked of each; an empty one inside an expansion is left out."""
    fields = field.fields or [Field("id")]
    table = media_table(call)
    answer = paging.answer(
        call,
        media,
        lambda item: item.id,
        lambda item: select(call, table, "IGMedia", item, fields),
        field.arguments,
        links=links,
    )
    return answer if answer["data"] or links else None


ACCOUNT_COMMON: Table = {
    "username": lambda call, persona, field: persona.username,
    "name": lambda call, persona, field: persona.name,
    "biography": lambda call, persona, field: persona.biography,
    "website": lambda call, persona, field: persona.website,
    "followers_count": lambda call, persona, field: figures.followers_now(call.world, persona),
    "follows_count": lambda call, persona, field: persona.follows,
    "media_count": lambda call, persona, field: len(call.world.posts(persona.username)),
    "profile_picture_url": lambda call, persona, field: pictures.avatar_url(call.world, persona),
    "media": media_edge,
    "stories": stories_edge,
    "live_media": absent,
    "tags": absent,
}
ACCOUNT_INSTAGRAM: Table = ACCOUNT_COMMON | {
    "id": lambda call, persona, field: persona.app_scoped_id,
    "user_id": lambda call, persona, field: persona.id,
    "account_type": account_kind,
}
ACCOUNT_FACEBOOK: Table = ACCOUNT_COMMON | {
    "id": lambda call, persona, field: persona.id,
    "ig_id": lambda call, persona, field: int(persona.app_scoped_id[:10]),
    "legacy_instagram_user_id": lambda call, persona, field: persona.app_scoped_id,
    "has_profile_pic": lambda call, persona, field: bool(persona.avatar),
    "is_published": lambda call, persona, field: True,
    "owner_business": absent,
    "shopping_product_tag_eligibility": lambda call, persona, field: False,
    "shopping_review_status": absent,
    "business_discovery": later("business discovery"),
    "mentioned_comment": later("mentions"),
    "mentioned_media": later("mentions"),
}


def account_table(call: Call) -> Table:
    return ACCOUNT_INSTAGRAM if call.login == "instagram" else ACCOUNT_FACEBOOK


def account_node(call: Call, persona: Persona, fields: list[Field]) -> dict[str, Any]:
    call.require("read")
    return select(call, account_table(call), "IGUser", persona, fields)


# Media ---------------------------------------------------------------------------------------------------------------


def not_on_slides(getter: Getter) -> Getter:
    return lambda call, media, field: None if media.parent else getter(call, media, field)


def count(metric: str) -> Getter:
    return lambda call, media, field: figures.counted(call.world, media, metric)


def media_url(call: Call, media: Media, field: Field) -> str | None:
    """Left out for films: the sandbox holds stills only, and Meta leaves it out for protected media too."""
    return None if media.is_film else pictures.url(call.world, media.photograph)


def thumbnail_url(call: Call, media: Media, field: Field) -> str | None:
    return pictures.url(call.world, media.photograph) if media.is_film else None


def children(call: Call, media: Media, field: Field) -> dict[str, Any] | None:
    if not media.children:
        return None
    table = media_table(call)
    return {"data": [select(call, table, "IGMedia", child, field.fields or [Field("id")]) for child in media.children]}


def insights(call: Call, media: Media, field: Field) -> dict[str, Any]:
    return insights_media.read(call, media, field.arguments)


def owner(call: Call, media: Media, field: Field) -> dict[str, str]:
    """App-scoped on Instagram's host: nobody should compare it with a stored account id."""
    return {"id": media.persona.app_scoped_id if call.login == "instagram" else media.persona.id}


def permalink(call: Call, media: Media, field: Field) -> str:
    return post_url(call, media)


def post_url(call: Call, media: Media) -> str:
    base = f"{call.world.public_url}/www.instagram.com"
    if media.product == "STORY":
        return f"{base}/stories/{media.username}/{media.id}/"
    return f"{base}/{'reel' if media.product == 'REELS' else 'p'}/{media.shortcode}/"


def audio_type(call: Call, media: Media, field: Field) -> str | None:
    return "ORIGINAL_SOUND" if media.is_film else None


def facebook_count(metric: str) -> Getter:
    def read(call: Call, media: Media, field: Field) -> Any:
        return None if media.product == "STORY" else insights_media.value(call, media, metric)

    return not_on_slides(read)


MEDIA_COMMON: Table = {
    "id": lambda call, media, field: media.id,
    "media_type": lambda call, media, field: media.media_type,
    "media_product_type": lambda call, media, field: media.product,
    "caption": not_on_slides(lambda call, media, field: media.caption if media.product != "STORY" else None),
    "alt_text": lambda call, media, field: media.alt_text,
    "media_url": media_url,
    "thumbnail_url": thumbnail_url,
    "permalink": not_on_slides(permalink),
    "shortcode": not_on_slides(lambda call, media, field: media.shortcode),
    "timestamp": lambda call, media, field: meta_time(media.timestamp),
    "username": lambda call, media, field: media.username,
    "owner": owner,
    "like_count": not_on_slides(count("likes")),
    "comments_count": not_on_slides(count("comments")),
    "is_comment_enabled": not_on_slides(lambda call, media, field: True),
    "is_shared_to_feed": lambda call, media, field: True if media.product == "REELS" else None,
    "is_ai_generated": not_on_slides(lambda call, media, field: bool(media.extra.get("is_ai_generated"))),
    "media_audio_type": audio_type,
    "current_live_viewer_count": absent,
    "children": children,
    "insights": insights,
    "comments": later("comments"),
}
MEDIA_FACEBOOK: Table = MEDIA_COMMON | {
    "ig_id": lambda call, media, field: media.id[::-1],
    "legacy_instagram_media_id": lambda call, media, field: media.id[::-1],
    "has_poll": absent,
    "has_slider": absent,
    "video_title": absent,
    "view_count": absent,
    "boost_ads_list": absent,
    "boost_eligibility_info": absent,
    "copyright_check_information": absent,
    "reposts_count": facebook_count("reposts"),
    "saved_count": facebook_count("saved"),
    "shares_count": facebook_count("shares"),
    "total_comments_count": facebook_count("total_comments"),
    "total_like_count": facebook_count("total_likes"),
    "total_views_count": lambda call, media, field: (
        insights_media.value(call, media, "total_views") if media.is_film else None
    ),
    "collaborators": absent,
    "product_tags": absent,
}
DOCUMENTED_FOR_FACEBOOK_ONLY = ("caption", "media_product_type", "is_shared_to_feed")
MEDIA_NARROW = {name: getter for name, getter in MEDIA_COMMON.items() if name not in DOCUMENTED_FOR_FACEBOOK_ONLY}


def media_table(call: Call) -> Table:
    if call.login == "facebook":
        return MEDIA_FACEBOOK
    return MEDIA_NARROW if call.world.variants["ig_media_fields"] == "docs" else MEDIA_COMMON


def media_node(call: Call, media: Media, fields: list[Field]) -> dict[str, Any]:
    if not reachable(call, media.persona):
        raise call.missing(media.id)
    call.require("read")
    call.account = media.persona
    return select(call, media_table(call), "IGMedia", media, fields)


# Facebook: people and Pages ------------------------------------------------------------------------------------------


def first_word(call: Call, person: Person, field: Field) -> str:
    return person.name.split()[0 if field.name == "first_name" else -1]


PERSON: Table = {
    "id": lambda call, person, field: person.id,
    "name": lambda call, person, field: person.name,
    "first_name": first_word,
    "last_name": first_word,
    "email": lambda call, person, field: person.email if "email" in call.session.granted else None,
    "accounts": lambda call, person, field: accounts(call, person, field, links=False),
    "permissions": lambda call, person, field: {"data": permissions(call)},
}


def permissions(call: Call) -> list[dict[str, str]]:
    """Granted, declined and, once data access has ended, expired permissions."""
    grant = call.world.store.all("grant")[call.session.grant]
    usable = call.session.granted
    found = [{"permission": scope, "status": "granted" if scope in usable else "expired"} for scope in grant["granted"]]
    return found + [{"permission": scope, "status": "declined"} for scope in grant["declined"]]


def linked_account(call: Call, page: Page, field: Field) -> dict[str, Any] | None:
    """Only there when a professional account is linked and the permission for Instagram was given."""
    if page.persona is None or "instagram_basic" not in call.session.granted:
        return None
    return select(call, ACCOUNT_FACEBOOK, "IGUser", page.persona, field.fields or [Field("id")])


def own_page_token(call: Call, page: Page, field: Field) -> str | None:
    if call.session.kind == "page":
        return call.session.token
    return tokens.page_token(call.world, call.session, page)


PAGE: Table = {
    "id": lambda call, page, field: page.id,
    "name": lambda call, page, field: page.name,
    "category": lambda call, page, field: page.category,
    "category_list": lambda call, page, field: [
        {"id": str(personas.number(page.category) % 10**15), "name": page.category}
    ],
    "access_token": own_page_token,
    "tasks": lambda call, page, field: list(page.tasks),
    "link": lambda call, page, field: f"https://www.facebook.com/{page.id}",
    "username": absent,
    "picture": absent,
    "instagram_business_account": linked_account,
    "connected_instagram_account": linked_account,
    "connected_page_backed_instagram_account": absent,
}
PAGE_DEFAULT = [Field(name) for name in ("access_token", "category", "category_list", "name", "id", "tasks")]


def accounts(call: Call, person: Person, field: Field, *, links: bool) -> dict[str, Any]:
    """The Pages ticked in the dialog, 25 at once whatever the `limit`; none at all without `pages_show_list`."""
    pages = [personas.PAGES[key] for key in person.pages if key in call.session.pages]
    if "pages_show_list" not in call.session.granted:
        pages = []
    fields = field.fields or PAGE_DEFAULT
    return paging.answer(
        call,
        pages,
        lambda page: page.id,
        lambda page: select(call, PAGE, "Page", page, fields),
        field.arguments,
        links=links,
        most=paging.DEFAULT,
    )


def page_node(call: Call, page: Page, fields: list[Field]) -> dict[str, Any]:
    if not page_reachable(call, page):
        raise call.missing(page.id)
    call.require("pages")
    call.account = page.persona
    return select(call, PAGE, "Page", page, fields)
