"""The insights screens: what each state shows, and at what price."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import IGMedia
from insights import catalogue, storing, syncing
from insights.asking import Reading
from insights.days import last_closed
from insights.models import MediaValue, SyncRun
from insights.rollups import roll_up
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
ACCOUNT, MEDIA = catalogue.ACCOUNT, catalogue.MEDIA


def fill(account, days: int = 90, gap: tuple[int, ...] = (), posts: int = 4) -> None:
    """Give an account figures as a finished sync leaves them."""
    now = timezone.now()
    last = last_closed(now)
    names = ("reach", "views", "accounts_engaged", "total_interactions", "profile_links_taps")
    readings = [
        Reading(ACCOUNT[name].id, 100 + back, last - timedelta(days=back))
        for name in names
        for back in range(days)
        if back not in gap
    ]
    for length in (7, 28, 30):
        for back, value in ((0, 4321), (length, 4000)):
            end = last - timedelta(days=back)
            readings += [Reading(ACCOUNT[name].id, value, end, length) for name in names]
    parts = {"post": 900, "reels": 700}
    readings += [Reading(1, v, last, 30, f"media_product_type={k}") for k, v in parts.items()]
    storing.store_account_values(account, readings, now)
    for number in range(posts):
        one = IGMedia.objects.create(
            ig_user=account,
            media_id=f"1790000000000{number}",
            media_type="IMAGE",
            media_product_type="STORY" if number == 1 else "FEED",
            caption=f"Loaf number {number}",
            posted_at=now - timedelta(days=number + 1),
            read_at=now,
        )
        if number != 2:
            for name, value in (("reach", 500 + number), ("views", 900), ("saved", 0)):
                MediaValue.objects.create(media=one, metric=MEDIA[name].id, value=value, fetched_at=now)
    SyncRun.objects.create(
        ig_user=account, kind="first", state="done", last_day=last, days=30, total=1, done=1, finished_at=now
    )
    roll_up(account)


@pytest.fixture
def account(cast, ig_user_factory, connection_factory):
    found = ig_user_factory("levain.porto", client=cast.client, followers_count=18400, name="Levain Porto")
    connection_factory(found, permissions=["instagram_business_basic", "instagram_business_manage_insights"])
    return found


@pytest.fixture
def filled(cast, account):
    with workspace_in_force(cast.aurora.id):
        fill(account)
    return account


def url(account, name: str = "account_insights", query: str = "") -> str:
    return reverse(name, kwargs={"workspace": "aurora", "pk": account.pk}) + query


def screen(cast, account, query: str = "", person: str = "ada") -> str:
    response = cast.browser(person).get(url(account, query=query))
    assert response.status_code == 200
    return response.content.decode()


def test_the_screen_shows_figures_change_trend_and_posts(cast, filled):
    html = screen(cast, filled)
    assert "4,321" in html
    assert "8 %" in html
    assert "18,400 followers" in html
    assert "Reach per day" in html
    assert "Loaf number 0" in html
    assert "Provisional, under 72 h" in html
    assert "midnight to midnight Pacific" in html
    assert "Connected by Instagram" in html


def test_every_figure_has_its_passport(cast, filled):
    html = screen(cast, filled)
    assert html.count('class="pop passport"') == 6
    assert f"GET /{filled.ig_id}/insights" in html
    assert "metric=accounts_engaged&amp;period=day" in html
    assert "one person counts once" in html
    assert "provisional until" in html


def test_zero_unknown_and_not_counted_are_three_things(cast, filled):
    html = screen(cast, filled)
    rows = {n: part.partition("</tr>")[0] for n, part in enumerate(html.split("Loaf number ")) if n}
    assert ">0</td>" in rows[1].replace("\n", "") or ">0<" in rows[1]
    assert "n/a" in html
    assert "unknown" in html


def test_ninety_days_of_unique_people_have_no_figure_and_say_why(cast, filled):
    html = screen(cast, filled, "?days=90")
    assert "daily counts cannot be added" in html
    assert "4,321" not in html


@pytest.mark.parametrize(
    "query", ["?days=31", "?days=-1", "?days=9999999999", "?days=x&metric=<script>", "?metric=likes"]
)
def test_nonsense_in_the_address_shows_the_usual(cast, filled, query):
    html = screen(cast, filled, query)
    assert "Reach per day" in html
    assert "Last 30 days" in html
    assert "<script>&" not in html


def test_another_metric_and_no_comparison_stay_in_the_address(cast, filled):
    html = screen(cast, filled, "?days=7&metric=views&compare=0")
    assert "Views per day" in html
    assert "?days=7&amp;metric=reach&amp;compare=0" in html
    assert "delta up" not in html.partition('class="body trend"')[0]


def test_a_gap_is_named(cast, account):
    with workspace_in_force(cast.aurora.id):
        fill(account, gap=(9, 10))
    html = screen(cast, account)
    assert "no data" in html
    assert "Unknown is not zero" in html


def test_before_the_first_figures_the_screen_says_what_happens(cast, account):
    html = screen(cast, account)
    assert "No figures yet" in html
    with workspace_in_force(cast.aurora.id):
        syncing.start_first(account)
    html = screen(cast, account)
    assert "Reading the first figures" in html
    assert "0 of 90 days" in html
    assert "every 3s" in html


def test_progress_stops_asking_when_the_reading_is_done(cast, filled):
    browser = cast.browser("ada")
    with workspace_in_force(cast.aurora.id):
        run = syncing.start(filled, SyncRun.Kind.BACKFILL)
        SyncRun.objects.filter(pk=run.pk).update(done=6)
    running = browser.get(url(filled, "account_progress"))
    assert "34 of 90 days" in running.content.decode()
    assert "HX-Refresh" not in running
    with workspace_in_force(cast.aurora.id):
        SyncRun.objects.filter(pk=run.pk).update(state=SyncRun.State.DONE, finished_at=timezone.now())
    done = browser.get(url(filled, "account_progress"))
    assert done["HX-Refresh"] == "true"
    assert "hx-get" not in done.content.decode()


def test_a_lost_connection_says_what_stays_and_offers_the_cure(cast, filled):
    with workspace_in_force(cast.aurora.id):
        filled.connections.update(state="needs_reauth", problem="The password was changed.")
    html = screen(cast, filled)
    assert "These figures no longer grow." in html
    assert "The password was changed." in html
    assert "4,321" in html
    assert "Reconnect" in html


def test_a_reading_that_waits_says_why_and_until_when(cast, filled):
    with workspace_in_force(cast.aurora.id):
        run = syncing.start(filled, SyncRun.Kind.DAILY)
        SyncRun.objects.filter(pk=run.pk).update(problem="82 % of Instagram's call limit is used.")
    html = screen(cast, filled)
    assert "Reading pauses." in html
    assert "82 %" in html
    assert "It goes on at" in html


def test_read_now_opens_one_run_however_often_it_is_pressed(cast, filled):
    browser = cast.browser("ed")
    for _n in range(2):
        assert browser.post(url(filled, "account_sync")).status_code == 302
    with workspace_in_force(cast.aurora.id):
        assert SyncRun.objects.filter(kind=SyncRun.Kind.MANUAL).count() == 1


def test_readers_may_look_but_not_start_a_reading(cast, filled):
    assert "Read now" not in screen(cast, filled, person="vi")
    assert cast.browser("vi").post(url(filled, "account_sync")).status_code == 403


def test_a_single_account_is_the_insights_screen(cast, filled):
    response = cast.browser("ada").get(reverse("insights", kwargs={"workspace": "aurora"}))
    assert response["Location"] == url(filled)


def test_the_list_shows_every_account_a_person_may_see(cast, filled, ig_user_factory):
    ig_user_factory("crux.lisboa", client=cast.other_client)
    address = reverse("insights", kwargs={"workspace": "aurora"})
    html = cast.browser("ada").get(address).content.decode()
    assert "crux.lisboa" in html
    assert "4,321" in html
    assert cast.browser("cleo").get(address).status_code == 302, "cleo sees the bakery alone"


def test_the_number_of_queries_does_not_grow(cast, filled, ig_user_factory, django_assert_max_num_queries):
    browser = cast.browser("ada")
    with django_assert_max_num_queries(18):
        browser.get(url(filled))
    big = ig_user_factory("crux.lisboa")
    with workspace_in_force(cast.aurora.id):
        fill(big, days=180, posts=60)
    with django_assert_max_num_queries(18):
        browser.get(url(big, query="?days=90&metric=views&posts=all"))


def test_there_is_no_style_attribute_for_the_policy_to_refuse(cast, filled):
    assert " style=" not in screen(cast, filled)
