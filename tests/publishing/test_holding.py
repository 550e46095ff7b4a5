"""What stands in a post's way holds it; nothing fails for it, and it goes on from where it stopped."""

from datetime import timedelta

import pytest

from accounts import credentials, health
from accounts.models import AccountGate, Connection
from accounts.signals import account_connected, account_removed, connection_lost, connection_restored
from meta.logins import BY_KEY, Feature
from publishing import publisher, scheduling
from publishing.models import Publication
from publishing.timing import timing
from tests.publishing.engine import give_token, let_pass, skip_to_next_look

Status = Publication.Status
Hold = Publication.Hold
WAITING = [Status.SCHEDULED, Status.PREPARING, Status.PROCESSING, Status.READY]


def put(publication: Publication, **values) -> Publication:
    Publication.objects.filter(pk=publication.pk).update(**values)
    publication.refresh_from_db()
    return publication


def lose(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(state="needs_reauth", problem="The password was changed.")
    connection.refresh_from_db()
    connection_lost.send(sender=Connection, connection=connection)


def restore(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(state="active")
    connection.refresh_from_db()
    connection_restored.send(sender=Connection, connection=connection)


@pytest.mark.parametrize("status", WAITING)
def test_a_lost_connection_holds_its_posts_from_their_own_state(publication, connection, status):
    epoch = put(publication, status=status).lease_epoch
    lose(connection)
    publication.refresh_from_db()
    assert (publication.status, publication.held_reason) == (Status.HELD, Hold.TOKEN)
    assert publication.held_from == (Status.SCHEDULED if status == Status.PREPARING else status)
    assert publication.next_run_at is None
    assert publication.lease_epoch > epoch
    assert "password" in publication.problem


@pytest.mark.parametrize("status", [Status.PUBLISHING, Status.CONFIRMING, Status.PUBLISHED, Status.NEEDS_REVIEW])
def test_a_lost_connection_does_not_touch_what_was_sent(publication, connection, status):
    put(publication, status=status)
    lose(connection)
    publication.refresh_from_db()
    assert publication.status == status


@pytest.fixture
def through_page(connection_factory):
    """Return a function that connects an account through Facebook Login too."""
    scopes = BY_KEY["facebook"].scopes_for([Feature.PROFILE, Feature.PUBLISH])
    return lambda account: connection_factory(account, "facebook", permissions=list(scopes))


def test_another_connection_takes_over_what_has_no_container_yet(publication, connection, account, through_page):
    other = through_page(account)
    lose(connection)
    publication.refresh_from_db()
    assert (publication.status, publication.connection, publication.app_id) == (Status.SCHEDULED, other, other.app_id)


def test_C31_a_dead_token_before_the_fence_holds_and_the_same_container_goes_out_after_reconnecting(
    engine, planner, account, connection
):
    publication = planner(account).publications.get()
    engine.fault("/media_publish", when="before", kind="reset")  # Never reached: the token dies first.
    due = publication.scheduled_at + timedelta(minutes=10)
    put(publication, scheduled_at=due)
    engine.until(publication, Status.READY)
    container = publication.container_id
    engine.sandbox.control("faults/clear")
    engine.sandbox.control("tokens", username=account.username, action="password_changed")
    held = engine.until(publication, Status.HELD)
    assert (held.held_reason, held.held_from) == (Hold.TOKEN, Status.READY)
    assert engine.sends() == 0
    give_token(connection, account.username)
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED
    assert done.container_id == container
    assert len(engine.live()) == 1


def test_K18_two_refusals_a_minute_apart_disconnect_and_the_posts_stay_on_hold(engine, publication, connection):
    engine.sandbox.control("tokens", username=engine.username, action="revoke")
    engine.until(publication, Status.HELD)
    connection.refresh_from_db()
    assert connection.state == "active"
    Connection.objects.filter(pk=connection.pk).update(auth_failed_at=connection.auth_failed_at - timedelta(minutes=2))
    engine.finish(publication)
    connection.refresh_from_db()
    assert connection.state == "needs_reauth"
    assert (publication.status, publication.next_run_at) == (Status.HELD, None)
    give_token(connection, engine.username)
    restore(connection)
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


def test_a_token_that_dies_after_the_fence_is_waited_for_and_read_with_the_new_one(engine, publication, connection):
    engine.fault("/media_publish", when="after", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    engine.sandbox.control("tokens", username=engine.username, action="expire")
    held = engine.until(publication, Status.HELD)
    assert (held.held_from, held.doubt) == (Status.CONFIRMING, "unknown")
    give_token(connection, engine.username)
    assert engine.finish(publication).status == Status.PUBLISHED
    assert engine.sends() == 1


def test_resuming_checks_the_late_policy(engine, publication, connection):
    lose(connection)
    let_pass(publication, timedelta(hours=7))
    restore(connection)
    done = engine.finish(publication)
    assert done.status == Status.MISSED
    assert engine.live() == []
    scheduling.retry(done)
    assert engine.finish(publication).status == Status.PUBLISHED


def test_C20_a_post_found_hours_late_is_missed_and_never_published_by_itself(engine, publication):
    let_pass(publication, timedelta(hours=6, minutes=1))
    done = engine.finish(publication)
    assert done.status == Status.MISSED
    assert done.cure
    assert engine.live() == []


def test_C30_a_full_quota_holds_and_publishes_once_there_is_room_even_the_next_day(engine, publication):
    engine.sandbox.control("quota", username=engine.username, total=25, used=25)
    held = engine.until(publication, Status.HELD)
    assert held.held_reason == Hold.QUOTA
    let_pass(publication, timedelta(hours=20))
    engine.turn(publication)
    assert publication.status == Status.HELD
    engine.sandbox.control("quota", username=engine.username, total=25, used=3)
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


def test_the_last_free_place_of_the_day_goes_to_the_earlier_post(engine, planner, account):
    engine.sandbox.control("quota", username=account.username, total=10, used=9)
    first = planner(account, caption="First").publications.get()
    second = planner(account, caption="Second").publications.get()
    put(first, scheduled_at=first.scheduled_at + timedelta(minutes=5))
    put(second, scheduled_at=first.scheduled_at + timedelta(minutes=5))
    engine.until(first, Status.READY)
    engine.until(second, Status.HELD)
    assert second.held_reason == Hold.QUOTA


def test_a_closed_gate_holds_until_it_opens(engine, publication, connection):
    engine.fault("/media$", kind="throttle", method="POST", seconds=600)
    held = engine.until(publication, Status.HELD)
    assert held.held_reason == Hold.RATE
    assert held.next_run_at is not None
    skip_to_next_look(publication)
    engine.turn(publication)
    assert publication.status == Status.HELD  # The gate is still closed: it is asked, not Meta.
    AccountGate.objects.update(regain_at=None, usage_percent=0)
    assert engine.finish(publication).status == Status.PUBLISHED


def test_a_missing_permission_holds_with_words_and_a_cure(engine, publication):
    engine.fault("/media$", kind="error", code=10, status=403, method="POST")
    held = engine.until(publication, Status.HELD)
    assert held.held_reason == Hold.ACCOUNT
    assert held.problem
    assert held.cure
    assert held.next_run_at is None
    scheduling.retry(held)
    assert engine.finish(publication).status == Status.PUBLISHED


def test_100_33_before_the_fence_is_tried_again_and_disconnects_nobody(engine, publication, connection):
    engine.fault("/178[0-9]+$", kind="error", code=100, subcode=33, status=400, method="GET", times=2)
    assert engine.finish(publication).status == Status.PUBLISHED
    connection.refresh_from_db()
    assert connection.state == "active"


def test_trouble_at_meta_before_the_fence_is_waited_out(engine, publication):
    engine.fault("/media$", kind="http", status=503, method="POST", times=3)
    engine.fault("/178[0-9]+$", kind="html", status=502, method="GET", times=3)
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED
    assert len(engine.live()) == 1


def test_a_photo_instagram_refuses_fails_with_its_reason(engine, publication):
    engine.fault("/media$", kind="error", code=36003, subcode=2207009, status=400, method="POST")
    done = engine.finish(publication)
    assert done.status == Status.FAILED
    assert "tall" in done.problem
    assert "4:5" in done.cure
    assert done.error_subcode == 2207009


def test_a_photo_instagram_cannot_fetch_is_tried_three_times(engine, publication):
    engine.fault("/media$", kind="error", code=9004, subcode=2207052, status=400, method="POST", times=-1)
    done = engine.finish(publication)
    assert done.status == Status.FAILED
    assert done.containers_made == 3
    assert "HTTPS" in done.cure


def test_a_container_that_fails_to_process_is_made_anew_or_fails_with_words(engine, planner, account):
    engine.sandbox.control("containers", seconds=0, error_subcode=2207026)
    wrong = planner(account, caption="Wrong").publications.get()
    assert engine.finish(wrong).status == Status.FAILED
    engine.sandbox.control("containers", seconds=0, error_subcode=2207003)
    slow = planner(account, caption="Slow").publications.get()
    engine.until(slow, Status.PROCESSING)
    engine.sandbox.control("containers", seconds=0, error_subcode=None)
    done = engine.finish(slow)
    assert (done.status, done.containers_made) == (Status.PUBLISHED, 2)


def test_C35_an_account_that_was_removed_cancels_what_was_not_sent(engine, planner, account):
    planned = planner(account, caption="Planned").publications.get()
    sent = planner(account, caption="Sent").publications.get()
    engine.fault("/media_publish", when="after", kind="reset")
    put(planned, next_run_at=None)
    engine.until(sent, Status.CONFIRMING)
    account_removed.send(sender=type(account), ig_user=account)
    planned.refresh_from_db()
    assert planned.status == Status.CANCELLED
    assert engine.finish(sent).status == Status.PUBLISHED


def test_C35_a_post_deleted_in_the_fence_does_not_close_its_account(publication):
    put(publication, status=Status.PUBLISHING)
    publisher.gates.take_fence(publication.app_id, publication.ig_id, publication.pk)
    publication.delete()
    assert AccountGate.objects.get(ig_id=publication.ig_id).fence_holder is None


def test_a_new_connection_frees_posts_whose_container_died_with_the_old_one(
    publication, connection, account, through_page
):
    put(publication, status=Status.READY, container_id="178")
    lose(connection)
    other = through_page(account)
    account_connected.send(sender=type(account), ig_user=account, connection=other)
    publication.refresh_from_db()
    assert (publication.connection, publication.container_id) == (other, "")
    assert (publication.status, publication.held_from) == (Status.HELD, Status.SCHEDULED)
    assert publication.next_run_at is not None


def test_what_was_sent_stays_with_its_connection_and_is_looked_for_through_the_new_one(
    publication, connection, account, through_page
):
    put(
        publication,
        status=Status.HELD,
        held_from=Status.CONFIRMING,
        held_reason=Hold.TOKEN,
        container_id="178",
        first_fence_at=publication.created_at,
    )
    Connection.objects.filter(pk=connection.pk).update(state="needs_reauth")
    account_connected.send(sender=type(account), ig_user=account, connection=through_page(account))
    publication.refresh_from_db()
    assert (publication.connection, publication.container_id) == (connection, "178")
    assert publication.next_run_at is not None


def test_an_unreadable_credential_holds_and_calls_nobody(engine, publication, connection):
    credentials.shred(connection)
    held = engine.until(publication, Status.HELD)
    assert held.held_reason == Hold.TOKEN
    assert engine.sends() == 0


def test_the_wait_after_a_dead_token_is_longer_than_what_counts_as_two_refusals():
    assert timing().second_refusal > health.BETWEEN_REFUSALS
