"""What anybody sees of an account: its grid, and a page per post, so that a published photo can be looked at."""

from datetime import UTC, datetime
from html import escape

from sandbox import figures, html, pictures
from sandbox.catalogue import Media
from sandbox.personas import BY_USERNAME, PERSONAS, Persona
from sandbox.server import Response
from sandbox.world import World


def answer(world: World, path: str) -> Response:
    """`/{username}/`, `/p/{shortcode}/`, `/reel/{shortcode}/`, `/stories/{username}/{id}/`, and all accounts."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return directory(world)
    if len(parts) == 1 and (persona := BY_USERNAME.get(parts[0])):
        return profile(world, persona)
    if len(parts) == 2 and parts[0] in ("p", "reel"):
        media = by_shortcode(world, parts[1])
        return post(world, media) if media else not_found()
    if len(parts) == 3 and parts[0] == "stories":
        media = world.media(parts[2])
        return post(world, media) if media and media.username == parts[1] else not_found()
    return not_found()


def not_found() -> Response:
    text = "The link you followed may be broken, or the page may have been removed."
    return html.problem("Sorry, this page isn't available.", text, 404)


def by_shortcode(world: World, shortcode: str) -> Media | None:
    return next((m for p in PERSONAS for m in world.posts(p.username) if m.shortcode == shortcode), None)


def link(media: Media) -> str:
    if media.product == "STORY":
        return f"/www.instagram.com/stories/{media.username}/{media.id}/"
    return f"/www.instagram.com/{'reel' if media.product == 'REELS' else 'p'}/{media.shortcode}/"


def directory(world: World) -> Response:
    rows = [
        f'<a class="row" href="/www.instagram.com/{persona.username}/">'
        f"{html.face(pictures.avatar_url(world, persona), persona.name)}"
        f'<span class="grow"><b>{escape(persona.username)}</b><small>{escape(persona.name)}</small></span></a>'
        for persona in PERSONAS
    ]
    return html.page("Accounts", html.sheet("I", "Accounts", "Everybody who lives in this sandbox.", html.items(rows)))


def profile(world: World, persona: Persona) -> Response:
    posts = world.posts(persona.username)
    portrait = html.face(pictures.url(world, f"{persona.avatar}.0", "t") if persona.avatar else "", persona.name)
    figures_line = (
        f"<span><b>{len(posts)}</b> posts</span><span><b>{figures.followers_now(world, persona):,}</b> followers</span>"
        f"<span><b>{persona.follows:,}</b> following</span>"
    )
    if not persona.is_professional:
        grid = '<p class="soft">This account is private.</p>'
    else:
        grid = f'<div class="grid">{"".join(tile(world, media) for media in posts)}</div>'
    body = (
        '<main class="page"><header class="profile">'
        f"{portrait}<div><h1>{escape(persona.username)}</h1>"
        f'<div class="figures">{figures_line}</div><p><b>{escape(persona.name)}</b><br>'
        f"{escape(persona.biography)}</p></div></header>"
        f"{stories(world, persona)}{grid}</main>"
    )
    return html.page(persona.name, body)


def stories(world: World, persona: Persona) -> str:
    live = world.stories(persona.username) if persona.is_professional else []
    faces = "".join(
        f'<a href="{escape(link(media))}">{html.face(pictures.url(world, media.photograph, "t"), "story")}</a>'
        for media in live
    )
    return f'<p class="figures">{faces}</p>' if faces else ""


def tile(world: World, media: Media) -> str:
    mark = {"CAROUSEL_ALBUM": "Album", "VIDEO": "Reel"}.get(media.media_type, "")
    badge = f"<span>{mark}</span>" if mark else ""
    alt = media.alt_text or media.caption[:80]
    return (
        f'<a href="{escape(link(media))}"><img src="{escape(pictures.url(world, media.photograph, "t"))}" '
        f'alt="{escape(alt)}" loading="lazy">{badge}</a>'
    )


def post(world: World, media: Media) -> Response:
    persona = media.persona
    shown = media.children or (media,)
    stills = "".join(
        f'<img src="{escape(pictures.url(world, item.photograph))}" alt="{escape(item.alt_text)}">' for item in shown
    )
    when = datetime.fromtimestamp(media.timestamp, UTC).strftime("%-d %B %Y, %H:%M:%S UTC")
    likes, comments = (figures.counted(world, media, metric) for metric in ("likes", "comments"))
    numbers = "" if media.product == "STORY" else f"<p>{likes:,} likes · {comments:,} comments</p>"
    body = (
        f'<main class="page"><article class="post"><div>{stills}</div><aside>'
        f'<p><a href="/www.instagram.com/{persona.username}/"><b>{escape(persona.username)}</b></a></p>'
        f'<p class="caption">{escape(media.caption)}</p>{numbers}'
        f'<p class="soft"><time>{when}</time></p><p class="soft"><small>Media id {media.id}</small></p>'
        "</aside></article></main>"
    )
    return html.page(f"{persona.name}: {media.caption[:40]}", body)
