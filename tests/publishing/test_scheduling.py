from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from publishing import clock, scheduling
from publishing.models import Publication
from publishing.scheduling import Conflict, PlanRefused, When
from publishing.timing import timing
from workspaces.models import Membership

Status = Publication.Status


def at(moment: datetime, zone: str = "UTC") -> When:
    return When("at", clock.wall_time_of(moment, zone), zone)


def put(publication: Publication, **values) -> Publication:
    Publication.objects.filter(pk=publication.pk).update(**values)
    publication.refresh_from_db()
    return publication


def test_a_post_for_now_is_due_at_once(planner, account):
    publication = planner(account).publications.get()
    assert publication.status == Status.SCHEDULED
    assert publication.next_run_at <= timezone.now()
    assert publication.connection.ig_user == account
    assert (publication.app_id, publication.ig_id) == (publication.connection.app_id, account.ig_id)
    assert publication.wall_time
    assert publication.time_zone == "Europe/Lisbon"


def test_a_planned_post_is_staged_a_quarter_of_an_hour_ahead(planner, account):
    due = timezone.now().replace(second=0, microsecond=0) + timedelta(days=1)
    publication = planner(account, when=at(due)).publications.get()
    assert publication.scheduled_at == due
    assert publication.next_run_at == due - timing().stage_ahead


def test_a_draft_is_never_looked_at(planner, account):
    publication = planner(account, when=When("draft")).publications.get()
    assert (publication.status, publication.next_run_at) == (Status.DRAFT, None)


def test_a_draft_needs_neither_photo_nor_account(in_aurora):
    post = scheduling.plan(
        by=in_aurora.ada,
        membership=Membership.objects.get(user=in_aurora.ada),
        caption="",
        items=[],
        accounts=[],
        when=When("draft"),
    )
    assert post.publications.count() == 0


def test_D07_a_past_time_and_one_beyond_a_year_are_refused_with_a_reason(planner, account):
    now = timezone.now()
    with pytest.raises(PlanRefused, match="has passed"):
        planner(account, when=at(now - timedelta(minutes=1)))
    with pytest.raises(PlanRefused, match="a year ahead"):
        planner(account, when=at(now + timedelta(days=368)))
    soon = now + timedelta(seconds=5)
    when = When("at", f"{soon:%Y-%m-%dT%H:%M:%S}", "UTC")
    assert planner(account, when=when).publications.get().scheduled_at == soon.replace(microsecond=0)


def test_a_plan_names_everything_that_stands_against_it(planner, ig_user_factory):
    lonely = ig_user_factory("lonely")
    with pytest.raises(PlanRefused) as refused:
        planner(lonely, caption="x" * 2201 + " #a1" * 0)
    assert len(refused.value.problems) == 2
    assert "1 character over" in refused.value.problems[0]
    assert "@lonely" in refused.value.problems[1]
    assert not refused.value.is_confirmable


def test_who_may_only_write_cannot_schedule(planner, account, in_aurora):
    analyst = Membership.objects.get(user=in_aurora.vi)
    with pytest.raises(PlanRefused, match="role"):
        planner(account, membership=analyst)


def test_C33_a_double_click_on_publish_now_asks_before_a_second_post(planner, account):
    planner(account)
    with pytest.raises(PlanRefused) as refused:
        planner(account)
    assert refused.value.is_confirmable
    assert Publication.objects.count() == 1
    planner(account, twin_ok=True)
    assert Publication.objects.count() == 2


def test_another_photo_or_caption_is_no_twin(planner, account):
    planner(account)
    planner(account, shade=7)
    planner(account, caption="Other words")
    assert Publication.objects.count() == 3


def test_twins_a_day_apart_are_not_asked_about(planner, account):
    planner(account)
    planner(account, when=at(timezone.now() + timedelta(hours=25)))


@pytest.mark.parametrize("status", Publication.MAY_CANCEL)
def test_C32_cancel_wins_before_the_fence(publication, status):
    epoch = put(publication, status=status).lease_epoch
    scheduling.cancel(publication)
    assert (publication.status, publication.next_run_at) == (Status.CANCELLED, None)
    assert publication.lease_epoch > epoch


@pytest.mark.parametrize("status", Publication.AFTER_FENCE)
def test_C32_after_the_fence_nothing_is_cancelled_moved_or_edited(publication, status, planner, account, in_aurora):
    put(publication, status=status, next_run_at=None)
    message = "already published" if status == Status.PUBLISHED else "already being sent"
    with pytest.raises(Conflict, match=message):
        scheduling.cancel(publication)
    with pytest.raises(Conflict, match=message):
        scheduling.reschedule(publication, at(timezone.now() + timedelta(hours=3)))
    with pytest.raises(Conflict, match=message):
        _edit(publication, in_aurora, account, caption="Other words")
    publication.refresh_from_db()
    assert publication.status == status
    assert publication.revision.number == 1


