"""What Meta refuses, throttles, loses or deletes, and what the sync makes of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import gates
from accounts.models import Connection, IGMedia
from accounts.signals import account_connected, connection_restored
from insights import asking, catalogue, storing, syncing
from insights.catalogue import Group, Level, Metric, Product
from insights.models import AccountValue, MetricRefusal, SyncRun
from insights.planning import Step
from meta import ig_media
from meta.usage import Usage, from_headers
from tests.insights.conftest import asked, only, run_through, take

pytestmark = pytest.mark.django_db
INSIGHTS_SCOPE = "instagram_business_manage_insights"
_ID = {name: metric.id for name, metric in catalogue.ACCOUNT.items()}


@pytest.fixture
def run(connected, in_aurora) -> SyncRun:
    """Return the open first sync of the bakery."""
    return syncing.start_first(connected("levain.porto").ig_user)


def test_I10_a_metric_meta_retired_is_dropped_once_and_the_others_go_on(run, stand_in, monkeypatch, caplog):
    dead = Metric(9001, "impressions", "Impressions", Level.ACCOUNT, (Group.TOTALS,))
    monkeypatch.setitem(catalogue.ACCOUNT, "impressions", dead)
    take(run, "total")
    assert AccountValue.objects.filter(metric=_ID["views"], span=30).exists()
    refusal = MetricRefusal.objects.get()
    assert (refusal.metric, refusal.level) == (9001, "account")
    assert "impressions" in refusal.reason
    before = len(asked(stand_in))
    assert run_through(run, slices=1).done > 3
    assert not [sent for sent in asked(stand_in)[before:] if "impressions" in sent.get("metric", "")]
    assert sum("refused metric" in record.getMessage() for record in caplog.records) == 1


def test_I11_a_story_with_too_few_viewers_has_unknown_figures_and_is_no_error(connected, graph, in_aurora):
    connection = connected("atelier.sal")
    conversation = graph(connection)
    stories = ig_media.stories(conversation, connection.ig_user.ig_id).items
    story = stories[0].id if stories else "17969782069736348"
    harvest = asking.details(conversation, story, Product.STORY, set(), timezone.now().date())
    assert harvest.refusals == []


def test_I12_below_100_followers_audience_and_new_followers_are_unknown(connected, in_aurora):
    run = syncing.start_first(connected("atelier.sal").ig_user)
    take(run, "audience")
    take(run, "series")
    assert run.is_open
    assert not AccountValue.objects.filter(metric__in=[_ID["follower_demographics"], _ID["follower_count"]]).exists()
    assert AccountValue.objects.filter(metric=_ID["reach"], span=1).count() == 30


def test_I13_media_deleted_on_instagram_are_marked_gone_and_not_asked_again(run):
    ghost = IGMedia.objects.create(
        ig_user=run.ig_user,
        media_id="17999999999999999",
        media_product_type="FEED",
        posted_at=timezone.now() - timedelta(days=3),
        read_at=timezone.now() - timedelta(days=1),
    )
    take(run, "media")
    ghost.refresh_from_db()
    assert ghost.gone_at is not None
    assert ghost.media_id not in syncing._worth_details(run, timezone.now())


def test_I07_a_busy_account_waits_and_the_other_goes_on(connected, in_aurora, stand_in):
    busy, calm = connected("levain.porto"), connected("crux.lisboa")
    stand_in.control("usage", username="levain.porto", percent=80)
    slow, quick = syncing.start_first(busy.ig_user), syncing.start_first(calm.ig_user)
    run_through(slow, slices=2)
    run_through(quick, slices=2)
    assert (slow.state, slow.done) == (SyncRun.State.WAITING, 1)
    assert "limit" in slow.problem
    assert slow.next_run_at > timezone.now()
    assert quick.done > 10
    before = len(asked(stand_in, busy.ig_user.ig_id))
    run_through(slow)
    assert len(asked(stand_in, busy.ig_user.ig_id)) == before, "no call is made while the budget is used"


def test_history_stops_earlier_than_the_daily_read(connected, in_aurora, stand_in):
    connection = connected("levain.porto")
    stand_in.control("usage", username="levain.porto", percent=65)
    history = syncing.start(connection.ig_user, SyncRun.Kind.BACKFILL)
    daily = syncing.start(connection.ig_user, SyncRun.Kind.DAILY)
    assert run_through(daily, slices=1).done > 1
    run_through(history, slices=1)
    assert (history.state, history.done) == (SyncRun.State.WAITING, 0)


def test_a_throttled_call_waits_for_the_window(run, stand_in):
    stand_in.control("faults", kind="throttle", path="/insights", times=1)
    run_through(run, slices=2)
    assert run.state == SyncRun.State.WAITING
    assert run.next_run_at > timezone.now() + timedelta(minutes=5)


@pytest.mark.parametrize("kind", ["html", "empty", "reset"])
def test_trouble_at_meta_is_waited_out_and_nothing_is_lost(run, stand_in, kind):
    only(run, "series")
    stand_in.control("faults", kind=kind, path="/insights", times=3)
    run_through(run, slices=1)
    assert (run.state, run.failures) == (SyncRun.State.WAITING, 1)
    assert run.problem
    stand_in.control("faults/clear")
    syncing.wake(run.ig_user)
    run_through(run, slices=1)
    assert (run.failures, run.problem) == (0, "")
    assert AccountValue.objects.filter(metric=_ID["reach"], span=1).count() == 30


def test_one_refusal_of_the_token_disconnects_nothing(run, stand_in):
    stand_in.control("faults", kind="error", code=190, path="/insights", times=1)
    run_through(run, slices=1)
    assert run.state == SyncRun.State.WAITING
    assert Connection.objects.get().is_usable


def test_a_dead_connection_holds_the_run_and_its_return_wakes_it(run):
    Connection.objects.update(state=Connection.State.NEEDS_REAUTH)
    run_through(run, slices=1)
    assert (run.state, run.done) == (SyncRun.State.WAITING, 0)
    assert "not connected" in run.problem
    Connection.objects.update(state=Connection.State.ACTIVE)
    connection_restored.send(Connection, connection=Connection.objects.get())
    assert run_through(run, slices=1).done > 0


def test_a_new_account_is_read_at_once_and_a_second_word_of_it_changes_nothing(connected, in_aurora):
    connection = connected("levain.porto")
    for _n in range(2):
        account_connected.send(Connection, ig_user=connection.ig_user, connection=connection)
    assert SyncRun.objects.get().kind == SyncRun.Kind.FIRST


def test_an_unnamed_refusal_is_found_by_halving():
    def ask(metrics):
        if any(m.name == "likes" for m in metrics):
            raise asking.MetricUnavailable("no")
        return [m.name for m in metrics]

    wanted = [catalogue.ACCOUNT[name] for name in ("views", "likes", "saves", "shares")]
    harvest, results = asking._narrowing(ask, wanted, "account")
    assert results == ["views", "saves", "shares"]
    assert [refusal.metric for refusal in harvest.refusals] == [_ID["likes"]]


def test_a_refusal_that_is_not_about_a_metric_is_not_remembered():
    def ask(metrics):
        raise asking.Rejected("There cannot be more than 30 days between since and until", code=100)

    harvest, results = asking._narrowing(ask, [catalogue.ACCOUNT["views"]], "account")
    assert (harvest.refusals, results) == ([], [])


def test_a_step_of_an_older_epoch_writes_nothing(run, stand_in):
    """Two workers on one run: the one whose lease ran out while Meta answered stores neither rows nor cursor."""
    old = syncing.claiming.claim(run)
    held, now = syncing.claiming.hold(run.pk, old)
    SyncRun.objects.filter(pk=run.pk).update(lease_epoch=old + 1)
    readings = asking.Harvest([asking.Reading(_ID["views"], 1, run.last_day)])
    graph = asking.Listening(syncing.graphs.graph_for(Connection.objects.get()))
    with pytest.raises(syncing.claiming.LeaseLost):
        syncing._commit(held, old, syncing.Outcome(readings), graph, now)
    assert not AccountValue.objects.exists()
    assert storing.refused(run.ig_user, "account", now) == set()


def test_steps_are_the_same_when_asked_again(run):
    assert syncing.plan_of(run) == syncing.plan_of(run)
    assert Step("total", run.last_day, 30) in syncing.plan_of(run)


@pytest.fixture
def unread(in_aurora, ig_user_factory, connection_factory):
    """Return a connection of an account nobody can call: a run that came as far as calling would fail."""
    return connection_factory(ig_user_factory(), permissions=["instagram_business_basic", INSIGHTS_SCOPE])


def test_I08_the_apps_own_limit_stops_every_account(unread):
    gates.note_usage(unread.app_id, "somebody else", Usage(app_percent=100))
    run = run_through(syncing.start_first(unread.ig_user), slices=1)
    assert (run.state, run.done, run.calls) == (SyncRun.State.WAITING, 0, 0)
    assert "limit" in run.problem


def test_I14_usage_headers_that_say_nothing_brake_nothing(unread):
    for header in ("garbage", "[1, 2]", '{"call_count": "many"}', ""):
        heard = from_headers({"X-App-Usage": header, "X-Business-Use-Case-Usage": header})
        gates.note_usage(unread.app_id, unread.ig_user.ig_id, heard)
    assert gates.room_for(unread, "backfill").ok
