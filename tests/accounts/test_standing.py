"""Health, gates, ledger, choosing, heartbeats: what every remote call leans on."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts import budgets, choosing, gates, health, heartbeats, ledger
from accounts.models import AccountGate, Connection, Heartbeat, RemoteAttempt
from meta import error_table, errors
from meta.errors import NoAnswer, ObjectMissing, PermissionMissing, RateLimited, Rejected, TryLater
from meta.logins import BY_KEY, Feature
from meta.usage import Usage

State = Connection.State
ALL = [Feature.PROFILE, Feature.PUBLISH, Feature.INSIGHTS]


@pytest.fixture
def account(in_aurora, ig_user_factory):
    return ig_user_factory("northlight")


@pytest.fixture
def connection(account, connection_factory) -> Connection:
    return connection_factory(account, permissions=list(BY_KEY["instagram"].scopes_for(ALL)))


@pytest.mark.parametrize(
    "error", [ObjectMissing("gone", code=100, subcode=33), Rejected("no"), errors.NotEnoughViewers("few")]
)
def test_K17_a_refusal_of_the_request_says_nothing_about_the_connection(connection, error):
    for _ in range(50):
        health.note_error(connection, error)
    connection.refresh_from_db()
    assert (connection.state, connection.failures, connection.auth_failed_at) == (State.ACTIVE, 0, None)


@pytest.mark.parametrize("error", [TryLater("busy"), NoAnswer("silence")])
def test_trouble_three_times_in_a_row_shows_and_the_first_success_takes_it_back(connection, error):
    health.note_error(connection, error)
    health.note_error(connection, error)
    assert connection.state == State.ACTIVE
    health.note_error(connection, error)
    connection.refresh_from_db()
    assert connection.state == State.DEGRADED
    health.note_success(connection)
    connection.refresh_from_db()
    assert (connection.state, connection.failures, connection.problem) == (State.ACTIVE, 0, "")


def test_a_missing_permission_is_named_and_disconnects_nobody(connection):
    health.note_error(connection, PermissionMissing("A permission is missing.", code=10, cure="Connect again."))
    connection.refresh_from_db()
    assert connection.state == State.ACTIVE
    assert connection.problem == "A permission is missing. Connect again."


def test_every_code_of_metas_table_but_dead_tokens_leaves_the_connection_usable(connection):
    for code, meaning in error_table.BY_CODE.items():
        if not issubclass(meaning.kind, errors.TokenInvalid):
            health.note_error(connection, meaning.kind(meaning.cause, code=code))
    connection.refresh_from_db()
    assert connection.is_usable


def test_a_success_does_not_bring_a_lost_connection_back_by_itself(connection):
    Connection.objects.update(state=State.NEEDS_REAUTH)
    connection.refresh_from_db()
    health.note_success(connection)
    connection.refresh_from_db()
    assert connection.state == State.NEEDS_REAUTH


@pytest.mark.parametrize(
    ("percent", "publish", "routine", "backfill"),
    [
        (59, True, True, True),
        (60, True, True, False),
        (75, True, False, False),
        (99, True, False, False),
        (100, False, False, False),
    ],
)
def test_purposes_give_way_in_order_as_the_budget_fills(connection, percent, publish, routine, backfill):
    ig_id = connection.ig_user.ig_id
    gates.note_usage(connection.app_id, ig_id, Usage(account_percent={"1": percent}))
    rooms = [gates.room_for(connection, purpose).ok for purpose in ("publish", "routine", "backfill")]
    assert rooms == [publish, routine, backfill]


def test_a_limit_of_one_account_stops_no_other_and_one_of_the_app_stops_all(
    connection, ig_user_factory, connection_factory
):
    other = connection_factory(ig_user_factory("other"))
    health.note_error(connection, RateLimited("slow down", code=80002, regain_after=timedelta(minutes=10)))
    room = gates.room_for(connection, "publish")
    assert not room.ok
    assert timedelta(minutes=10) < room.until - timezone.now() <= timedelta(minutes=11)
    assert gates.room_for(other, "backfill").ok
    health.note_error(connection, RateLimited("slow down", code=4))
    assert not gates.room_for(other, "publish").ok


def test_an_old_reading_brakes_nothing(connection):
    gates.note_usage(connection.app_id, connection.ig_user.ig_id, Usage(account_percent={"1": 99}))
    AccountGate.objects.update(usage_read_at=timezone.now() - budgets.READING_LASTS)
    assert gates.room_for(connection, "backfill").ok


@pytest.mark.django_db(transaction=True)
def test_of_several_publications_one_takes_the_fence(db):
    holders = [uuid4() for _ in range(4)]
    together, won = threading.Barrier(4), []

    def take(holder) -> None:
        together.wait()
        if gates.take_fence("app", "ig", holder):
            won.append(holder)
        database.close()

    threads = [threading.Thread(target=take, args=[holder]) for holder in holders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert gates.take_fence("app", "ig", won[0]), "taking it twice is taking it once"
    loser = next(holder for holder in holders if holder not in won)
    assert not gates.release_fence("app", "ig", loser)
    assert not gates.take_fence("app", "ig", loser)
    assert gates.release_fence("app", "ig", won[0])
    assert gates.take_fence("app", "ig", loser)


def test_a_fence_older_than_any_container_falls(db):
    assert gates.take_fence("app", "ig", uuid4())
    assert not gates.take_fence("app", "ig", uuid4())
    AccountGate.objects.update(fenced_at=timezone.now() - timedelta(hours=26))
    assert gates.take_fence("app", "ig", uuid4())


def test_the_quota_is_read_and_kept(connected, stand_in):
    stand_in.control("quota", username="levain.porto", total=77, used=5)
    gate = gates.read_quota(connected)
    assert (gate.quota_total, gate.quota_used) == (77, 5)
    assert gate.quota_read_at


def test_the_ledger_has_the_row_before_the_call_and_the_outcome_after(connection):
    with ledger.attempt("media_publish", connection=connection, subject=uuid4(), epoch=3) as entry:
        under_way = RemoteAttempt.objects.get()
        assert (under_way.outcome, under_way.finished_at, under_way.epoch) == ("", None, 3)
        entry.said = "ok"
    row = RemoteAttempt.objects.get()
    assert (row.outcome, row.said) == ("ok", "ok")
    assert row.finished_at


def test_the_ledger_keeps_what_meta_said_and_lets_the_error_through(connection):
    error = NoAnswer("Silence.", code=2, subcode=7, http_status=500, trace_id="Abc")
    with pytest.raises(NoAnswer), ledger.attempt("media_publish", connection=connection):
        raise error
    row = RemoteAttempt.objects.get()
    assert (row.outcome, row.code, row.subcode, row.http_status) == ("no_answer", 2, 7, 500)
    assert (row.trace_id, row.said) == ("Abc", "Silence.")


def test_the_ledger_says_when_our_own_code_broke(connection):
    with pytest.raises(ZeroDivisionError), ledger.attempt("media_publish", connection=connection):
        _ = 1 / 0
    assert RemoteAttempt.objects.get().outcome == "broken"


@pytest.mark.django_db(transaction=True)
def test_the_ledger_refuses_to_write_into_an_open_transaction(connection):
    with transaction.atomic(), pytest.raises(RuntimeError), ledger.attempt("media_publish", connection=connection):
        pass


def test_a_healthy_connection_through_a_page_is_chosen_first(account, connection, connection_factory):
    by_page = connection_factory(account, "facebook", permissions=list(BY_KEY["facebook"].scopes_for(ALL)))
    assert choosing.connection_for(account, "publish") == by_page
    Connection.objects.filter(pk=by_page.pk).update(state=State.DEGRADED)
    assert choosing.connection_for(account, "publish") == connection


def test_a_page_role_without_content_does_not_publish_and_says_so(account, connection_factory):
    connection_factory(account, "facebook", permissions=list(BY_KEY["facebook"].scopes_for(ALL)), tasks=["ANALYZE"])
    assert choosing.connection_for(account, "publish") is None
    assert choosing.connection_for(account, "insights") is not None
    assert "may not create content" in choosing.why_not(account, "publish")


def test_a_lost_or_removed_account_says_why_nothing_serves_it(account, connection):
    Connection.objects.update(state=State.NEEDS_REAUTH)
    assert choosing.connection_for(account, "read") is None
    assert "Connect it again" in choosing.why_not(account, "read")
    account.removed_at = timezone.now()
    assert "removed" in choosing.why_not(account, "read")


def test_a_heartbeat_is_heard_for_a_while(db):
    assert not heartbeats.alive("worker")
    heartbeats.beat("worker")
    heartbeats.beat("worker")
    assert Heartbeat.objects.count() == 1
    assert heartbeats.alive("worker")
    assert not heartbeats.alive("dispatcher")
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
    assert not heartbeats.alive("worker")
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(days=2))
    assert heartbeats.forget_the_dead() == 1
