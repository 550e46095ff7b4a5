"""After the fence: whatever the wire does, one post is live, none is lost, and nobody is told a falsehood."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccountGate, RemoteAttempt
from meta.graph import Graph
from publishing import scheduling
from publishing.models import Publication
from publishing.timing import timing
from tests.publishing.engine import skip_to_next_look

Status = Publication.Status
PUBLISH = "/media_publish"
ACCEPTED_YET = {
    "C24_reset": {"kind": "reset"},
    "C11_drop": {"kind": "drop"},
    "C25_spam_block": {"kind": "error", "code": 4, "subcode": 2207051, "status": 400},
    "C25_quota": {"kind": "error", "code": 9, "subcode": 2207042, "status": 400},
    "C25_rate": {"kind": "throttle"},
    "C25_token": {"kind": "error", "code": 190, "subcode": 460, "status": 400},
    "C25_permission": {"kind": "error", "code": 10, "status": 403},
    "C25_validation": {"kind": "error", "code": 100, "status": 400},
    "C25_not_ready": {"kind": "error", "code": 9007, "subcode": 2207027, "status": 400},
    "C25_container_gone": {"kind": "error", "code": 24, "subcode": 2207008, "status": 400},
    "C25_restricted": {"kind": "error", "code": 25, "subcode": 2207050, "status": 400},
    "C25_temporary": {"kind": "error", "code": 2, "status": 500},
    "C26_no_body": {"kind": "empty"},
    "C26_empty_object": {"kind": "body", "body": "{}"},
    "C26_truncated": {"kind": "body", "body": '{"id": "18'},
    "C26_html": {"kind": "html", "status": 200},
    "C11_bad_gateway": {"kind": "html", "status": 502},
    "C11_plain_500": {"kind": "http", "status": 500},
}


@pytest.mark.parametrize("fault", ACCEPTED_YET.values(), ids=ACCEPTED_YET)
def test_a_spoiled_answer_to_an_accepted_post_does_not_publish_it_twice(engine, publication, fault):
    engine.fault(PUBLISH, when="after", **fault)
    asked = engine.until(publication, Status.CONFIRMING, Status.HELD)
    assert asked.status == Status.CONFIRMING
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED, done.problem
    [live] = engine.live()
    assert done.ig_media_id == live["id"]
    assert done.permalink
    assert engine.sends() == 1


@pytest.mark.parametrize("kind", ["reset", "drop"])
def test_C10_a_send_that_never_arrived_is_repeated_once_after_ten_minutes_with_the_same_container(
    engine, publication, kind
):
    engine.fault(PUBLISH, when="before", kind=kind)
    engine.until(publication, Status.CONFIRMING)
    container = publication.container_id
    while publication.status == Status.CONFIRMING:
        skip_to_next_look(publication)
        waited = timezone.now() - publication.fence_at
        engine.turn(publication)
    assert waited >= timing().settled
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED
    assert done.container_id == container
    assert done.send_count == 2
    assert len(engine.live()) == 1


def test_C10_with_one_send_allowed_a_person_is_asked_instead(engine, publication, settings):
    settings.PUBLISH_MAX_SENDS = 1
    engine.fault(PUBLISH, when="before", kind="reset")
    done = engine.finish(publication)
    assert done.status == Status.NEEDS_REVIEW
    assert done.problem
    assert engine.live() == []
    assert done.send_count == 1


def test_a_person_who_says_it_is_not_live_gets_it_published_after_a_last_look(engine, publication, settings):
    settings.PUBLISH_MAX_SENDS = 1
    engine.fault(PUBLISH, when="before", kind="reset")
    engine.finish(publication)
    scheduling.settle_as_not_live(publication)
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


def test_a_person_who_is_wrong_about_it_does_not_cause_a_second_post(engine, publication, settings):
    settings.PUBLISH_MAX_SENDS = 1
    engine.fault(PUBLISH, when="after", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    Publication.objects.filter(pk=publication.pk).update(status=Status.NEEDS_REVIEW, next_run_at=None)
    publication.refresh_from_db()
    scheduling.settle_as_not_live(publication)
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED
    assert len(engine.live()) == 1


def test_C11_an_answer_later_than_our_patience_is_looked_for(engine, publication, monkeypatch):
    monkeypatch.setitem(Graph.__init__.__kwdefaults__, "deadline", 0.5)
    engine.fault(PUBLISH, when="after", kind="hang", seconds=3)
    engine.until(publication, Status.CONFIRMING)
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


@pytest.mark.parametrize(("code", "status"), [(100, 400), (506, 400), (36003, 400)])
def test_a_refusal_in_plain_words_fails_after_one_look(engine, publication, code, status):
    engine.fault(PUBLISH, when="before", kind="error", code=code, status=status)
    done = engine.finish(publication)
    assert done.status == Status.FAILED
    assert done.confirm_reads == 1
    assert done.problem
    assert done.error_code == code
    assert engine.live() == []


def test_9007_a_container_not_ready_is_sent_again_a_minute_later(engine, publication):
    engine.fault(PUBLISH, when="before", kind="error", code=9007, subcode=2207027, status=400)
    engine.until(publication, Status.CONFIRMING)
    engine.until(publication, Status.READY)
    assert publication.next_run_at - publication.fence_at >= timedelta(seconds=30)
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


@pytest.mark.parametrize("subcode", [2207051, 2207042])
def test_a_limit_that_was_meant_waits_for_full_proof_then_holds_then_publishes_once(engine, publication, subcode):
    code = {2207051: 4, 2207042: 9}[subcode]
    engine.fault(PUBLISH, when="before", kind="error", code=code, subcode=subcode, status=400)
    engine.until(publication, Status.CONFIRMING)
    held = engine.until(publication, Status.HELD)
    assert held.held_from == Status.CONFIRMING
    assert held.confirm_reads >= 3
    assert engine.live() == []
    open_gates()
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


def open_gates():
    AccountGate.objects.update(regain_at=None, usage_percent=0)


def test_C28_while_nothing_can_be_read_we_wait_and_disconnect_nobody(engine, publication, connection):
    engine.fault(PUBLISH, when="after", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    engine.fault("/178", kind="error", code=100, subcode=33, status=400, times=-1, method="GET")
    for _hour in range(9):
        skip_to_next_look(publication)
        engine.turn(publication)
    assert publication.status == Status.CONFIRMING
    connection.refresh_from_db()
    assert connection.state == "active"
    engine.sandbox.control("faults/clear")
    assert engine.finish(publication).status == Status.PUBLISHED
    assert len(engine.live()) == 1


def test_C29_after_a_day_without_any_reading_a_person_is_asked(engine, publication):
    engine.fault(PUBLISH, when="after", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    engine.fault("/", kind="http", status=503, times=-1, method="GET", host="graph.instagram.com")
    done = engine.finish(publication)
    assert done.status == Status.NEEDS_REVIEW
    assert engine.sends() == 1


def test_C29_after_a_day_with_a_listing_but_no_container_it_has_failed(engine, publication):
    engine.fault(PUBLISH, when="before", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    engine.fault("/178\\d+$", kind="error", code=100, subcode=33, status=400, times=-1, method="GET")
    done = engine.finish(publication)
    assert done.status == Status.FAILED
    assert engine.live() == []


def test_a_dead_container_that_is_not_in_the_listing_is_made_anew(engine, publication):
    engine.fault(PUBLISH, when="before", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    first = publication.container_id
    engine.sandbox.control("clock", advance_seconds=25 * 3600)
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED
    assert done.container_id != first
    assert len(engine.live()) == 1


def test_C37_of_two_posts_with_the_same_words_each_gets_its_own_media(engine, planner, account):
    one = planner(account).publications.get()
    other = planner(account, twin_ok=True).publications.get()
    engine.fault(PUBLISH, when="after", kind="reset", times=2)
    engine.finish(one)
    engine.finish(other)
    live = {row["id"]: row["creation_id"] for row in engine.live()}
    assert len(live) == 2
    assert {one.ig_media_id, other.ig_media_id} == set(live)
    assert live[one.ig_media_id] == one.container_id
    assert live[other.ig_media_id] == other.container_id


def test_C37_a_twin_in_doubt_keeps_the_other_waiting(engine, planner, account):
    one = planner(account).publications.get()
    other = planner(account, twin_ok=True).publications.get()
    engine.fault(PUBLISH, when="after", kind="reset")
    engine.until(one, Status.CONFIRMING)
    engine.until(other, Status.READY)
    for _turn in range(3):
        skip_to_next_look(other)
        engine.turn(other)
    assert other.status == Status.READY
    engine.finish(one)
    assert engine.finish(other).status == Status.PUBLISHED
    assert len(engine.live()) == 2


def test_another_post_of_the_account_is_never_taken_for_ours(engine, planner, account):
    first = engine.finish(planner(account).publications.get())
    second = planner(account, twin_ok=True).publications.get()
    engine.fault(PUBLISH, when="before", kind="reset")
    engine.until(second, Status.CONFIRMING)
    done = engine.finish(second)
    assert done.status == Status.PUBLISHED
    assert done.ig_media_id != first.ig_media_id
    assert len(engine.live()) == 2


def test_the_ledger_tells_every_send_and_no_secret(engine, publication):
    engine.fault(PUBLISH, when="before", kind="error", code=2, status=500)
    engine.finish(publication)
    rows = list(RemoteAttempt.objects.filter(subject=publication.pk))
    assert [(row.operation, row.outcome) for row in rows] == [
        ("container.create", "ok"),
        ("media.publish", "no_answer"),
        ("media.publish", "ok"),
    ]
    assert rows[1].http_status == 500
    assert all(row.finished_at for row in rows)
    assert not any("Fresh bread" in row.said or "IGAA" in row.said for row in rows)


def test_C13_a_link_that_cannot_be_read_changes_no_status(engine, publication):
    engine.fault("/180", kind="http", status=500, times=3, method="GET")
    engine.until(publication, Status.PUBLISHED)
    assert publication.permalink == ""
    done = engine.finish(publication)
    assert (done.status, bool(done.permalink)) == (Status.PUBLISHED, True)
