"""What every persona has posted before the sandbox began: deterministic posts over two years, and daily stories."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sandbox import captions
from sandbox.clock import DAY, day_start, pacific_day
from sandbox.personas import BY_USERNAME, PERSONAS, Persona, number, share

SPAN_DAYS = 720
STORY_LIFE = DAY
SEED_NEWEST = (
    "17918195224117851",
    "17895695668004550",
    "17899305451014820",
    "17896450804038745",
    "17881042411086627",
    "17869102915168123",
    "17932174733377207",
)
HIGHLIGHT = "17969782069736348"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, eq=False)
class Media:
    """One post, reel, album, slide or story. `photograph` names a picture of ours or an uploaded file."""

    id: str
    username: str
    timestamp: float
    media_type: str
    product: str
    photograph: str
    caption: str = ""
    alt_text: str = ""
    children: tuple["Media", ...] = ()
    parent: str = ""
    creation_id: str = ""
    highlighted: bool = False
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def persona(self) -> Persona:
        return BY_USERNAME[self.username]

    @property
    def shortcode(self) -> str:
        return shortcode(self.id)

    @property
    def is_film(self) -> bool:
        return self.media_type == "VIDEO"


@lru_cache(maxsize=8192)
def shortcode(identifier: str) -> str:
    value, found = number("short", identifier), "D"
    for _ in range(10):
        value, digit = divmod(value, 64)
        found += ALPHABET[digit]
    return found


def media_id(*parts: object) -> str:
    return f"179{number('media', *parts) % 10**14:014d}"


def caption_of(persona: Persona, position: int) -> str:
    """A caption; the same first line never stands twice among neighbours."""
    first, second = captions.FIRST[persona.theme], captions.SECOND[persona.theme]
    start = number("caption", persona.username)
    line = first[(start + position) % len(first)]
    tail = second[number("second", persona.username, position) % len(second)]
    tags = captions.HASHTAGS[persona.theme].split()
    chosen = tags[: number("tags", persona.username, position) % (len(tags) + 1)]
    return "\n\n".join(part for part in (f"{line} {tail}".strip(), " ".join(chosen)) if part)


def picture(persona: Persona, position: int) -> str:
    """A photograph and one of its six crops: neighbours in the grid show different photographs."""
    names = captions.PHOTOGRAPHS[persona.theme]
    turn, place = divmod(position, len(names))
    order = shuffled(persona, turn)
    return f"{order[place]}.{(turn + number('crop', persona.username, order[place])) % 6}"


@lru_cache(maxsize=4096)
def shuffled(persona: Persona, turn: int) -> list[str]:
    """A persona's photographs in the order of one turn, never beginning with the one the turn before ended on."""
    names = captions.PHOTOGRAPHS[persona.theme]
    order = sorted(names, key=lambda name: number("order", persona.username, turn, name))
    if turn and order[0] == shuffled(persona, turn - 1)[-1]:
        order.append(order.pop(0))
    return order


def kind_of(persona: Persona, position: int) -> tuple[str, str]:
    if position < 7:
        return "IMAGE", "FEED"
    draw = share("kind", persona.username, position)
    if draw < 0.2:
        return "VIDEO", "REELS"
    return ("CAROUSEL_ALBUM", "FEED") if draw < 0.42 else ("IMAGE", "FEED")


def posted_at(persona: Persona, position: int, born: float) -> float:
    """Newest first: position 0 lies within the last day, the last one two years back, denser towards now."""
    count = max(persona.media, 2)
    back = SPAN_DAYS * (position / (count - 1)) ** 1.35
    moment = born - (back + 0.6 * share("jitter", persona.username, position)) * DAY - 2 * 3600
    hour = 7 + number("hour", persona.username, position) % 14
    return moment if position == 0 else day_start(pacific_day(moment)) - 8 * 3600 + hour * 3600 + position % 60 * 60


def post(persona: Persona, position: int, born: float) -> Media:
    media_type, product = kind_of(persona, position)
    known = SEED_NEWEST if persona.username == "levain.porto" else ()
    identifier = known[position] if position < len(known) else media_id(persona.username, position)
    found = Media(
        identifier,
        persona.username,
        posted_at(persona, position, born),
        media_type,
        product,
        picture(persona, position),
        caption_of(persona, position),
    )
    if product == "REELS" and persona.theme in captions.REELS:
        stills = captions.REELS[persona.theme]
        return replace(found, photograph=f"{stills[position % len(stills)]}.{position % 6}")
    return replace(found, children=slides(found, position)) if media_type == "CAROUSEL_ALBUM" else found


def slides(album: Media, position: int) -> tuple[Media, ...]:
    count = 3 + number("slides", album.id) % 4
    return tuple(
        Media(
            media_id(album.id, slide),
            album.username,
            album.timestamp,
            "IMAGE",
            "FEED",
            album.photograph if slide == 0 else picture(album.persona, position + slide * 3 + 1),
            parent=album.id,
        )
        for slide in range(count)
    )


@lru_cache(maxsize=256)
def posts(username: str, born: float) -> tuple[Media, ...]:
    """All earlier posts of a persona, newest first."""
    persona = BY_USERNAME[username]
    found = [post(persona, position, born) for position in range(persona.media)]
    return tuple(sorted(found, key=lambda media: -media.timestamp))


@lru_cache(maxsize=4096)
def stories_of_day(username: str, ordinal: int) -> tuple[Media, ...]:
    """None to three stories a day; they exist for 24 hours."""
    persona = BY_USERNAME[username]
    if not persona.is_professional or not persona.media:
        return ()
    count = (0, 1, 1, 2, 3)[number("stories", username, ordinal) % 5]
    return tuple(story(persona, ordinal, place) for place in range(count))


def story(persona: Persona, ordinal: int, place: int) -> Media:
    position = PERSONAS.index(persona)
    moment = day_start(ordinal) + (2 + place * 5) * 3600 + number("story", persona.username, ordinal, place) % 9000
    line = captions.STORY_LINES[number("line", persona.username, ordinal, place) % len(captions.STORY_LINES)]
    identifier = f"178{position:03d}{ordinal:07d}{place:04d}"
    return Media(
        identifier, persona.username, moment, "IMAGE", "STORY", picture(persona, (ordinal * 3 + place) % 600), line
    )


def story_by_id(identifier: str) -> Media | None:
    if len(identifier) != 17 or not identifier.startswith("178") or not identifier.isdigit():
        return None
    position, ordinal, place = int(identifier[3:6]), int(identifier[6:13]), int(identifier[13:])
    if position >= len(PERSONAS) or not 730000 < ordinal < 800000:
        return None
    found = stories_of_day(PERSONAS[position].username, ordinal)
    return found[place] if place < len(found) else None


def stories(username: str, now: float) -> list[Media]:
    """The stories of the last 24 hours, newest first."""
    today = pacific_day(now)
    found = [media for day in (today, today - 1) for media in stories_of_day(username, day)]
    return sorted((m for m in found if now - STORY_LIFE < m.timestamp <= now), key=lambda media: -media.timestamp)


@lru_cache(maxsize=8)
def highlight(born: float) -> Media:
    """A story kept in a highlight: readable, with its numbers, after its 24 hours."""
    moment = born - 9 * DAY
    return Media(HIGHLIGHT, "levain.porto", moment, "IMAGE", "STORY", "loaf.2", "this morning", highlighted=True)
