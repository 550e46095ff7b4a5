"""Two years of numbers that hang together: followers, daily basis and what each post gathers, all deterministic."""

import math
import threading
from bisect import bisect_right
from collections import OrderedDict
from functools import lru_cache

from sandbox.catalogue import STORY_LIFE, Media
from sandbox.clock import DAY, day_end, day_start, pacific_day
from sandbox.personas import BY_USERNAME, Persona, number, share
from sandbox.world import World

FIRST_DAY = 738886  # 2024-01-01: nobody's numbers begin earlier.
SETTLE = 2 * DAY  # Meta's numbers may grow for up to 48 hours after the day has ended.
POST_DAYS = 21
STEP = 10.0
WEEK = {
    "bakery": (0.7, 0.9, 0.95, 1.0, 1.15, 1.4, 1.3),
    "climbing": (1.15, 1.1, 1.1, 1.2, 0.9, 0.85, 0.8),
    "hotel": (0.95, 0.95, 1.0, 1.0, 1.05, 1.05, 1.1),
    "coffee": (1.1, 1.05, 1.05, 1.05, 1.1, 0.95, 0.8),
}
DEFAULT_WEEK = (0.95, 0.97, 1.0, 1.02, 1.0, 1.03, 1.12)
# Theme -> (swing of the year, day of the year on which it is highest).
SEASON = {
    "bakery": (0.16, 340),
    "climbing": (0.22, 20),
    "hotel": (0.35, 205),
    "plants": (0.3, 120),
    "coffee": (0.12, 15),
    "outdoor": (0.32, 190),
    "winery": (0.38, 275),
    "ceramics": (0.24, 335),
    "creator": (0.1, 150),
}
SHAPE = {"FEED": 1.0, "CAROUSEL": 1.25, "REELS": 2.1, "STORY": 0.22}


def weekday(persona: Persona, day: int) -> float:
    return WEEK.get(persona.theme, DEFAULT_WEEK)[(day + 6) % 7]


def season(persona: Persona, day: int) -> float:
    swing, peak = SEASON[persona.theme]
    return 1 + swing * math.cos((day - FIRST_DAY - peak) / 365.25 * 2 * math.pi)


def noise(persona: Persona, metric: str, day: int, width: float = 0.18) -> float:
    return 1 + width * (2 * share(metric, persona.username, day) - 1)


def follows(persona: Persona, day: int) -> int:
    """New followers of a day."""
    rate = persona.followers * persona.growth / 1050 * 1.6
    value = rate * weekday(persona, day) * season(persona, day) * noise(persona, "follows", day, 0.5)
    if share("spike", persona.username, day) > 0.988:
        value *= 4
    return int(value + share("follows-rest", persona.username, day))


def unfollows(persona: Persona, day: int) -> int:
    rate = persona.followers * persona.growth / 1050 * 0.6
    return int(rate * noise(persona, "unfollows", day, 0.5) + share("unfollows-rest", persona.username, day))


HISTORY: dict[str, list[int]] = {}
GROWING = threading.Lock()


def followers(persona: Persona, day: int) -> int:
    """Followers at the end of a Pacific day: the first count plus every day's follows minus unfollows."""
    history = HISTORY.setdefault(persona.username, [round(persona.followers * (1 - persona.growth))])
    if len(history) <= day - FIRST_DAY:
        with GROWING:
            while len(history) <= day - FIRST_DAY:
                when = FIRST_DAY + len(history)
                history.append(max(history[-1] + follows(persona, when) - unfollows(persona, when), 0))
    return history[max(day - FIRST_DAY, 0)]


def followers_now(world: World, persona: Persona) -> int:
    """The count of this moment: yesterday's plus today's share so far."""
    now = world.now()
    today = pacific_day(now)
    past = (now - day_start(today)) / (day_end(today) - day_start(today))
    before = followers(persona, today - 1)
    return before + int((followers(persona, today) - before) * past)


def professional_since(world: World, persona: Persona) -> float:
    """When an account became professional: nothing before that has numbers; only the youngest is recent."""
    return world.born - 200 * DAY if persona.followers < 100 else 0.0


def ripeness(world: World, day: int) -> float:
    """How much of a day's numbers Meta shows by now: nothing before it begins, all 48 hours after its end."""
    begins, ends, now = day_start(day), day_end(day), world.now()
    if now <= begins:
        return 0.0
    if now >= ends + SETTLE:
        return 1.0
    return 0.9 * (now - begins) / (ends - begins) if now < ends else 0.9 + 0.1 * (now - ends) / SETTLE


# Posts ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def final_reach(media: Media) -> int:
    """What a post reaches in the end."""
    persona = BY_USERNAME[media.username]
    day = pacific_day(media.timestamp)
    luck = math.exp(0.9 * (share("luck", media.id) - 0.5) + (1.4 if share("viral", media.id) > 0.96 else 0))
    shape = SHAPE["CAROUSEL" if media.media_type == "CAROUSEL_ALBUM" else media.product]
    base = max(followers(persona, day), 20) * persona.reach_rate * 1.6
    return max(int(base * shape * luck * season(persona, day)), 3)


def grown(media: Media, age: float) -> float:
    """The share of its final numbers that a post has after `age` seconds: fast first, nearly all within three weeks."""
    if age <= 0:
        return 0.0
    if media.product == "STORY":
        return min(1.0, 1 - math.exp(-age / (0.25 * DAY)) + 0.02 * min(age / STORY_LIFE, 1))
    return 1 - math.exp(-age / (1.6 * DAY)) * 0.75 - math.exp(-age / (6 * DAY)) * 0.25


