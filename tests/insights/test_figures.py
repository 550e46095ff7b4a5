"""Figures from values: what may be said, and what may not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from insights import catalogue, figures
from insights.days import span
from insights.figures import Values

LAST = date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REACH, VIEWS, NEW = (catalogue.ACCOUNT[name] for name in ("reach", "views", "follower_count"))


def values(*rows) -> Values:
    return Values([(m.id, s, on, by, v, NOW) for m, s, on, by, v in rows])


def daily(metric, length: int, value: int = 10, missing: tuple[int, ...] = ()):
    return [(metric, 1, on, "", value) for n, on in enumerate(span(LAST, length)) if n not in missing]


def test_days_of_unique_people_are_never_added_up():
    total = figures.total(values(*daily(REACH, 90)), REACH, LAST, 90)
    assert total.value is None
    assert "one person counts once" in str(total.why)


def test_a_window_of_unique_people_is_metas_own_figure():
    found = values(*daily(REACH, 30), (REACH, 30, LAST, "", 123))
    assert figures.total(found, REACH, LAST, 30).value == 123


def test_days_of_views_are_added_up_where_meta_gives_no_window():
    total = figures.total(values(*daily(VIEWS, 90)), VIEWS, LAST, 90)
    assert (total.value, total.added_up) == (900, True)


def test_I03_a_missing_day_makes_the_sum_unknown_not_smaller():
    total = figures.total(values(*daily(VIEWS, 90, missing=(4,))), VIEWS, LAST, 90)
    assert total.value is None
    assert "Unknown is not zero" in str(total.why)


def test_a_known_zero_is_a_zero():
    total = figures.total(values(*daily(VIEWS, 7, value=0)), VIEWS, LAST, 7)
    assert total.value == 0


def test_new_followers_have_no_figure_beyond_30_days():
    assert figures.total(values(*daily(NEW, 90)), NEW, LAST, 90).value is None
    assert figures.total(values(*daily(NEW, 90)), NEW, LAST, 28).value == 280


def test_a_gap_stays_a_gap():
    line = figures.trend(values(*daily(VIEWS, 30, missing=(10, 11, 12))), VIEWS, LAST, 30, NOW)
    assert line.now[10:13] == [None, None, None]
    assert line.gaps == [(line.days[10], line.days[12])]


def test_the_last_three_days_are_provisional():
    line = figures.trend(values(*daily(VIEWS, 30)), VIEWS, LAST, 30, NOW)
    assert [late for *_rest, late in line.rows][-4:] == [False, True, True, True]


@pytest.mark.parametrize(("before", "change"), [(50, 1.0), (None, None), (0, None)])
def test_a_change_needs_something_before(before, change):
    rows = [(VIEWS, 7, LAST, "", 100)]
    if before is not None:
        rows.append((VIEWS, 7, LAST - timedelta(days=7), "", before))
    assert figures.kpi(values(*rows), VIEWS, LAST, 7, NOW, frozenset()).change == change


def test_a_refused_metric_says_so():
    found = figures.kpi(values(), VIEWS, LAST, 30, NOW, frozenset({VIEWS.id}))
    assert found.value is None
    assert "does not offer" in str(found.total.why)


def test_the_usual_needs_three_posts():
    assert figures.usual({1: 10, 2: 20}) is None
    assert figures.usual({1: 10, 2: 20, 3: 90, 4: None}) == 20
    assert figures.against(60, 20.0) == 3
    assert figures.against(None, 20.0) is None


def test_numbers_of_metrics_are_unique_and_names_unique_per_level():
    assert len(catalogue.BY_ID) == len(catalogue.METRICS)
    assert len(catalogue.ACCOUNT) + len(catalogue.MEDIA) == len(catalogue.METRICS)


def test_a_retired_metric_is_never_asked():
    kinds = [catalogue.Group.DETAIL]
    names = {m.name for m in catalogue.media_group(kinds, catalogue.Product.FEED, "facebook", LAST)}
    assert "impressions" not in names
    assert "total_views" in names
    assert "total_views" not in {
        m.name for m in catalogue.media_group(kinds, catalogue.Product.FEED, "instagram", LAST)
    }


def test_breakdowns_are_paired_by_position_and_without_case():
    key = catalogue.breakdown_key
    assert key(["timeframe", "country"], ["LAST_90_DAYS", "AR"]) == "country=AR"
    assert key(["action_type"], ["BIO_LINK_CLICKED"]) == key(["action_type"], ["bio_link_clicked"])
    assert key(["media_product_type"], ["REEL"]) == "media_product_type=reels"
    assert key(["age", "gender"], ["18-24", "F"]) == "age=18-24|gender=f"
