"""Breakdowns and audiences of an account as bars: by format, by following, by age and place."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import IGUser
from insights import catalogue
from insights.figures import Part
from insights.models import AccountValue
from screens.charts import Bar

FORMATS = {
    "reels": (_("Reels"), 2),
    "post": (_("Posts"), 1),
    "feed": (_("Posts"), 1),
    "carousel_container": (_("Carousels"), 4),
    "story": (_("Stories"), 3),
    "ad": (_("Ads"), 5),
}
FOLLOWING = {"follower": (_("Followers"), 1), "non_follower": (_("Others"), 2), "unknown": (_("Unknown"), 3)}
OTHER_COLOUR = 6
CITIES = 5


def bars(parts: list[Part], words: Mapping[str, tuple[object, int]]) -> list[Bar]:
    """Return parts as bars with our words; a word Meta adds one day is shown as it came."""
    named = ((part, *words.get(part.key, (part.key, OTHER_COLOUR))) for part in parts)
    return [Bar(str(word), part.value, part.before, colour) for part, word, colour in named]


@dataclass(frozen=True)
class Age:
    """Women and men of one age, in per cent of those whose age and gender are known; the longest bar is full."""

    age: str
    women: int
    men: int
    women_bar: str
    women_gap: str
    men_bar: str


def people(account: IGUser) -> tuple[list[Age], list[Bar]]:
    """Return the newest ages and cities of an account's followers; both empty when Instagram says nothing."""
    metric = catalogue.ACCOUNT["follower_demographics"]
    rows = AccountValue.objects.filter(ig_user=account, metric=metric.id)
    newest = rows.order_by("-day").values("day")[:1]
    known = list(rows.filter(day=newest).values_list("breakdown", "value"))
    return _ages(known), _cities(known)


def _ages(known: list[tuple[str, int]]) -> list[Age]:
    by_age: dict[str, dict[str, int]] = {}
    for key, value in known:
        if key.startswith("age=") and "|gender=" in key:
            age, _bar, gender = key.removeprefix("age=").partition("|gender=")
            by_age.setdefault(age, {})[gender] = value
    whole = sum(sum(genders.values()) for genders in by_age.values())
    longest = max((max(g.get("f", 0), g.get("m", 0)) for g in by_age.values()), default=0)
    if not whole or not longest:
        return []
    return [_age(age, genders, whole, longest) for age, genders in sorted(by_age.items())]


def _age(age: str, genders: dict[str, int], whole: int, longest: int) -> Age:
    women, men = genders.get("f", 0), genders.get("m", 0)
    return Age(
        age=age.replace("-", "–"),
        women=round(100 * women / whole),
        men=round(100 * men / whole),
        women_bar=f"{100 * women / longest:.1f}",
        women_gap=f"{100 - 100 * women / longest:.1f}",
        men_bar=f"{100 * men / longest:.1f}",
    )


def _cities(known: list[tuple[str, int]]) -> list[Bar]:
    rows = sorted(((key.removeprefix("city="), value) for key, value in known if key.startswith("city=")), key=_largest)
    whole = sum(value for _name, value in rows)
    return [Bar(name.partition(",")[0], value, text=f"{round(100 * value / whole)} %") for name, value in rows[:CITIES]]


def _largest(row: tuple[str, int]) -> int:
    return -row[1]
