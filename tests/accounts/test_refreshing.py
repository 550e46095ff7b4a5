"""Keeping tokens alive: when, by whom, and what each answer of Meta means."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from accounts import credentials, entering, graphs, health, leasing, refreshing, tasks
from accounts.models import Connection, Credential, RemoteAttempt
from accounts.signals import connection_lost
from meta import ig_user
from tests.accounts import consent
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State = Connection.State


def refreshes(stand_in) -> int:
    heard = stand_in.read("requests")["requests"]
    return sum(1 for call in heard if call["path"].endswith("refresh_access_token"))


def age_the_refusal(connection, seconds: int = 61) -> None:
    Connection.objects.filter(pk=connection.pk).update(auth_failed_at=timezone.now() - timedelta(seconds=seconds))


def test_a_due_instagram_token_is_renewed_and_the_new_one_works(connected, stand_in, grow_old):
    grow_old(connected)
    before = credentials.read(connected, credentials.USER)
    assert refreshing.refresh(connected.pk) == "refreshed"
    after = credentials.read(connected, credentials.USER)
    connected.refresh_from_db()
    assert after.generation == before.generation + 1
    assert after.token != before.token
    assert connected.expires_at > timezone.now() + 59 * DAY
    assert connected.refresh_due_at > timezone.now() + 35 * DAY
    assert ig_user.me(graphs.graph_for(connected)).username == "levain.porto"
    row = RemoteAttempt.objects.get(operation="refresh_token")
    assert (row.outcome, row.epoch) == ("ok", connected.lease_epoch)
    assert connected.lease_until is None


def test_a_due_facebook_token_is_exchanged_together_with_the_pages_token(by_page, stand_in, grow_old):
    grow_old(by_page)
    before = credentials.read(by_page, credentials.PAGE).generation
    assert refreshing.refresh(by_page.pk) == "refreshed"
    assert credentials.read(by_page, credentials.USER).generation == 2
    assert credentials.read(by_page, credentials.PAGE).generation == before + 1
    assert ig_user.get(graphs.graph_for(by_page), by_page.ig_user.ig_id).username == "levain.porto"


def test_a_facebook_token_without_an_end_is_never_due(by_page, stand_in, grow_old):
    grow_old(by_page)
    stand_in.control("variants", expires_in="missing")
    try:
        assert refreshing.refresh(by_page.pk) == "refreshed"
    finally:
        stand_in.control("variants", expires_in="present")
    by_page.refresh_from_db()
    assert (by_page.expires_at, by_page.refresh_due_at) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_K11_of_several_workers_at_once_one_calls_and_one_generation_comes(cast, connected, stand_in, grow_old):
    grow_old(connected)
    stand_in.control("faults", path="/refresh_access_token", kind="slow", seconds=1)
    together, outcomes = threading.Barrier(3), []

    def work() -> None:
        together.wait()
        with workspace_in_force(cast.aurora.id):
            outcomes.append(refreshing.refresh(connected.pk))
        database.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy", "busy", "refreshed"]
    assert refreshes(stand_in) == 1
    assert credentials.read(connected, credentials.USER).generation == 2


def test_K11_a_worker_whose_lease_ran_out_does_not_store(connected, stand_in, grow_old):
    """The second worker took over while the first was still waiting for Meta."""
    grow_old(connected)
    rows = Connection.objects.filter(pk=connected.pk)
    epoch = leasing.take(rows, connected.pk, timedelta(minutes=5))
    stored = credentials.read(connected, credentials.USER)
    rows.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert refreshing.refresh(connected.pk) == "refreshed"
    renewed = refreshing.Renewed(refreshing.Grant(stored.token, expires_in=60 * DAY))
    assert refreshing._keep(connected, stored, renewed, epoch) == "stale"
    assert credentials.read(connected, credentials.USER).generation == 2


def test_K11_two_writers_of_one_generation_under_one_epoch_leave_one(connected, stand_in, grow_old):
    grow_old(connected)
    stored = credentials.read(connected, credentials.USER)
    assert refreshing.refresh(connected.pk) == "refreshed"
    connected.refresh_from_db()
    ends = connected.expires_at
    renewed = refreshing.Renewed(refreshing.Grant(stored.token, expires_in=DAY))
    assert refreshing._keep(connected, stored, renewed, connected.lease_epoch) == "stale"
    connected.refresh_from_db()
    assert connected.expires_at == ends


def test_K12_a_token_one_minute_short_of_a_day_is_left_alone(connected, stand_in, grow_old):
    grow_old(connected, DAY - timedelta(minutes=1))
    assert refreshing.refresh(connected.pk) == "young"
    assert refreshes(stand_in) == 0
    connected.refresh_from_db()
    assert connected.refresh_due_at > timezone.now()


def test_K13_an_expired_token_is_not_sent_and_the_account_asks_to_be_reconnected(connected, stand_in, grow_old):
    grow_old(connected, 61 * DAY)
    assert refreshing.refresh(connected.pk) == "expired"
    assert refreshes(stand_in) == 0
    connected.refresh_from_db()
    assert connected.state == State.NEEDS_REAUTH
    assert "expired" in connected.problem


def test_K14_an_answer_lost_after_meta_accepted_keeps_the_old_token_until_the_next_try(connected, stand_in, grow_old):
    grow_old(connected)
    old = credentials.read(connected, credentials.USER).token
    stand_in.control("faults", path="/refresh_access_token", kind="reset", when="after")
    assert refreshing.refresh(connected.pk) == "later"
    assert credentials.read(connected, credentials.USER).token == old
    assert ig_user.me(graphs.graph_for(connected)).username == "levain.porto"
    connected.refresh_from_db()
    assert connected.is_usable
    assert timedelta(minutes=14) < connected.refresh_due_at - timezone.now() < timedelta(minutes=31)
    assert refreshing.refresh(connected.pk) == "refreshed"


@pytest.mark.parametrize("fault", [{"kind": "empty"}, {"kind": "body", "body": "{}"}, {"kind": "html", "status": 200}])
def test_K15_an_answer_without_a_token_keeps_the_old_one(connected, stand_in, grow_old, fault):
    grow_old(connected)
    old = credentials.read(connected, credentials.USER).token
    stand_in.control("faults", path="/refresh_access_token", **fault)
    assert refreshing.refresh(connected.pk) == "later"
    assert credentials.read(connected, credentials.USER).token == old


def test_K15_a_token_of_another_account_is_thrown_away(connected, stand_in, grow_old):
    grow_old(connected)
    old = credentials.read(connected, credentials.USER).token
    stand_in.control(
        "faults", path="/me", host="graph.instagram", kind="body", body='{"id":"1","user_id":"2","username":"other"}'
    )
    assert refreshing.refresh(connected.pk) == "later"
    assert credentials.read(connected, credentials.USER).token == old


def test_K15_a_facebook_token_of_another_person_is_thrown_away(by_page, stand_in, grow_old):
    grow_old(by_page)
    stand_in.control("faults", path="/v25.0/me", host="graph.facebook", kind="body", body='{"id":"1"}')
    assert refreshing.refresh(by_page.pk) == "later"
    assert credentials.read(by_page, credentials.USER).generation == 1


def test_a_new_token_that_does_not_work_is_thrown_away(connected, stand_in, grow_old):
    grow_old(connected)
    stand_in.control("faults", path="/me", host="graph.instagram", kind="error", code=190)
    assert refreshing.refresh(connected.pk) == "later"
    assert credentials.read(connected, credentials.USER).generation == 1


def test_a_new_token_whose_owner_cannot_be_asked_is_kept(connected, stand_in, grow_old):
    grow_old(connected)
    stand_in.control("faults", path="/me", host="graph.instagram", kind="http")
    assert refreshing.refresh(connected.pk) == "refreshed"


def test_K16_trouble_at_meta_disconnects_nobody_and_waits_longer_each_time(connected, stand_in, grow_old):
    grow_old(connected)
    stand_in.control("faults", path="/refresh_access_token", kind="http", status=500, times=-1)
    waits = []
    for _ in range(8):
        assert refreshing.refresh(connected.pk) == "later"
        connected.refresh_from_db()
        waits.append(round((connected.refresh_due_at - timezone.now()).total_seconds() / 60))
    assert connected.state == State.DEGRADED
    assert waits == sorted(waits)
    assert waits[0] < waits[3]
    assert waits[-1] <= 12 * 60
    stand_in.control("faults/clear")
    assert refreshing.refresh(connected.pk) == "refreshed"
    connected.refresh_from_db()
    assert (connected.state, connected.failures, connected.problem) == (State.ACTIVE, 0, "")


def test_on_a_tokens_last_day_it_is_tried_every_hour(connected):
    connected.failures = 9
    connected.expires_at = timezone.now() + timedelta(hours=20)
    assert refreshing.back_off(connected, timezone.now()) - timezone.now() <= timedelta(hours=1)


@pytest.mark.parametrize("action", ["revoke", "password_changed", "checkpoint"])
def test_K18_one_refusal_disconnects_nobody_and_two_with_a_probe_do(connected, stand_in, grow_old, action):
    lost = []

    def listen(connection, **_):
        lost.append(connection.pk)

    grow_old(connected)
    stand_in.control("tokens", username="levain.porto", action=action)
    assert refreshing.refresh(connected.pk) == "refused"
    connected.refresh_from_db()
    assert connected.is_usable
    assert connected.auth_failed_at
    assert refreshing.refresh(connected.pk) == "refused"
    connected.refresh_from_db()
    assert connected.is_usable, "the second refusal came within a minute"
    age_the_refusal(connected)
    connection_lost.connect(listen)
    try:
        assert refreshing.refresh(connected.pk) == "refused"
    finally:
        connection_lost.disconnect(listen)
    connected.refresh_from_db()
    assert connected.state == State.NEEDS_REAUTH
    assert connected.problem
    assert refreshing.refresh(connected.pk) == "resting"


def test_K18_two_refusals_of_which_the_probe_knows_nothing_disconnect_nobody(connected, stand_in, grow_old):
    grow_old(connected)
    for _ in range(2):
        stand_in.control("faults", path="/refresh_access_token", kind="error", code=190, subcode=460)
        assert refreshing.refresh(connected.pk) == "refused"
        age_the_refusal(connected)
    stand_in.control("faults", path="/refresh_access_token", kind="error", code=190, subcode=460)
    assert refreshing.refresh(connected.pk) == "refused"
    connected.refresh_from_db()
    assert connected.state == State.ACTIVE
    assert connected.auth_failed_at is None
    assert "does not renew its access" in connected.problem
    assert connected.refresh_due_at - timezone.now() > timedelta(hours=11), "Meta is not asked every two minutes"


def test_K18_a_probe_that_meta_does_not_answer_disconnects_nobody(connected, stand_in):
    age_the_refusal(connected)
    stand_in.control("faults", path="/me", kind="http", times=-1)
    assert health.confirm_refusal(connected) is False
    connected.refresh_from_db()
    assert connected.is_usable


def test_K19_accounts_connected_together_fall_due_over_days(connected):
    now = timezone.now()
    connected.expires_at = now + 60 * DAY
    due = sorted(refreshing.due_at(Connection(expires_at=connected.expires_at), now) for _ in range(500))
    assert due[0] >= now + 40 * DAY
    assert due[-1] <= now + 47 * DAY
    assert due[-1] - due[0] >= 5 * DAY


def test_a_token_with_little_time_is_due_once_it_is_a_day_old():
    now = timezone.now()
    assert refreshing.due_at(Connection(expires_at=now + 2 * DAY), now) == now + DAY


@pytest.fixture
def handed_out(monkeypatch):
    """Return what the periodic task hands to the workers, in place of the broker."""
    sent = []
    for task in (tasks.refresh_connection, tasks.confirm_refusal):
        monkeypatch.setattr(task, "delay", lambda *args, name=task.name: sent.append((name, *args)))
    return sent


def test_the_periodic_task_hands_out_what_is_due_in_every_workspace(cast, ada, connected, grow_old, handed_out):
    mallory = cast.browser("mallory")
    consent.walk(mallory, "borealis", "instagram", "crux.lisboa")
    with workspace_in_force(cast.borealis.id):
        theirs = Connection.objects.get()
        grow_old(theirs)
    grow_old(connected)
    tasks.refresh_due()
    name = "accounts.refresh_connection"
    assert sorted(handed_out) == sorted(
        [(name, str(cast.aurora.id), str(connected.pk)), (name, str(cast.borealis.id), str(theirs.pk))]
    )
    tasks.refresh_connection(str(cast.aurora.id), str(connected.pk))
    assert entering.due_for_refresh(10) == [(cast.borealis.id, theirs.pk)]


def test_a_refused_token_is_asked_about_again_after_a_minute_without_anybody_calling(
    cast, connected, stand_in, handed_out
):
    stand_in.control("tokens", username="levain.porto", action="revoke")
    age_the_refusal(connected, 30)
    tasks.refresh_due()
    assert handed_out == []
    age_the_refusal(connected)
    tasks.refresh_due()
    assert handed_out == [("accounts.confirm_refusal", str(cast.aurora.id), str(connected.pk))]
    tasks.confirm_refusal(str(cast.aurora.id), str(connected.pk))
    connected.refresh_from_db()
    assert connected.state == State.NEEDS_REAUTH


def test_a_leased_connection_is_not_handed_out(connected, grow_old):
    grow_old(connected)
    leasing.take(Connection.objects.all(), connected.pk, timedelta(minutes=5))
    assert entering.due_for_refresh(10) == []


def test_a_refresh_without_a_readable_token_calls_nobody(connected, stand_in, grow_old):
    grow_old(connected)
    Credential.objects.update(generation=9)
    assert refreshing.refresh(connected.pk) == "refused"
    assert refreshes(stand_in) == 0
    connected.refresh_from_db()
    assert connected.state == State.NEEDS_REAUTH
