"""Who works on a row: one worker at a time, however many look and however often a message is delivered."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from publishing import claiming, clock, publisher, recording, scheduling
from publishing.claiming import LostLease
from publishing.models import Publication
from publishing.publisher import take_step
from tests.publishing.engine import let_pass, skip_to_next_look
from workspaces.scoping import workspace_in_force

Status = Publication.Status


def claimed(publication: Publication) -> claiming.Ticket:
    [ticket] = [ticket for ticket in claiming.due(50) if ticket.publication_id == publication.pk]
    return ticket


def test_what_is_claimed_is_not_claimed_again_until_the_lease_runs_out(publication):
    first = claimed(publication)
    assert claiming.due(50) == []
    let_pass(publication, timedelta(seconds=121))
    assert claimed(publication).epoch == first.epoch + 1


def test_C16_a_ticket_delivered_three_times_is_taken_up_once(publication):
    ticket = claimed(publication)
    turns = [claiming.begin(ticket.publication_id, ticket.epoch) for _ in range(3)]
    assert [turn is not None for turn in turns] == [True, False, False]


def test_a_ticket_that_lay_longer_than_its_lease_is_void(publication):
    ticket = claimed(publication)
    let_pass(publication, timedelta(seconds=121))
    assert claiming.begin(ticket.publication_id, ticket.epoch) is None


def test_what_is_not_due_is_not_claimed(publication):
    soon = clock.database_now() + timedelta(seconds=30)
    Publication.objects.filter(pk=publication.pk).update(next_run_at=soon)
    assert claiming.due(50) == []
    assert timedelta(seconds=20) < claiming.next_due() <= timedelta(seconds=30)


def test_a_worker_that_lost_its_lease_writes_nothing(publication):
    ticket = claimed(publication)
    slow = claiming.begin(ticket.publication_id, ticket.epoch)
    let_pass(publication, timedelta(seconds=121))
    claimed(publication)
    with pytest.raises(LostLease):
        slow.write(problem="too late")
    publication.refresh_from_db()
    assert publication.problem == ""


def test_a_row_found_in_the_fence_is_confirming_for_whoever_finds_it(publication):
    Publication.objects.filter(pk=publication.pk).update(
        status=Status.PUBLISHING, lease_until=publication.created_at - timedelta(minutes=5)
    )
    claimed(publication)
    publication.refresh_from_db()
    assert publication.status == Status.CONFIRMING


def test_given_back_is_free_at_once(publication):
    ticket = claimed(publication)
    claiming.give_back(ticket)
    assert claimed(publication)


def test_C21_a_worker_frozen_in_the_fence_that_wakes_up_later_reports_what_it_heard(engine, publication):
    """Its lease and epoch are long gone; the id Meta gave it is evidence all the same."""
    engine.until(publication, Status.PROCESSING)
    Publication.objects.filter(pk=publication.pk).update(scheduled_at=F("scheduled_at") + timedelta(hours=1))
    engine.until(publication, Status.READY)
    let_pass(publication, timedelta(hours=1))
    skip_to_next_look(publication)
    ticket = claimed(publication)
    frozen = claiming.begin(ticket.publication_id, ticket.epoch)
    take_step(frozen)
    publication.refresh_from_db()
    assert publication.status == Status.PUBLISHED
    Publication.objects.filter(pk=publication.pk).update(status=Status.NEEDS_REVIEW, ig_media_id="", lease_epoch=99)
    recording.record_live(frozen.row, engine.live()[0]["id"])
    publication.refresh_from_db()
    assert (publication.status, publication.ig_media_id) == (Status.PUBLISHED, engine.live()[0]["id"])


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.PROCESSING, Status.READY])
def test_C32_a_cancel_that_comes_while_a_worker_is_busy_wins_and_nothing_is_sent(engine, publication, status):
    if status != Status.SCHEDULED:
        Publication.objects.filter(pk=publication.pk).update(scheduled_at=F("scheduled_at") + timedelta(minutes=14))
        engine.until(publication, status)
    skip_to_next_look(publication)
    ticket = claimed(publication)
    turn = claiming.begin(ticket.publication_id, ticket.epoch)
    scheduling.cancel(publication)
    take_step(turn)
    publication.refresh_from_db()
    assert publication.status == Status.CANCELLED
    assert engine.sends() == 0


@pytest.mark.django_db(transaction=True)
def test_C16_many_claimers_at_once_share_the_rows_without_overlap(planner, account, in_aurora):
    for number in range(24):
        planner(account, caption=f"Post {number}")
    taken: list[claiming.Ticket] = []
    start = threading.Barrier(4)

    def claim() -> None:
        start.wait()
        try:
            while tickets := claiming.due(3):
                taken.extend(tickets)
        finally:
            connection.close()

    together(claim, 4)
    assert max(Counter(ticket.publication_id for ticket in taken).values()) == 1
    assert len(taken) == 24


@pytest.mark.django_db(transaction=True)
def test_C16_four_workers_with_every_ticket_three_times_publish_once_each(engine, planner, account, in_aurora):
    engine.sandbox.control("quota", username=account.username, total=1000)
    posts = [planner(account, caption=f"Post {number}").publications.get() for number in range(6)]

    def work() -> None:
        try:
            with workspace_in_force(in_aurora.aurora.id):
                for _look in range(25):
                    for ticket in claiming.due(2):
                        for _delivery in range(3):
                            publisher.advance(ticket.publication_id, ticket.epoch)
                    Publication.objects.filter(next_run_at__isnull=False, lease_until=None).update(
                        next_run_at=F("created_at")
                    )
        finally:
            connection.close()

    together(work, 4)
    for post in posts:
        engine.finish(post)
    assert {post.status for post in posts} == {Status.PUBLISHED}
    assert Counter(media["caption"] for media in engine.live()) == {f"Post {number}": 1 for number in range(6)}


def together(target, number: int) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            target()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failed, failed
