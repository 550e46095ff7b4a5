"""kill -9 in the middle of a first sync, again and again: it ends complete, and repeats at most one page per kill."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from insights import catalogue, syncing
from insights.models import AccountValue, SyncRun
from tests.insights.conftest import asked, run_through
from tests.processes.stack import database_url
from tests.servers import wait_until
from tests.settings import ROOT
from workspaces.scoping import workspace_in_force

KILLS = 4
STEPS_BETWEEN = 4


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_I05_killed_again_and_again_a_sync_ends_complete_and_repeats_a_page_a_kill(connected, cast, stand_in, tmp_path):
    connection = connected("levain.porto")
    with workspace_in_force(cast.aurora.id):
        run = syncing.start_first(connection.ig_user)
        stand_in.control("faults", kind="slow", path="/insights", seconds=0.05, times=-1)
        for _n in range(KILLS):
            kill_after_some_steps(run, environment(stand_in, tmp_path))
            SyncRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(minutes=5))
        stand_in.control("faults/clear")
        run_through(run)
        assert run.state == SyncRun.State.DONE
        views = AccountValue.objects.filter(metric=catalogue.ACCOUNT["views"].id, span=1, breakdown="")
        assert views.count() == 30
    times = Counter(tuple(sorted(sent.items())) for sent in asked(stand_in) if "since" in sent)
    assert sum(times.values()) - len(times) <= KILLS
    assert run.lease_epoch > KILLS


def environment(stand_in, folder) -> dict[str, str]:
    own = {"DJANGO_SETTINGS_MODULE": "tests.processes.settings", "STACK_FOLDER": str(folder)}
    return os.environ | own | {"DATABASE_URL": database_url()} | stand_in.hosts()


def kill_after_some_steps(run: SyncRun, variables: dict[str, str]) -> None:
    run.refresh_from_db()
    enough = min(run.done + STEPS_BETWEEN, run.total - 2)
    worker = subprocess.Popen([sys.executable, "-m", "tests.insights.worker"], cwd=ROOT, env=variables)

    def far_enough() -> bool:
        run.refresh_from_db()
        assert worker.poll() is None, "the worker died by itself"
        return run.done >= enough

    try:
        wait_until(far_enough, "The sync did not move", 60)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
