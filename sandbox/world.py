"""The state of one sandbox: clock, storage, switches, and the questions every part asks about them."""

import secrets
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox import catalogue
from sandbox.catalogue import Media
from sandbox.clock import Clock
from sandbox.personas import PERSONAS, Persona
from sandbox.store import Store

# Where Meta's documentation and its clients disagree, one switch per conflict; the first value is the default.
VARIANTS: dict[str, tuple[str, ...]] = {
    "ig_token": ("flat", "data"),
    "ig_permissions": ("list", "string"),
    "me": ("flat", "data"),
    "ig_media_fields": ("spec", "docs"),
    "account_type": ("upper", "docs"),
    "data_access_expiration_time": ("unix", "iso"),
    "missing_scope": ("10", "200"),
    "partial_grants": ("scope", "always", "never"),
    "reusable_containers": ("no", "yes"),
    "short_pages": ("no", "yes"),
    "unknown_params": ("refuse", "ignore"),
    "breakdown_case": ("by_host", "upper", "lower"),
    "expires_in": ("present", "missing"),
    "debug_app_id": ("string", "number"),
}


@dataclass
class Apps:
    """The two apps of the developer console, and the redirect URIs registered for them."""

    instagram_id: str = "990602627938098"
    instagram_secret: str = "sandbox-instagram-secret"  # noqa: S105  # Not a secret: the stand-in's public default.
    meta_id: str = "138483919580948"
    meta_secret: str = "sandbox-meta-secret"  # noqa: S105
    redirect_uris: tuple[str, ...] = ()
    config_ids: tuple[str, ...] = ()
    require_proof: bool = False


@dataclass
class Switches:
    """What the control page sets and nothing else needs to remember across a restart."""

    container_seconds: float = 2.0
    container_subcode: int | None = None
    usage: dict[str, float] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)


class World:
    """Everything a request may read or change."""

    def __init__(self, folder: Path, public_url: str, apps: Apps | None = None) -> None:
        self.store = Store(folder)
        self.public_url = public_url.rstrip("/")
        self.apps = apps or Apps()
        self.switches = Switches()
        self.requests: deque[dict[str, Any]] = deque(maxlen=1000)
        self.served = 0
        self.calls: dict[tuple[str, int], int] = {}
        self.fault_number = 0
        self.by_id: dict[str, Media] = {}
        self.index_key: tuple[str, int] | None = None
        self.guard = threading.RLock()
        self.begin()

    def begin(self) -> None:
        """Reads what an earlier run stored; a new world is born at this hour."""
        settings = self.store.get("world", "settings")
        self.clock = Clock(settings["offset"] if settings else 0.0)
        if settings is None:
            born = float(int(self.clock.now()) // 3600 * 3600)
            settings = self.store.put(
                "world", "settings", {"offset": 0.0, "born": born, "salt": secrets.token_hex(8), "variants": {}}
            )
        self.born: float = settings["born"]
        # Ids given out after a reset must not repeat those a client may still hold.
        self.salt: str = settings["salt"]
        self.variants: dict[str, str] = {name: values[0] for name, values in VARIANTS.items()} | settings["variants"]
        self.published = self.read_published()

    def save_settings(self) -> None:
        document = {
            "offset": self.clock.offset,
            "born": self.born,
            "salt": self.salt,
            "variants": self.variants,
        }
        self.store.put("world", "settings", document)

    def now(self) -> float:
        return self.clock.now()

    def reset(self) -> None:
        """Back to the first day: tokens, containers, published posts, faults and clock are gone."""
        with self.guard:
            self.store.clear()
            self.switches = Switches()
            self.requests.clear()
            self.calls.clear()
            self.begin()

    # Media -----------------------------------------------------------------------------------------------------

    def read_published(self) -> dict[str, list[Media]]:
        found: dict[str, list[Media]] = {}
        for document in sorted(self.store.rows("media"), key=lambda row: row["order"]):
            found.setdefault(document["media"]["username"], []).append(media_from(document["media"]))
        return found

    def publish(self, media: Media, documents: list[tuple[str, str, Any]]) -> None:
        """Stores a new post together with `documents`, in one transaction."""
        with self.guard:
            order = len(self.store.all("media"))
            row = ("media", media.id, {"order": order, "media": asdict(media)})
            self.store.put_many([row, *documents])
            self.published = self.published | {
                media.username: [*self.published.get(media.username, []), media],
            }

    def posts(self, username: str) -> list[Media]:
        """Feed and reels of a persona, newest first: published here, then the earlier ones."""
        ours = [media for media in reversed(self.published.get(username, [])) if media.product != "STORY"]
        return [*ours, *catalogue.posts(username, self.born)]

    def stories(self, username: str) -> list[Media]:
        now = self.now()
        ours = [m for m in self.published.get(username, []) if m.product == "STORY" and now - m.timestamp < 86400]
        return [*reversed(ours), *catalogue.stories(username, now)]

    def media_version(self, username: str) -> int:
        return len(self.published.get(username, ()))

    def everything(self, persona: Persona) -> Iterator[Media]:
        for media in self.posts(persona.username):
            yield media
            yield from media.children
        yield from (media for media in self.published.get(persona.username, ()) if media.product == "STORY")

    def media(self, identifier: str) -> Media | None:
        """Any media by id; a story only while it lives or stands in a highlight."""
        if identifier == catalogue.HIGHLIGHT:
            return catalogue.highlight(self.born)
        found = self.index().get(identifier)
        if found is None:
            found = catalogue.story_by_id(identifier)
        if found and found.product == "STORY" and not 0 <= self.now() - found.timestamp < catalogue.STORY_LIFE:
            return None
        return found

    def index(self) -> dict[str, Media]:
        key = (self.salt, sum(map(len, self.published.values())))
        if self.index_key != key:
            self.by_id = {m.id: m for persona in PERSONAS if persona.is_professional for m in self.everything(persona)}
            self.index_key = key
        return self.by_id


def media_from(document: dict[str, Any]) -> Media:
    children = tuple(media_from(child) for child in document["children"])
    return Media(**(document | {"children": children}))
