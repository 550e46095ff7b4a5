"""The dispatcher: on the second, with or without Redis, and it finishes what it began."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.db import connection

from accounts import heartbeats
from publishing import clock, dispatching, publisher, tasks
from publishing.dispatching import Dispatcher
from publishing.models import Publication
from tests.servers import wait_until

Status = Publication.Status
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def running(dispatcher: Dispatcher):
    def run() -> None:
        try:
            dispatcher.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        thread.join(90)
        assert not thread.is_alive()


@pytest.fixture
def on_the_clock(engine, publication, monkeypatch) -> Publication:
    """Return a publication that is staged and due in four seconds."""
    engine.until(publication, Status.READY)
    monkeypatch.setattr(publisher, "TURNS_PER_TICKET", 12)
    now = clock.database_now()
    Publication.objects.filter(pk=publication.pk).update(
        scheduled_at=now + timedelta(seconds=4), looked_at=None, next_run_at=now
    )
    return publication


def published(publication: Publication) -> bool:
    publication.refresh_from_db()
    return publication.status == Status.PUBLISHED


def test_C18_with_redis_away_the_dispatcher_publishes_itself_and_on_the_second(engine, on_the_clock, capsys):
    with running(Dispatcher()):
        wait_until(lambda: published(on_the_clock), "It is not published", 60)
    late = (on_the_clock.fence_at - on_the_clock.scheduled_at).total_seconds()
    with capsys.disabled():
        print(f"\n[inline, Redis away] sent {late * 1000:.0f} ms after it was due")  # noqa: T201
    assert 0 <= late < 3
    assert len(engine.live()) == 1
    assert heartbeats.alive("dispatcher")


def test_what_is_claimed_while_stopping_is_given_back(publication):
    dispatcher = Dispatcher()
    dispatcher.stop()
    assert dispatcher.look() == 1
    publication.refresh_from_db()
    assert publication.lease_until is None
    assert dispatcher.look() == 1


def test_C34_stopping_waits_for_what_was_begun(engine, on_the_clock):
    engine.fault("/media_publish", kind="slow", seconds=2)
    with running(Dispatcher(inline=True)) as dispatcher:
        wait_until(lambda: Publication.objects.filter(status=Status.PUBLISHING).exists(), "It was not sent", 60)
        dispatcher.stop()
    assert published(on_the_clock)


def test_the_dispatcher_sleeps_until_the_next_due_time_and_never_long(publication):
    dispatcher = Dispatcher()
    soon = clock.database_now() + timedelta(seconds=0.7)
    Publication.objects.filter(pk=publication.pk).update(next_run_at=soon)
    assert dispatcher.pause() <= timedelta(seconds=0.7)
    Publication.objects.filter(pk=publication.pk).update(next_run_at=soon + timedelta(days=1))
    assert dispatcher.pause() == timedelta(seconds=2)


def test_a_step_that_breaks_does_not_end_the_dispatcher(engine, publication, monkeypatch, caplog):
    def breaks(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(publisher, "take_step", breaks)
        dispatcher = Dispatcher(inline=True)
        dispatcher.look()
        wait_until(lambda: not dispatcher.under_way, "The step did not end", 30)
    assert "A step broke" in caplog.text


def test_look_gives_back_what_it_cannot_hand_over(publication):
    tasks.look()
    publication.refresh_from_db()
    assert (publication.status, publication.lease_until) == (Status.SCHEDULED, None)


@pytest.mark.parametrize(("name", "value"), [("PUBLISH_MAX_SENDS", 3), ("PUBLISH_MAX_SENDS", 0), ("TIMING_SCALE", 0)])
def test_settings_that_would_break_a_promise_are_found_at_the_start(settings, name, value):
    setattr(settings, name, value)
    assert any(found.id.startswith("publishing.") for found in run_checks())
    assert dispatching.INLINE > 0
