"""Home: what needs a person, today, and every account, in a constant number of queries."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountGate, Connection, IGMedia
from dashboard.needs import Need, merged
from dashboard.ruler import ruler_of
from insights.models import Rollup
from library.models import Asset, Rendition
from publishing.models import Post, PostItem, PostRevision, Publication
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(cast, ig_user_factory, connection_factory):
    """Return a function that makes an account with a working connection and figures."""

    def make(username="", **fields):
        user = ig_user_factory(username, **fields)
        with workspace_in_force(user.workspace_id):
            connection_factory(user)
            Rollup.objects.create(
                ig_user=user, followers=1000, reach=500, reach_before=400, views=900, spark=[1, None, 3]
            )
            IGMedia.objects.create(
                ig_user=user, media_id=f"m{user.ig_id}", posted_at=timezone.now(), read_at=timezone.now()
            )
        return user

    return make


@pytest.fixture
def publication(cast):
    """Return a function that makes a publication in a state."""
    count = 0

    def make(user, status, *, scheduled_at=None, **fields):
        nonlocal count
        count += 1
        with workspace_in_force(user.workspace_id):
            asset = Asset.objects.create(
                sha256=f"{count:064}", file=ContentFile(b"x", "x.jpg"), name="x.jpg", content_type="image/jpeg", size=1,
                width=1, height=1,
            )  # fmt: skip
            rendition = Rendition.objects.create(asset=asset, kind="feed", sha256="", size=1, width=1, height=1)
            post = Post.objects.create(client=user.client)
            revision = PostRevision.objects.create(post=post, number=1, caption=f"First line {count}\nsecond")
            PostItem.objects.create(revision=revision, position=0, asset=asset, rendition=rendition)
            return Publication.objects.create(
                post=post, revision=revision, ig_user=user, username=user.username, app_id="1", ig_id=user.ig_id,
                status=status, scheduled_at=scheduled_at or timezone.now(), fingerprint=f"{count:064}", **fields,
            )  # fmt: skip

    return make


def home(cast, who="ada", **query):
    return cast.browser(who).get(reverse("home", args=["aurora"]), query)


def test_an_empty_workspace_shows_the_two_doors(cast):
    page = home(cast).content.decode()
    assert "Connect the first account" in page
    assert reverse("connect", args=["aurora"]) in page


def test_who_may_not_connect_is_told_whom_to_ask(cast):
    assert "Ask an owner or a manager" in home(cast, "vi").content.decode()


def test_quiet_says_so(cast, account):
    account("levain.porto")
    page = home(cast).content.decode()
    assert "Nothing needs you" in page
    assert "levain.porto" in page


def test_a_failed_post_is_named_with_its_cause_and_leads_to_its_screen(cast, account, publication):
    row = publication(account("levain.porto"), "failed", problem="Image is narrower than 4:5.")
    page = home(cast).content.decode()
    assert "One thing needs you" in page
    assert "Image is narrower than 4:5." in page
    assert reverse("publication", args=["aurora", row.id]) in page


def test_a_lost_account_is_one_row_for_all_its_waiting_posts(cast, account, publication):
    user = account("miramar.funchal")
    with workspace_in_force(user.workspace_id):
        Connection.objects.update(state="needs_reauth", problem="Access withdrawn at Facebook.")
    for _ in range(3):
        publication(user, "held", held_reason="token")
    page = home(cast).content.decode()
    assert "One thing needs you" in page
    assert "3 posts wait" in page
    assert "Access withdrawn at Facebook." in page


def test_what_goes_on_by_itself_needs_nobody(cast, account, publication):
    publication(account("levain.porto"), "held", held_reason="rate")
    assert "Nothing needs you" in home(cast).content.decode()


def test_an_account_whose_posts_nobody_has_read_is_not_called_quiet(cast, account):
    user = account("levain.porto")
    with workspace_in_force(user.workspace_id):
        IGMedia.objects.all().delete()
        assert "levain.porto" in home(cast, show="quiet").content.decode()
        Rollup.objects.all().delete()
    assert "levain.porto" not in home(cast, show="quiet").content.decode()


def test_a_nearly_used_quota_needs_somebody_before_it_is_full(cast, account):
    user = account("dune.outdoor")
    gate = AccountGate.objects.create(app_id="1", ig_id=user.ig_id, quota_total=50, quota_used=44)
    assert "44 of 50" not in home(cast).content.decode()
    gate.quota_used = 46
    gate.save()
    assert "46 of 50 posts used" in home(cast).content.decode()


def test_access_that_ends_soon_is_said_unless_another_connection_lasts(cast, account, connection_factory):
    user = account("vale.verde")
    with workspace_in_force(user.workspace_id):
        Connection.objects.update(expires_at=timezone.now() + timedelta(days=3))
    assert "access ends soon" in home(cast).content.decode()
    connection_factory(user, "facebook", expires_at=timezone.now() + timedelta(days=50))
    assert "access ends soon" not in home(cast).content.decode()


def test_a_member_limited_to_a_client_sees_only_its_accounts_and_posts(cast, account, publication):
    publication(account("theirs.gym", client=cast.other_client), "failed", problem="Secret trouble")
    account("bakery.one", client=cast.client)
    page = home(cast, "cleo").content.decode()
    assert "bakery.one" in page
    assert "theirs.gym" not in page
    assert "Secret trouble" not in page


@pytest.mark.parametrize(
    ("query", "there"), [({"q": "@lev"}, True), ({"q": "nobody"}, False), ({"show": "falling"}, False)]
)
def test_the_table_is_filtered_by_the_address(query, there, cast, account):
    account("levain.porto")
    assert ("levain.porto</bdi></a>" in home(cast, **query).content.decode()) is there


def test_home_costs_the_same_queries_for_three_accounts_and_for_thirty(cast, account, publication):
    browser = cast.browser("ada")

    def cost():
        with CaptureQueriesContext(database) as captured:
            assert browser.get(reverse("home", args=["aurora"])).status_code == 200
        return len(captured)

    def grow(n):
        for _ in range(n):
            user = account(client=cast.client)
            publication(user, "failed")
            publication(user, "scheduled", scheduled_at=timezone.now() + timedelta(minutes=1))

    grow(3)
    cost()
    few = cost()
    grow(27)
    assert cost() == few
    assert few <= 18


def need(word, what):
    return Need(
        word=word, icon="circle-x", data_s="failed", what=what, detail="", cause="", since=None, cure="", url="/w/a/x/"
    )


def test_many_needs_become_at_most_eight_rows_and_none_is_forgotten():
    rows = (
        [need("Failed", f"@a{n}") for n in range(20)]
        + [need("Reconnect", f"@b{n}") for n in range(5)]
        + [need("Quota", "@c")]
    )
    out = merged(rows)
    assert len(out) <= 8
    assert {row.word for row in out} == {"Failed", "Reconnect", "Quota"}
    counted = sum(int(row.what.split()[0]) if row.what[0].isdigit() else 1 for row in out)
    assert counted == len(rows)


def test_squares_of_one_moment_stack_and_never_leave_the_ruler():
    now = timezone.now()
    rows = [Publication(scheduled_at=now, status="scheduled") for _ in range(20)]
    dots = ruler_of(rows, now, ZoneInfo("Europe/Lisbon")).dots
    assert len({(dot.x, dot.y) for dot in dots}) == 6
    assert all(0 <= dot.x <= 100 and 0 <= dot.y <= 66 for dot in dots)
