from datetime import timedelta

from django.utils import timezone

from publishing.models import Publication
from publishing.scheduling import When
from tests.publishing.engine import skip_to_next_look

Status = Publication.Status


def test_a_post_for_now_goes_live_once_with_its_link(engine, publication):
    done = engine.finish(publication)
    assert done.status == Status.PUBLISHED, done.problem
    [live] = engine.live()
    assert live["id"] == done.ig_media_id
    assert live["caption"] == "Fresh bread"
    assert done.permalink
    assert engine.sends() == 1
    assert done.send_count == 1


def test_a_planned_post_is_staged_looked_at_and_then_one_call_remains(engine, planner, account):
    due = timezone.now() + timedelta(hours=2)
    publication = planner(account, when=When("at", f"{due:%Y-%m-%dT%H:%M:%S}", "UTC")).publications.get()
    assert engine.until(publication, Status.READY).scheduled_at > timezone.now() + timedelta(minutes=10)
    assert engine.live() == []
    while publication.next_run_at < publication.scheduled_at:
        skip_to_next_look(publication)
        engine.turn(publication)
    assert publication.looked_at is not None
    before = len(engine.sandbox.read("requests")["requests"])
    skip_to_next_look(publication)
    engine.turn(publication)
    calls = engine.sandbox.read("requests")["requests"][before:]
    assert [call["path"].split("/")[-1] for call in calls] == ["media_publish"]
    assert publication.status == Status.PUBLISHED
    assert publication.late_by < timedelta(seconds=2)
