"""The plan as a month and as a list."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from publishing.month import Month
from tests.publishing_screens.conftest import COMPOSE, form
from tests.publishing_screens.test_compose import shown, text
from workspaces.scoping import workspace_in_force

CALENDAR, LIST = "/w/aurora/calendar/", "/w/aurora/posts/"
NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)


def month(name: str, zone: str = "Europe/Lisbon") -> Month:
    return Month.named(name, ZoneInfo(zone), NOW)


class TestMonth:
    def test_whole_weeks_from_monday_to_sunday(self):
        days = month("2026-11").days([], NOW)
        assert (days[0].on.isoformat(), days[-1].on.isoformat(), len(days)) == ("2026-10-26", "2026-12-06", 42)
        assert [day.on.day for day in days if day.is_today] == [22]
        assert month("2027-02").days([], NOW)[-1].on.isoformat() == "2027-02-28"

    @given(st.text(max_size=12))
    def test_B11_any_other_name_is_this_month(self, name):
        assert month(name).first.day == 1

    @given(st.dates(min_value=datetime(2001, 1, 1).date(), max_value=datetime(2199, 1, 1).date()))
    def test_every_month_is_whole_weeks_around_itself(self, on):
        days = month(f"{on:%Y-%m}").days([], NOW)
        assert len(days) % 7 == 0
        assert days[0].on.weekday() == 0
        assert on in {day.on for day in days if not day.is_out}

    def test_months_follow_each_other(self):
        assert [str(month("2026-12").shifted(n)) for n in (-12, -1, 0, 1, 2)] == [
            "2025-12", "2026-11", "2026-12", "2027-01", "2027-02",
        ]  # fmt: skip

    def test_D08_a_change_of_the_clocks_is_found_in_its_zone(self):
        assert month("2026-10").changes_offset().date().isoformat() == "2026-10-25"
        assert month("2026-11").changes_offset() is None
        assert month("2026-11", "America/New_York").changes_offset().date().isoformat() == "2026-11-01"
        assert month("2026-04", "Australia/Lord_Howe").changes_offset().date().isoformat() == "2026-04-05"


def test_the_month_shows_the_post_on_its_day_with_icon_and_word(ed, planned, put):
    row = planned(caption="Sesame buns\nmore")
    put(row, scheduled_at=datetime(2027, 3, 9, 23, 30, tzinfo=UTC))
    page = text(ed.get(CALENDAR, {"month": "2027-03"}))
    assert "Sesame buns" in page
    assert "Times in Lisbon (UTC), from Sunday 28 UTC+1" in page
    event = re.search(r'<a class="event" data-s="scheduled".*?</a>', page, re.S)[0]
    assert 'aria-label="Scheduled"' in event
    assert "23:30" in event
    assert f"/publications/{row.pk}/photo.jpg" in event


def test_a_post_near_midnight_stands_on_the_day_of_the_workspaces_zone(cast, ed, planned, put):
    put(planned(), scheduled_at=datetime(2027, 7, 9, 23, 30, tzinfo=UTC))
    page = text(ed.get(CALENDAR, {"month": "2027-07"}))
    cell = next(cell for cell in page.split('<span class="daynum"') if 'class="event"' in cell)
    assert re.search(r"</span>\s*10", cell)
    assert "00:30" in cell


def test_a_full_day_shows_three_and_a_way_to_the_others(ed, planned, put):
    for n in range(5):
        put(planned(caption=f"Post {n}"), scheduled_at=datetime(2027, 3, 9, 9 + n, tzinfo=UTC))
    page = ed.get(CALENDAR, {"month": "2027-03"})
    assert text(page).count('class="event"') == 3
    assert "+2 more" in shown(page)
    assert f"{LIST}?day=2027-03-09" in text(page)
    assert text(ed.get(LIST, {"day": "2027-03-09"})).count('class="plan-row"') == 5
    assert text(ed.get(LIST, {"day": "2027-03-10"})).count('class="plan-row"') == 0


def test_days_ahead_open_the_composer_and_past_days_do_not(ed, levain):
    page = text(ed.get(CALENDAR))
    today = timezone.now().astimezone(ZoneInfo("Europe/Lisbon")).date()
    assert f"/w/aurora/compose/?day={today.isoformat()}" in page
    first = re.search(r"\?day=([0-9-]+)", page)[1]
    assert first == today.isoformat()


def test_readers_see_the_plan_without_ways_to_write(cast, planned):
    planned()
    page = text(cast.browser("vi").get(CALENDAR))
    assert 'class="event"' in page
    assert "?day=" not in page


def test_status_filters_count_and_narrow(ed, planned, put):
    put(planned(caption="Gone wrong"), status="failed", problem="The photo was too wide.")
    planned(caption="Waiting")
    page = ed.get(LIST)
    assert "Failed 1" in shown(page)
    assert "Scheduled 1" in shown(page)
    assert "The photo was too wide." in shown(page)
    failed = shown(ed.get(LIST, {"status": "failed"}))
    assert "Gone wrong" in failed
    assert "Waiting" not in failed


def test_a_client_sees_only_its_plan(cast, ed, account_factory, asset_factory, rows):
    for name, client in (("bakery", cast.client), ("gym", cast.other_client)):
        account = account_factory(name, client=client)
        ed.post(COMPOSE, form(account, asset=str(asset_factory().pk), caption=f"For {name}"))
    browser = cast.browser("cleo")
    for url in (CALENDAR, LIST):
        page = shown(browser.get(url))
        assert "For bakery" in page
        assert "gym" not in page.replace("Climbing gym", "")
    mine, theirs = rows()
    assert browser.get(f"/w/aurora/publications/{mine.pk}/photo.jpg").status_code == 200
    for path in ("", "photo.jpg", "status/"):
        assert browser.get(f"/w/aurora/publications/{theirs.pk}/{path}").status_code == 404


def test_an_empty_plan_says_what_to_do(ed, levain):
    assert "No posts yet" in shown(ed.get(LIST))
    assert "Nothing is planned this month" in shown(ed.get(CALENDAR))
    assert "Nothing fits this filter" in shown(ed.get(LIST, {"status": "failed"}))


@pytest.mark.parametrize(
    "query",
    [{"status": "x"}, {"account": "x"}, {"account": "\0"}, {"post": "1"}, {"day": "9999-12-31"}, {"day": "x"},
     {"page": "0"}, {"month": "2026-13"}, {"month": "0000-00"}, {"order_by": "status__x"}],
)  # fmt: skip
@pytest.mark.parametrize("url", [CALENDAR, LIST])
def test_B11_any_query_shows_the_plan(ed, levain, url, query):
    assert ed.get(url, query).status_code == 200


@pytest.mark.parametrize("url", [CALENDAR, LIST])
def test_the_number_of_queries_does_not_grow_with_the_posts(
    ed, planned, url, django_assert_num_queries, django_assert_max_num_queries
):
    planned(caption="one")
    with django_assert_max_num_queries(16) as few:
        ed.get(url)
    count = len(few.captured_queries)
    for n in range(6):
        planned(caption=f"more {n}")
    with django_assert_num_queries(count):
        ed.get(url)


@pytest.mark.parametrize("url", [CALENDAR, LIST])
def test_B10_a_caption_is_text_everywhere(ed, planned, url, cast):
    probe = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' {{ 7*7 }}"
    row = planned(caption=probe)
    for page in (url, f"/w/aurora/publications/{row.pk}/", f"/w/aurora/posts/{row.post_id}/edit/"):
        body = text(ed.get(page))
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "49" not in re.sub(r"\d{3,}|\d\d:\d\d|[0-9a-f-]{36}", "", shown(ed.get(page)))
    with workspace_in_force(cast.aurora.id):
        assert row.scheduled_at - timezone.now() < timedelta(hours=3)
