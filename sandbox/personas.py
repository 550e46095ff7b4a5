"""Who lives in the sandbox: Instagram accounts, Facebook people and Pages, all invented."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache


@lru_cache(maxsize=200_000)
def number(*parts: object) -> int:
    """A stable number from any parts: the only source of chance in the sandbox's world."""
    return int.from_bytes(hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


def share(*parts: object) -> float:
    """A stable number in [0, 1)."""
    return number(*parts) / 2**64


@dataclass(frozen=True)
class Persona:
    """One Instagram account. `followers` is what it has about when the sandbox's world begins."""

    username: str
    name: str
    theme: str
    kind: str = "BUSINESS"
    followers: int = 4000
    follows: int = 300
    media: int = 30
    avatar: str = ""
    biography: str = ""
    website: str = ""
    ig_id: str = ""
    reach_rate: float = 0.18
    growth: float = 0.35

    @property
    def id(self) -> str:
        return self.ig_id or f"178414{number('ig', self.username) % 10**11:011d}"

    @property
    def app_scoped_id(self) -> str:
        return f"{number('scoped', self.username) % 10**16 + 10**16}"

    @property
    def is_professional(self) -> bool:
        return self.kind in ("BUSINESS", "MEDIA_CREATOR")


MAIN = (
    Persona(
        "levain.porto",
        "Levain Porto",
        "bakery",
        followers=18400,
        follows=412,
        media=58,
        avatar="boule",
        biography="Sourdough & viennoiserie · Rua do Almada 210, Porto · Tue–Sun 8–14",
        website="https://levain.example",
        ig_id="17841405822304914",
        reach_rate=0.24,
        growth=0.5,
    ),
    Persona(
        "crux.lisboa",
        "Crux Climbing Lisboa",
        "climbing",
        followers=9200,
        follows=388,
        media=52,
        avatar="hold",
        biography="Bouldering in Marvila · new set every Thursday · open till 23",
        website="https://crux.example",
        growth=0.4,
    ),
    Persona(
        "fernandfable",
        "Fern & Fable",
        "plants",
        followers=27600,
        follows=690,
        media=60,
        avatar="leaves",
        biography="Houseplants, honest advice, repotting on Saturdays.",
        website="https://fernandfable.example",
        reach_rate=0.2,
    ),
    Persona(
        "kiln.collective",
        "Kiln Collective",
        "ceramics",
        followers=14100,
        follows=520,
        media=56,
        avatar="vases",
        biography="Six potters, one kiln. Studio sale on the first Sunday of the month.",
        website="https://kiln.example",
        growth=0.6,
    ),
    Persona(
        "tidal.coffee",
        "Tidal Coffee",
        "coffee",
        followers=6900,
        follows=301,
        media=48,
        avatar="coffee",
        biography="Small roastery by the harbour · filter, espresso, no fuss",
        website="https://tidal.example",
        reach_rate=0.22,
    ),
    Persona(
        "miramar.funchal",
        "Hotel Miramar Funchal",
        "hotel",
        followers=21900,
        follows=150,
        media=46,
        avatar="pool",
        biography="Forty-two rooms above the Atlantic. Pool open all year.",
        website="https://miramar.example",
        reach_rate=0.15,
    ),
    Persona(
        "dune.outdoor",
        "Dune Outdoor",
        "outdoor",
        followers=33800,
        follows=240,
        media=50,
        avatar="dunes",
        biography="Packs and tents, mended free for life.",
        website="https://dune.example",
        reach_rate=0.14,
        growth=0.3,
    ),
    Persona(
        "vale.verde",
        "Quinta Vale Verde",
        "winery",
        followers=5300,
        follows=210,
        media=38,
        avatar="bottles",
        biography="Field blends from the Douro · tastings by appointment",
        website="https://valeverde.example",
    ),
    Persona(
        "palm.algarve",
        "Palm Algarve",
        "hotel",
        followers=11800,
        follows=330,
        media=34,
        avatar="sea",
        biography="Beach house, nine rooms, one long table.",
        website="https://palm.example",
        reach_rate=0.16,
    ),
    Persona(
        "mara.lume",
        "Mara Lume",
        "creator",
        "MEDIA_CREATOR",
        followers=61200,
        follows=804,
        media=60,
        avatar="succulent",
        biography="Rooms, tables, quiet mornings. Lisbon ⇄ Porto.",
        website="https://maralume.example",
        reach_rate=0.3,
        growth=0.7,
    ),
)

SPECIAL = (
    Persona(
        "atelier.sal",
        "Atelier Sal",
        "ceramics",
        followers=64,
        follows=120,
        media=9,
        avatar="bowl",
        growth=0.1,
        biography="Salt-glazed things. Just started.",
    ),
    Persona("joana.pires", "Joana Pires", "plants", "PERSONAL", followers=231, follows=389, media=0, avatar="cactus"),
)

# Clients of the agency beyond the main ones: handle, name, theme, followers.
MORE = (
    ("levain.lisboa", "Levain Lisboa", "bakery", 7200),
    ("levain.braga", "Levain Braga", "bakery", 2900),
    ("crux.braga", "Crux Climbing Braga", "climbing", 3100),
    ("crux.coimbra", "Crux Climbing Coimbra", "climbing", 2400),
    ("northlight.pt", "Northlight", "outdoor", 8800),
    ("casa.oliva", "Casa Oliva", "coffee", 4100),
    ("forno.velho", "Forno Velho", "bakery", 3600),
    ("maré.cafe", "Maré Café", "coffee", 2700),
    ("terra.crua", "Terra Crua", "ceramics", 5200),
    ("jardim.secreto", "Jardim Secreto", "plants", 6400),
    ("bloco.porto", "Bloco Porto", "climbing", 4700),
    ("quinta.lua", "Quinta da Lua", "winery", 3900),
    ("serra.alta", "Serra Alta", "outdoor", 7700),
    ("pousada.ilha", "Pousada da Ilha", "hotel", 5600),
    ("folha.azul", "Folha Azul", "plants", 2200),
    ("prato.raso", "Prato Raso", "ceramics", 1800),
)


def more_personas() -> tuple[Persona, ...]:
    found = []
    for username, name, theme, followers in MORE:
        username = username.replace("é", "e")
        pick = AVATARS[theme][number("avatar", username) % len(AVATARS[theme])]
        found.append(
            Persona(
                username,
                name,
                theme,
                followers=followers,
                follows=180,
                media=26,
                avatar=pick,
                growth=0.3,
                biography=f"{name} · Portugal",
                website=f"https://{username.split('.')[0]}.example",
            )
        )
    return tuple(found)


AVATARS = {
    "bakery": ("loaf", "buns", "croissant", "baguettes"),
    "climbing": ("wall1", "wall2", "wall3"),
    "outdoor": ("hills", "dunes"),
    "coffee": ("coffee", "cups"),
    "ceramics": ("teapot", "plates", "tiles"),
    "plants": ("cactus", "autumn", "succulent"),
    "winery": ("hills", "bottles"),
    "hotel": ("sea", "stairs", "pool"),
}

PERSONAS: tuple[Persona, ...] = MAIN + SPECIAL + more_personas()
BY_USERNAME = {persona.username: persona for persona in PERSONAS}
BY_IG_ID = {persona.id: persona for persona in PERSONAS if persona.is_professional}
BY_SCOPED_ID = {persona.app_scoped_id: persona for persona in PERSONAS if persona.is_professional}


CLASSIC = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MESSAGING", "MODERATE")
PROFILE_PLUS = (
    "PROFILE_PLUS_FULL_CONTROL",
    "PROFILE_PLUS_CREATE_CONTENT",
    "PROFILE_PLUS_MODERATE",
    "PROFILE_PLUS_MESSAGING",
    "PROFILE_PLUS_ADVERTISE",
    "PROFILE_PLUS_ANALYZE",
)
ANALYST = ("ANALYZE",)


@dataclass(frozen=True)
class Page:
    """A Facebook Page; `username` names the linked Instagram account, empty when there is none."""

    id: str
    name: str
    category: str
    username: str = ""
    tasks: tuple[str, ...] = CLASSIC

    @property
    def persona(self) -> Persona | None:
        """The linked professional account; a linked personal account is invisible to the API."""
        found = BY_USERNAME.get(self.username)
        return found if found and found.is_professional else None


@dataclass(frozen=True)
class Person:
    """Somebody with a Facebook account and roles on Pages."""

    key: str
    name: str
    email: str
    pages: tuple[str, ...]
    note: str

    @property
    def id(self) -> str:
        return f"{number('fb', self.key) % 10**16 + 10**16}"


CATEGORY = {
    "bakery": "Bakery",
    "climbing": "Rock climbing gym",
    "plants": "Plant shop",
    "ceramics": "Pottery studio",
    "coffee": "Coffee shop",
    "hotel": "Hotel",
    "outdoor": "Outdoor & sporting goods",
    "winery": "Winery/vineyard",
    "creator": "Digital creator",
}


def page_id(name: str) -> str:
    return "134895793791914" if name == "Levain Porto" else f"1{number('page', name) % 10**14:014d}"


def page_of(persona: Persona, position: int) -> Page:
    tasks = ANALYST if persona.username in ("serra.alta", "prato.raso") else (CLASSIC, PROFILE_PLUS)[position % 3 == 2]
    return Page(page_id(persona.name), persona.name, CATEGORY[persona.theme], persona.username, tasks)


LINKED = tuple(page_of(persona, position) for position, persona in enumerate((*MAIN, SPECIAL[0], *more_personas())))
UNLINKED = tuple(
    Page(page_id(name), name, category, username)
    for name, category, username in (
        ("Porto Bread Week", "Event", ""),
        ("Marvila Makers Market", "Community", ""),
        ("Studio Norte Agency", "Marketing agency", ""),
        ("Joana Pires", "Personal blog", "joana.pires"),
    )
)
PAGES = {page.id: page for page in LINKED + UNLINKED}
PAGE_OF = {page.username: page for page in LINKED}


def agency_pages() -> tuple[str, ...]:
    """Linked and unlinked Pages mixed, so that every page of the list shows both; more than 25, so that it pages."""
    names = [page.id for page in LINKED]
    for position, page in zip((3, 9, 17, 28), UNLINKED, strict=True):
        names.insert(position, page.id)
    return tuple(names)


PEOPLE = {
    person.key: person
    for person in (
        Person("ana", "Ana Duarte", "ana@studionorte.example", agency_pages(), "runs an agency with 31 Pages"),
        Person(
            "tomas", "Tomás Leite", "tomas@levain.example", (page_id("Levain Porto"),), "owns a bakery with one Page"
        ),
        Person(
            "joana",
            "Joana Pires",
            "joana@mail.example",
            (page_id("Joana Pires"),),
            "her Page is linked to a personal account",
        ),
        Person("rui", "Rui Matos", "rui@mail.example", (), "has no Page"),
    )
}
PEOPLE_BY_ID = {person.id: person for person in PEOPLE.values()}
