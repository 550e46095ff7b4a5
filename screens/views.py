"""The sheet of all parts, for those who build screens."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone

from screens.charts import Bar, Day, Photo
from screens.templatetags.marks import STATUS

FIRST = date(2026, 9, 22)
COLOURS = (
    "paper",
    "surface",
    "sunk",
    "line",
    "edge",
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    *(f"s{n}" for n in range(1, 9)),
)
WALL = ("tiles", "boule", "coffee", "leaves", "stairs", "teapot")


@dataclass(frozen=True)
class Sample:
    """A state as the apps describe theirs."""

    data_s: str
    word: str
    icon: str
    sentence: str = ""


def sample_days(count: int = 30) -> list[Day]:
    """Return made-up days with a gap, provisional days at the end and a period before."""
    return [
        Day(
            FIRST + timedelta(n),
            None if 11 < n < 15 else 1900 + (n * 397) % 1500 + (1400 if n == 25 else 0),
            1800 + (n * 211) % 900,
            n > 26,
        )
        for n in range(count)
    ]


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    days = sample_days()
    pictures = [static(f"img/wall/{name}.webp") for name in WALL]
    photos = [Photo(FIRST + timedelta(3 + 4 * n), picture) for n, picture in enumerate(pictures)]
    context = {
        "days": days,
        "empty_days": [Day(day.on, None) for day in days],
        "photos": photos,
        "pictures": pictures,
        "values": [day.value for day in days],
        "statuses": [(key, word) for key, (word, _icon) in STATUS.items() if key not in ("ok", "comments")],
        "sample": Sample("held", "Held", "circle-pause", "Waits until the account is connected again."),
        "bars": [Bar("Reels", 38_102, 30_530, 2), Bar("Posts", 17_940, 18_930, 1), Bar("Stories", None, None, 3)],
        "week": [[(r * 7 + c * c) % 11 for c in range(24)] for r in range(7)],
        "day_names": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "page": Paginator(range(200), 10).get_page(request.GET.get("page") or 4),
        "now": timezone.now(),
        "zones": [("Europe/Lisbon", "Lisbon"), ("Asia/Kolkata", "Kolkata")],
        "colours": COLOURS,
    }
    return render(request, "styleguide.html", context)
