"""Who is served: claims, turns, and what a stranger's claim may not write."""

from datetime import timedelta

import pytest
from django.utils import timezone

from insights import claiming, entering, syncing
from insights.models import SyncRun
from workspaces.scoping import across_workspaces, workspace_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(cast, ig_user_factory, connection_factory):
    """Return a function that opens a first sync for n accounts of a workspace."""

    def open_runs(workspace, count: int) -> list[SyncRun]:
        made = []
        for _n in range(count):
            account = ig_user_factory(workspace=workspace)
            connection_factory(account)
            with workspace_in_force(workspace.id):
                made.append(syncing.start_first(account))
        return made

    return open_runs


def test_I09_a_whale_that_came_first_does_not_keep_others_waiting(cast, runs):
    runs(cast.aurora, 60)
    late = runs(cast.borealis, 1)[0]
    claims = entering.claim_due()
    assert late.pk in {claim.run_id for claim in claims}
    assert sum(claim.workspace_id == cast.aurora.id for claim in claims) == claiming.SEATS_PER_WORKSPACE


def test_seats_are_limited_and_freed(cast, runs):
    runs(cast.aurora, 10)
    first = entering.claim_due()
    assert len(first) == claiming.SEATS_PER_WORKSPACE
    assert entering.claim_due() == []
    with workspace_in_force(cast.aurora.id):
        run, _now = claiming.hold(first[0].run_id, first[0].epoch)
        claiming.finish(run, first[0].epoch, SyncRun.State.DONE)
    assert len(entering.claim_due()) == 1


def test_an_account_has_one_run_in_flight(in_aurora, runs):
    first = runs(in_aurora.aurora, 1)[0]
    history = syncing.start(first.ig_user, SyncRun.Kind.BACKFILL)
    assert len(entering.claim_due()) == 1
    assert claiming.claim(history) is None


def test_an_account_has_one_open_run_of_a_kind(in_aurora, runs):
    first = runs(in_aurora.aurora, 1)[0]
    assert syncing.start(first.ig_user, SyncRun.Kind.FIRST) is None
    assert syncing.sync_now(first.ig_user) == first


def test_a_claim_that_ran_out_is_somebody_elses_and_the_first_holder_writes_nothing(in_aurora, runs):
    run = runs(in_aurora.aurora, 1)[0]
    mine = claiming.claim(run)
    SyncRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(minutes=5))
    theirs = claiming.claim(run)
    assert theirs == mine + 1
    with pytest.raises(claiming.LeaseLost):
        claiming.hold(run.pk, mine)
    with pytest.raises(claiming.LeaseLost):
        claiming.write(run, mine, done=99)
    run.refresh_from_db()
    assert run.done == 0


def test_history_waits_behind_everything_else(in_aurora, runs, ig_user_factory):
    old = ig_user_factory()
    history = syncing.start(old, SyncRun.Kind.BACKFILL)
    runs(in_aurora.aurora, claiming.SEATS_PER_WORKSPACE)
    assert history.pk not in {claim.run_id for claim in entering.claim_due()}


def test_the_daily_run_follows_the_close_of_metas_day_and_comes_once(in_aurora, runs):
    run = runs(in_aurora.aurora, 1)[0]
    assert entering.plan_daily_runs() == 0, "the first sync reads today's day already"
    yesterday = run.last_day - timedelta(days=1)
    SyncRun.objects.filter(pk=run.pk).update(state=SyncRun.State.DONE, last_day=yesterday)
    assert entering.plan_daily_runs() == 1
    assert entering.plan_daily_runs() == 0
    daily = SyncRun.objects.get(kind=SyncRun.Kind.DAILY)
    assert daily.last_day == run.last_day
    assert daily.days == 3


def test_after_a_pause_the_daily_run_reads_every_missed_day(in_aurora, runs):
    run = runs(in_aurora.aurora, 1)[0]
    SyncRun.objects.filter(pk=run.pk).update(state=SyncRun.State.DONE, last_day=run.last_day - timedelta(days=9))
    entering.plan_daily_runs()
    assert SyncRun.objects.get(kind=SyncRun.Kind.DAILY).days == 9 + 2


def test_accounts_that_left_or_lost_their_connection_get_no_daily_run(in_aurora, runs):
    gone, lost = runs(in_aurora.aurora, 2)
    SyncRun.objects.update(state=SyncRun.State.DONE, last_day=gone.last_day - timedelta(days=1))
    type(gone.ig_user).objects.filter(pk=gone.ig_user_id).update(removed_at=timezone.now())
    lost.ig_user.connections.update(state="needs_reauth")
    assert entering.plan_daily_runs() == 0


def test_runs_of_all_workspaces_are_seen_only_through_the_one_way_in(cast, runs):
    runs(cast.aurora, 1)
    with across_workspaces("The test counts."):
        assert SyncRun.objects.count() == 1
    with workspace_in_force(cast.borealis.id):
        assert SyncRun.objects.count() == 0
