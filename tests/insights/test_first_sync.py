"""The first sync, over HTTP against the sandbox."""

from insights import syncing
from insights.models import AccountValue, MediaValue, SyncRun
from tests.insights.conftest import run_through


def test_the_first_sync_brings_profile_days_windows_and_media(connected, in_aurora):
    connection = connected("levain.porto")
    run = run_through(syncing.start_first(connection.ig_user))
    assert (run.state, run.problem) == (SyncRun.State.DONE, "")
    account = connection.ig_user
    account.refresh_from_db()
    print(run.calls, run.total, AccountValue.objects.count(), MediaValue.objects.count(), account.followers_count)
    assert account.followers_count