def test_a_hold_that_began_after_the_fence_cannot_be_cancelled(publication):
    put(publication, status=Status.HELD, held_from=Status.CONFIRMING, held_reason="token")
    with pytest.raises(Conflict):
        scheduling.cancel(publication)


@pytest.mark.parametrize("held_from", ["", Status.READY])
def test_C32_a_container_that_was_sent_is_never_given_up_for_another(publication, held_from):
    """It waits to be sent once more and may go live by itself: with a second container there could be two posts."""
    status = Status.HELD if held_from else Status.READY
    put(
        publication, status=status, held_from=held_from, container_id="178", send_count=1, first_fence_at=timezone.now()
    )
    for when in (at(timezone.now() + timedelta(hours=3)), When("now"), When("draft")):
        with pytest.raises(Conflict, match="already being sent"):
            scheduling.reschedule(publication, when)
    assert (publication.status, publication.container_id, publication.send_count) == (status, "178", 1)


def test_moving_a_post_forgets_its_container(publication):
    put(publication, status=Status.READY, container_id="178", container_created_at=timezone.now(), failures=3)
    scheduling.reschedule(publication, at(timezone.now() + timedelta(hours=3)))
    assert (publication.status, publication.container_id, publication.failures) == (Status.SCHEDULED, "", 0)


def test_an_edit_makes_a_revision_and_keeps_the_old_one(publication, account, in_aurora):
    _edit(publication, in_aurora, account, caption="Other words")
    publication.refresh_from_db()
    assert publication.revision.number == 2
    assert publication.revision.caption == "Other words"
    assert publication.post.revisions.count() == 2


def test_an_edit_cancels_accounts_left_out_and_adds_new_ones(
    publication, in_aurora, ig_user_factory, connection_factory
):
    other = ig_user_factory("other")
    connection_factory(other, permissions=["instagram_business_basic", "instagram_business_content_publish"])
    _edit(publication, in_aurora, other, caption="Fresh bread")
    by_name = {row.username: row.status for row in publication.post.publications.all()}
    assert by_name == {"levain.porto": Status.CANCELLED, "other": Status.SCHEDULED}


def _edit(publication, cast, *accounts, caption):
    items = [(item.rendition, item.alt_text) for item in publication.revision.items.all()]
    return scheduling.edit(
        publication.post,
        by=cast.ada,
        membership=Membership.objects.get(user=cast.ada),
        caption=caption,
        items=items,
        accounts=list(accounts),
        when=When("now"),
    )


def test_retry_starts_anew_and_now(publication):
    put(publication, status=Status.FAILED, next_run_at=None, failures=4, problem="Too wide", container_id="1")
    scheduling.retry(publication)
    assert (publication.status, publication.problem, publication.container_id) == (Status.SCHEDULED, "", "")
    assert publication.scheduled_at <= datetime.now(UTC)
    with pytest.raises(Conflict):
        scheduling.retry(publication)


def test_a_person_holds_and_resumes(publication):
    put(publication, status=Status.READY)
    scheduling.hold(publication)
    assert (publication.status, publication.held_from, publication.next_run_at) == (Status.HELD, Status.READY, None)
    scheduling.resume(publication)
    assert publication.status == Status.READY
    assert publication.next_run_at is not None


def test_a_person_says_it_is_live(publication):
    put(publication, status=Status.NEEDS_REVIEW, fence_at=timezone.now())
    with pytest.raises(PlanRefused, match="not the link"):
        scheduling.settle_as_live(publication, "https://example.com/p/abc/")
    scheduling.settle_as_live(publication, "https://www.instagram.com/p/Cx_1-a/?igsh=x")
    assert publication.status == Status.PUBLISHED
    assert publication.permalink == "https://www.instagram.com/p/Cx_1-a/"
    with pytest.raises(Conflict):
        scheduling.settle_as_live(publication, "")


def test_a_person_says_it_is_not_live_and_we_look_once_more(publication):
    put(publication, status=Status.NEEDS_REVIEW, send_count=2, confirm_reads=9)
    scheduling.settle_as_not_live(publication)
    assert (publication.status, publication.confirm_reads, publication.extra_sends) == (Status.CONFIRMING, 0, 1)