@lru_cache(maxsize=50_000)
def grown_by(media: Media, steps: int) -> float:
    """The same in steps of ten seconds, so that one listing asks once per post."""
    return grown(media, steps * STEP)


def on_day(media: Media, day: int) -> float:
    """The share of its final numbers that a post gathers on one Pacific day."""
    return grown(media, day_end(day) - media.timestamp) - grown(media, day_start(day) - media.timestamp)


RATES = {  # Share of the reach, by product type.
    "FEED": {
        "likes": 0.062,
        "comments": 0.0034,
        "saved": 0.009,
        "shares": 0.006,
        "reposts": 0.0008,
        "follows": 0.0016,
        "profile_visits": 0.02,
    },
    "REELS": {
        "likes": 0.051,
        "comments": 0.0021,
        "saved": 0.007,
        "shares": 0.012,
        "reposts": 0.0015,
        "follows": 0.002,
        "profile_visits": 0.01,
    },
    "STORY": {"shares": 0.004, "reposts": 0.0005, "follows": 0.001, "profile_visits": 0.012, "replies": 0.005},
}
INTERACTIONS = ("likes", "comments", "saved", "shares", "reposts", "replies")


@lru_cache(maxsize=100_000)
def final(media: Media, metric: str) -> float:
    """The final value of a counted media metric."""
    reach = final_reach(media)
    if metric == "reach":
        return reach
    if metric == "views":
        return reach * ((1.75 if media.product == "REELS" else 1.32) + 0.3 * share("views", media.id))
    rate = RATES[media.product].get(metric, 0.0)
    return reach * rate * (0.55 + 0.9 * share(metric, media.id))


def counted(world: World, media: Media, metric: str) -> int:
    """A media metric by now. Likes and comments are the same numbers as on the media itself."""
    return int(final(media, metric) * grown_by(media, int((world.now() - media.timestamp) / STEP)))


def interactions(world: World, media: Media) -> int:
    return sum(counted(world, media, metric) for metric in INTERACTIONS)


# Account -------------------------------------------------------------------------------------------------------------

BASE = {  # What an account gathers on a day without new posts, as a share of its followers.
    "reach": 0.045,
    "views": 0.085,
    "likes": 0.0011,
    "comments": 0.00006,
    "saved": 0.00018,
    "shares": 0.00012,
    "reposts": 0.00001,
    "replies": 0.00008,
    "accounts_engaged": 0.0016,
    "profile_links_taps": 0.0007,
    "profile_views": 0.006,
    "website_clicks": 0.0006,
}
FROM_POSTS = {
    "reach": 0.72,
    "views": 1.0,
    "likes": 1.0,
    "comments": 1.0,
    "saved": 1.0,
    "shares": 1.0,
    "reposts": 1.0,
    "replies": 1.0,
}


class DayCache(OrderedDict[tuple[str, int, str, int], dict[str, float]]):
    """The newest few thousand finished days."""

    def keep(self, key: tuple[str, int, str, int], value: dict[str, float]) -> dict[str, float]:
        self[key] = value
        if len(self) > 40_000:
            self.popitem(last=False)
        return value


DAYS = DayCache()


def account_day(world: World, persona: Persona, day: int) -> dict[str, float]:
    """The finished values of one Pacific day, before Meta's delay takes its share."""
    key = (persona.username, day, world.salt, world.media_version(persona.username))
    return DAYS.get(key) or DAYS.keep(key, work_out(world, persona, day))


def recent_posts(world: World, persona: Persona, day: int) -> list[Media]:
    """Posts that still gather numbers on a day, and the stories of that day."""
    posts = world.posts(persona.username)
    times = [-media.timestamp for media in posts]
    first = bisect_right(times, -day_end(day))
    last = bisect_right(times, -(day_start(day) - POST_DAYS * DAY))
    return posts[first:last]


def work_out(world: World, persona: Persona, day: int) -> dict[str, float]:
    audience = followers(persona, day)
    pace = weekday(persona, day) * season(persona, day)
    found = {
        metric: audience * rate * pace * noise(persona, metric, day) * persona.reach_rate / 0.18
        for metric, rate in BASE.items()
    }
    for media in recent_posts(world, persona, day):
        part = on_day(media, day)
        for metric, weight in FROM_POSTS.items():
            found[metric] += final(media, metric) * part * weight
    found["total_interactions"] = sum(int(found[metric]) for metric in INTERACTIONS)
    found["accounts_engaged"] += found["total_interactions"] * 0.74
    found["follows"], found["unfollows"] = follows(persona, day), unfollows(persona, day)
    return found


def shares(total: int, weights: dict[str, float], *seed: object) -> dict[str, int]:
    """A whole number split by weights with some chance; the parts add up to it."""
    drawn = {name: weight * (0.8 + 0.4 * share(*seed, name)) for name, weight in weights.items()}
    whole = sum(drawn.values())
    found = {name: int(total * weight / whole) for name, weight in drawn.items()}
    first = next(iter(found))
    found[first] += total - sum(found.values())
    return found


def stable(*parts: object, low: int = 0, high: int = 100) -> int:
    return low + number(*parts) % (high - low + 1)
