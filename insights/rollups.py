"""The few figures of an account that Home and the account list show, worked out after each sync."""

from django.db.models.functions import Now

from accounts.models import IGUser
from insights import catalogue
from insights.days import DAY, span
from insights.models import AccountValue, Rollup

WINDOW = 30
_ID = {name: metric.id for name, metric in catalogue.ACCOUNT.items()}


def roll_up(ig_user: IGUser) -> Rollup | None:
    """Write the rollup of an account from its stored values, and return it; None while there is nothing to show."""
    whole = AccountValue.objects.filter(ig_user=ig_user)
    windows = whole.filter(span=WINDOW, metric=_ID["reach"], breakdown="")
    day = windows.order_by("-day").values_list("day", flat=True).first()
    followers = _followers(ig_user)
    if day is None and followers is None:
        return None
    figures: dict[str, object] = {"day": day, "followers": followers, "made_at": Now()}
    if day is not None:
        figures |= _windows(ig_user, day)
    rollup, _created = Rollup.objects.update_or_create(ig_user=ig_user, defaults=figures)
    return rollup


def _followers(ig_user: IGUser) -> int | None:
    rows = AccountValue.objects.filter(ig_user=ig_user, metric=_ID["followers_count"])
    return rows.order_by("-day").values_list("value", flat=True).first()


def _windows(ig_user: IGUser, day) -> dict[str, object]:
    rows = AccountValue.objects.filter(ig_user=ig_user, span=WINDOW, day__in=[day, day - WINDOW * DAY])
    known = {(m, on, by): value for m, on, by, value in rows.values_list("metric", "day", "breakdown", "value")}

    def figure(name: str, back: int = 0, by: str = "") -> int | None:
        return known.get((_ID[name], day - back * DAY, by))

    came = figure("follows_and_unfollows", by="follow_type=follower")
    left = figure("follows_and_unfollows", by="follow_type=non_follower")
    days = span(day, WINDOW)
    views = AccountValue.objects.filter(ig_user=ig_user, metric=_ID["views"], span=1, breakdown="", day__in=days)
    by_day = dict(views.values_list("day", "value"))
    return {
        "reach": figure("reach"),
        "reach_before": figure("reach", WINDOW),
        "views": figure("views"),
        "views_before": figure("views", WINDOW),
        "engaged": figure("accounts_engaged"),
        "interactions": figure("total_interactions"),
        "followers_delta": came - left if came is not None and left is not None else None,
        "spark": [by_day.get(on) for on in days],
    }
