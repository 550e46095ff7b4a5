"""Rows: written once, newer over older, unknown left out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import IGMedia
from insights import catalogue, storing
from insights.asking import Reading, Refusal, account_readings
from insights.models import AccountValue, MediaValue, MetricRefusal, RawAnswer
from meta.insights import parse

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VIEWS = catalogue.ACCOUNT["views"].id
pytestmark = pytest.mark.django_db


@pytest.fixture
def account(in_aurora, ig_user_factory):
    return ig_user_factory()


def page(value: int = 7, days: int = 3) -> list[Reading]:
    return [Reading(VIEWS, value + n, DAY - timedelta(days=n)) for n in range(days)]


def test_I01_the_same_page_twice_leaves_the_same_rows(account):
    assert storing.store_account_values(account, page(), NOON) == 3
    assert storing.store_account_values(account, page(), NOON + timedelta(hours=1)) == 0
    assert AccountValue.objects.count() == 3


def test_I02_an_older_run_that_finishes_later_overwrites_nothing(account):
    storing.store_account_values(account, page(100), NOON)
    storing.store_account_values(account, page(1), NOON - timedelta(minutes=5))
    assert AccountValue.objects.get(day=DAY).value == 100
    assert AccountValue.objects.get(day=DAY).fetched_at == NOON


def test_I04_a_value_revised_at_47_hours_is_updated(account):
    storing.store_account_values(account, page(100), NOON)
    storing.store_account_values(account, page(140, days=1), NOON + timedelta(hours=47))
    assert list(AccountValue.objects.order_by("-day").values_list("value", flat=True)) == [140, 101, 102]


def test_I03_an_empty_answer_writes_no_row(account):
    readings = account_readings(parse({"data": []}), DAY, 1)
    assert storing.store_account_values(account, readings, NOON) == 0
    assert not AccountValue.objects.exists()


def test_windows_and_parts_stand_beside_the_day(account):
    readings = [Reading(VIEWS, 1, DAY), Reading(VIEWS, 9, DAY, 7), Reading(VIEWS, 4, DAY, 7, "follow_type=follower")]
    assert storing.store_account_values(account, readings, NOON) == 3


def test_media_figures_keep_the_newest_too(account):
    media = IGMedia.objects.create(ig_user=account, media_id="1", read_at=NOON)
    reading = Reading(catalogue.MEDIA["ig_reels_avg_watch_time"].id, 4300.5, media="1")
    storing.store_media_values([media], [reading], NOON)
    storing.store_media_values([media], [Reading(reading.metric, 1, media="1")], NOON - timedelta(hours=1))
    assert MediaValue.objects.get().value == 4300.5


def test_a_refusal_is_news_once_and_ends_after_a_month(account):
    refusal = Refusal(VIEWS, "metric[0] must be one of the following values")
    assert storing.store_refusals(account, [refusal], NOON) == [refusal]
    assert storing.store_refusals(account, [refusal], NOON) == []
    assert MetricRefusal.objects.count() == 1
    assert storing.refused(account, "account", NOON) == {VIEWS}
    assert storing.refused(account, "account", NOON + timedelta(days=31)) == set()


def test_raw_answers_come_back_without_the_links_that_hold_the_token(account):
    body = {"data": [{"name": "reach"}], "paging": {"next": "https://x/?access_token=EAAB", "cursors": {"after": "a"}}}
    storing.keep_raw(account, [("GET /1/insights", body)], NOON)
    row = RawAnswer.objects.get()
    assert storing.open_raw(row) == {"data": [{"name": "reach"}], "paging": {"cursors": {"after": "a"}}}
    assert b"EAAB" not in bytes(row.body)


def test_raw_answers_are_forgotten_after_30_days(account):
    now = timezone.now()
    storing.keep_raw(account, [("old", {})], now - timedelta(days=31))
    storing.keep_raw(account, [("new", {})], now - timedelta(days=29))
    storing.prune_raw(now)
    assert RawAnswer.objects.get().request == "new"
