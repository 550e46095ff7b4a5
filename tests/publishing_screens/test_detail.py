"""One publication: its state in words, and what a person can do about it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Connection, RemoteAttempt
from publishing.models import Post, Publication
from publishing.states import STATES, state_of
from tests.publishing_screens.conftest import LISBON, wall
from tests.publishing_screens.test_compose import shown, text
from workspaces.models import Membership, MembershipClient
from workspaces.scoping import workspace_in_force

Status = Publication.Status


def at(row, action: str = "") -> str:
    return f"/w/aurora/publications/{row.pk}/{action}"


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_every_state_is_a_word_and_a_sentence(ed, planned, put, rows, status):
    row = planned()
    put(row, status=status)
    page = shown(ed.get(at(row)))
    assert str(STATES[status].word) in page
    assert str(state_of(rows()[0]).sentence) in page


def test_nobody_hears_of_trying_again_while_a_lost_answer_is_looked_for(ed, planned, put):
    row = planned()
    put(row, status="confirming", problem="Meta's service has a temporary problem.", cure="We wait and try again.")
    page = shown(ed.get(at(row)))
    assert "temporary problem" in page
    assert "try again" not in page


def test_a_post_that_waits_for_the_connection_leads_to_the_account(ed, planned, put):
    row = planned()
    put(row, status="held", held_reason="token")
    assert f'href="/w/aurora/accounts/{row.ig_user_id}/"' in text(ed.get(at(row)))
    put(row, held_reason="rate")
    assert f'href="/w/aurora/accounts/{row.ig_user_id}/"' not in text(ed.get(at(row)))


def test_a_hold_that_ends_by_itself_says_when_it_looks_again(ed, planned, put):
    row = planned()
    put(row, status="held", held_reason="rate", next_run_at=timezone.now() + timedelta(minutes=12))
    assert "Looks again" in shown(ed.get(at(row)))
    put(row, held_reason="token")
    assert "Looks again" not in shown(ed.get(at(row)))


def test_the_way_back_leads_to_the_month_of_the_workspace_s_own_clock(cast, ed, planned, put):
    row = planned()
    cast.aurora.time_zone = "Asia/Kathmandu"
    cast.aurora.save()
    put(row, scheduled_at=datetime(2027, 1, 31, 20, tzinfo=UTC))
    assert "?month=2027-02" in text(ed.get(at(row)))


def test_a_zone_with_the_same_time_is_not_repeated(cast, ed, planned, put):
    row = planned()
    put(row, time_zone="UTC", scheduled_at=datetime(2027, 1, 15, 12, tzinfo=UTC))
    for zone, repeated in (("Africa/Abidjan", False), ("Asia/Kathmandu", True)):
        cast.aurora.time_zone = zone
        cast.aurora.save()
        assert ("Kathmandu" in shown(ed.get(at(row, "status/")))) is repeated
        assert "Abidjan" not in shown(ed.get(at(row, "status/")))


def test_a_published_post_says_the_second_and_links_to_it(ed, planned, put):
    row = planned()
    moment = timezone.now().replace(microsecond=0)
    put(row, status="published", published_at=moment, permalink="https://www.instagram.com/p/Cx1/")
    page = ed.get(at(row))
    assert 'href="https://www.instagram.com/p/Cx1/"' in text(page)
    assert "It is live on Instagram." in shown(page)
    assert f":{moment:%M:%S}" in shown(page)
    assert "hx-get" not in text(ed.get(at(row, "status/")))


def test_the_link_may_be_on_its_way(ed, planned, put):
    row = planned()
    put(row, status="published", published_at=timezone.now())
    page = ed.get(at(row))
    assert "the link is on its way" in shown(page)
    assert "hx-get" in text(page)


class TestRefreshing:
    @pytest.mark.parametrize(
        ("was", "status", "anew"),
        [
            ("scheduled", "preparing", False),
            ("processing", "ready", False),
            ("ready", "publishing", True),
            ("confirming", "needs_review", True),
            ("ready", "held", True),
            ("published", "published", False),
        ],
    )
    def test_the_whole_screen_comes_anew_when_other_actions_are_offered(self, ed, planned, put, was, status, anew):
        row = planned()
        put(row, status=status)
        assert ed.get(at(row, "status/"), {"was": was}).has_header("HX-Refresh") is anew

    @pytest.mark.parametrize("status", ["preparing", "processing", "publishing", "confirming"])
    def test_it_asks_again_while_something_moves(self, ed, planned, put, status):
        row = planned()
        put(row, status=status)
        assert 'hx-trigger="every 2s"' in text(ed.get(at(row, "status/")))

    @pytest.mark.parametrize("status", ["failed", "needs_review", "held", "missed", "cancelled", "draft"])
    def test_it_stops_once_it_is_settled(self, ed, planned, put, status):
        row = planned()
        put(row, status=status)
        assert "hx-trigger" not in text(ed.get(at(row, "status/")))

    def test_it_rests_while_the_time_is_far_away(self, ed, planned, put):
        row = planned()
        assert "hx-trigger" not in text(ed.get(at(row, "status/")))
        put(row, scheduled_at=timezone.now() + timedelta(minutes=5))
        assert 'hx-trigger="every 10s"' in text(ed.get(at(row, "status/")))

    def test_other_buttons_load_the_whole_screen(self, ed, planned, put):
        row = planned()
        put(row, scheduled_at=timezone.now() + timedelta(minutes=5))
        asked = text(ed.get(at(row))).split('hx-get="')[1].split('"')[0]
        assert "HX-Refresh" not in ed.get(asked)
        for status in ("published", "needs_review"):
            put(row, status=status)
            assert ed.get(asked)["HX-Refresh"] == "true"

    def test_the_part_is_not_a_page(self, ed, planned):
        assert "<html" not in text(ed.get(at(planned(), "status/")))


def test_what_was_tried_is_told_with_the_trace_for_the_curious(cast, ed, planned):
    row = planned()
    with workspace_in_force(cast.aurora.id):
        connection = Connection.objects.get()
        for operation, outcome in (
            ("container.create", "ok"),
            ("media.publish", "no_answer"),
            ("odd.thing", "rejected"),
        ):
            RemoteAttempt.objects.create(
                connection=connection, subject=row.pk, operation=operation, outcome=outcome, trace_id="AbC", code=2
            )
    page = shown(ed.get(at(row)))
    assert "Handed the photo to Instagram: accepted" in page
    assert "Told Instagram to publish it: no answer came" in page
    assert "Odd thing" in page
    assert "fbtrace_id AbC" in page


class TestMoving:
    @pytest.mark.parametrize("action", ["move", "unplan", "replan", "retry", "live", "not-live"])
    def test_T02_an_account_that_went_to_another_client_is_out_of_reach(self, action, cast, ed, planned, rows, levain):
        """The post stays with the client it was made for, and so in sight of ed; the account is not his any more."""
        row = planned()
        with workspace_in_force(cast.aurora.id):
            Post.objects.update(client=cast.client)
            levain.client = cast.other_client
            levain.save()
            member = Membership.objects.get(user=cast.ed)
            MembershipClient.objects.create(membership=member, client=cast.client)
        assert ed.get(at(row)).status_code == 200
        assert ed.post(at(row, f"{action}/"), {"at": wall(timedelta(days=3)), "zone": LISBON}).status_code == 403
        assert rows()[0].scheduled_at == row.scheduled_at

    def test_another_time(self, ed, planned, rows):
        row = planned()
        later = wall(timedelta(days=3))
        assert ed.post(at(row, "move/"), {"at": later, "zone": LISBON}).status_code == 302
        assert rows()[0].wall_time == later

    @pytest.mark.parametrize("when", ["2020-01-01T10:00", "", "soon", "9999-01-01T00:00"])
    def test_a_time_that_cannot_be_keeps_what_was_typed(self, ed, planned, rows, when):
        row = planned()
        response = ed.post(at(row, "move/"), {"at": when, "zone": LISBON})
        assert response.status_code == 422
        assert f'value="{when}"' in text(response)
        assert rows()[0].scheduled_at == row.scheduled_at

    def test_a_strange_zone_is_refused(self, ed, planned, rows):
        row = planned()
        response = ed.post(at(row, "move/"), {"at": wall(timedelta(days=1)), "zone": "Mars/Base"})
        assert response.status_code == 422
        assert rows()[0].scheduled_at == row.scheduled_at

    def test_what_is_being_sent_cannot_be_moved(self, ed, planned, put, rows):
        row = planned()
        put(row, status="publishing")
        response = ed.post(at(row, "move/"), {"at": wall(timedelta(days=1)), "zone": LISBON})
        assert response.status_code == 422
        assert "already being sent" in shown(response)
        assert rows()[0].status == "publishing"


class TestTakingOut:
    def test_it_becomes_a_draft_and_goes_back_to_its_time(self, ed, planned, rows):
        row = planned()
        page = ed.post(at(row, "unplan/"), follow=True)
        assert "It is a draft now" in shown(page)
        assert "Schedule again" in shown(page)
        assert (rows()[0].status, rows()[0].next_run_at) == ("draft", None)
        ed.post(at(row, "replan/"))
        assert (rows()[0].status, rows()[0].scheduled_at) == (
            "scheduled",
            row.scheduled_at.replace(second=0, microsecond=0),
        )

    def test_too_late_is_said(self, ed, planned, put, rows):
        row = planned()
        put(row, status="confirming")
        assert "already being sent" in shown(ed.post(at(row, "unplan/"), follow=True))
        assert rows()[0].status == "confirming"

    def test_a_draft_can_be_thrown_away(self, ed, planned, put, rows):
        row = planned()
        assert ed.post(at(row, "discard/")).status_code == 403, "only drafts"
        put(row, status="draft")
        response = ed.post(at(row, "discard/"), follow=True)
        assert "The draft is gone" in shown(response)
        assert rows()[0].status == "cancelled"


class TestRetrying:
    @pytest.mark.parametrize("status", ["failed", "missed"])
    def test_what_did_not_go_out_can_be_tried_again(self, ed, planned, put, rows, status):
        row = planned()
        put(row, status=status, problem="Too wide")
        assert "Try again now" in shown(ed.get(at(row)))
        ed.post(at(row, "retry/"))
        assert (rows()[0].status, rows()[0].problem) == ("scheduled", "")

    @pytest.mark.parametrize("status", ["scheduled", "publishing", "confirming", "published", "needs_review"])
    def test_nothing_else_can(self, ed, planned, put, rows, status):
        row = planned()
        put(row, status=status)
        assert "Try again now" not in shown(ed.get(at(row)))
        ed.post(at(row, "retry/"))
        assert rows()[0].status == status


class TestDeciding:
    @pytest.fixture
    def doubtful(self, planned, put):
        row = planned()
        put(row, status="needs_review", fence_at=timezone.now(), first_fence_at=timezone.now())
        return row

    def test_it_is_live_with_a_link(self, ed, doubtful, rows):
        ed.post(at(doubtful, "live/"), {"link": "https://www.instagram.com/p/Cx1/"})
        assert (rows()[0].status, rows()[0].permalink) == ("published", "https://www.instagram.com/p/Cx1/")

    def test_a_link_that_leads_elsewhere_is_refused(self, ed, doubtful, rows):
        response = ed.post(at(doubtful, "live/"), {"link": "https://evil.example/p/Cx1/"}, follow=True)
        assert "not the link of an Instagram post" in shown(response)
        assert rows()[0].status == "needs_review"

    def test_it_is_not_live_needs_the_word(self, ed, doubtful, rows):
        assert "Type “not live”" in shown(ed.post(at(doubtful, "not-live/"), {"word": "yes"}, follow=True))
        assert rows()[0].status == "needs_review"
        ed.post(at(doubtful, "not-live/"), {"word": " Not live "})
        assert rows()[0].status == "confirming", "it looks once more before anything is sent"

    def test_deciding_twice_says_so(self, ed, doubtful, rows):
        ed.post(at(doubtful, "live/"))
        assert "settled already" in shown(ed.post(at(doubtful, "live/"), follow=True))

    def test_nobody_decides_about_what_is_not_in_doubt(self, ed, planned, rows):
        row = planned()
        ed.post(at(row, "live/"), {"link": "https://www.instagram.com/p/Cx1/"})
        ed.post(at(row, "not-live/"), {"word": "not live"})
        assert rows()[0].status == "scheduled"


@pytest.mark.parametrize("action", ["move", "unplan", "replan", "retry", "discard", "live", "not-live"])
def test_who_may_only_look_changes_nothing(cast, planned, rows, action):
    row = planned()
    assert cast.browser("vi").get(at(row)).status_code == 200
    assert "Change it" not in shown(cast.browser("vi").get(at(row)))
    assert cast.browser("vi").post(at(row, f"{action}/")).status_code == 403
    assert cast.browser("ed").get(at(row, f"{action}/")).status_code == 405
    assert rows()[0].status == "scheduled"
