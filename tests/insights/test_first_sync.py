"""The first sync, over HTTP against the sandbox."""

from datetime import timedelta

import pytest

from insights import catalogue, syncing
from insights.days import last_closed
from insights.models import AccountValue, MediaValue, RawAnswer, Rollup, SyncRun
from insights.planning import progress
from tests.insights.conftest import asked, run_through

pytestmark = pytest.mark.django_db
_ID = {name: metric.id for name, metric in catalogue.ACCOUNT.items()}


@pytest.fixture
def first(connected, in_aurora):
    connection = connected("levain.porto", client=in_aurora.client)
    return run_through(syncing.start_first(connection.ig_user))


def test_the_first_sync_brings_profile_days_windows_posts_and_a_rollup(first, stand_in):
    assert (first.state, first.problem, first.done) == (SyncRun.State.DONE, "", first.total)
    account = first.ig_user
    account.refresh_from_db()
    assert account.followers_count
    last = last_closed(syncing.database_now())
    views = AccountValue.objects.filter(metric=_ID["views"], breakdown="")
    assert set(views.filter(span=1).values_list("day", flat=True)) == {last - timedelta(days=n) for n in range(30)}
    for length in (7, 28, 30):
        days = set(views.filter(span=length).values_list("day", flat=True))
        assert days == {last, last - timedelta(days=length)}
    assert AccountValue.objects.filter(metric=_ID["follower_count"], span=1).count() == 30
    assert account.media.count() >= 50
    assert MediaValue.objects.filter(metric=catalogue.MEDIA["reach"].id).count() >= 40
    rollup = Rollup.objects.get(ig_user=account)
    assert (rollup.day, rollup.followers, len(rollup.spark)) == (last, account.followers_count, 30)
    assert None not in (rollup.reach, rollup.reach_before, rollup.views, rollup.engaged, rollup.followers_delta)

    # The history follows by itself, at the end of the queue.
    history = SyncRun.objects.get(kind=SyncRun.Kind.BACKFILL)
    assert (progress(history).done, progress(history).total) == (30, 90)
    # No token is kept with the answers.
    assert RawAnswer.objects.count() > 40
    assert not RawAnswer.objects.filter(request__contains="access_token").exists()
    # No call asks for more than Meta allows, and each single day is asked once.
    spans = [int(p["until"]) - int(p["since"]) for p in asked(stand_in) if "since" in p]
    assert max(spans) <= 30 * 86400
    print(f"first sync: {first.calls} calls")  # noqa: T201


def test_the_daily_run_asks_little_and_adds_no_row_when_repeated(first, stand_in):
    again = run_through(syncing.start(first.ig_user, SyncRun.Kind.DAILY))
    assert again.state == SyncRun.State.DONE
    rows, media = AccountValue.objects.count(), MediaValue.objects.count()
    assert again.calls <= 35
    print(f"daily run: {again.calls} calls")  # noqa: T201
    once_more = run_through(syncing.start(first.ig_user, SyncRun.Kind.MANUAL))
    assert once_more.state == SyncRun.State.DONE
    assert (AccountValue.objects.count(), MediaValue.objects.count()) == (rows, media)
