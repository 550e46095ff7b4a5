"""C01–C15: the process dies at every single point where anything is written or sent; then another one goes on."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from meta import transport
from publishing.models import Publication
from publishing.publisher import MOST_CRASHES
from tests.publishing.engine import skip_to_next_look

Status = Publication.Status
WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """As good as kill -9: no handler of the product catches it, and what was not committed is gone."""


class Death:
    """Kills at the `at`-th boundary: before or after any write to the database or call to Meta."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0
        self.struck = ""

    def boundary(self, name: str) -> None:
        self.passed += 1
        if self.passed - 1 == self.at:
            self.struck = name
            raise Killed(name)

    def around_sql(self, execute, sql, params, many, context):
        if not sql.startswith(WRITES):
            return execute(sql, params, many, context)
        name = " ".join(sql.split()[:3])
        self.boundary(f"before {name}")
        result = execute(sql, params, many, context)
        self.boundary(f"after {name}")
        return result


@contextmanager
def dying(monkeypatch, at: int) -> Iterator[Death]:
    death, send = Death(at), transport.send

    def around_http(call):
        path = call.url.rsplit("/", 1)[-1]
        death.boundary(f"before {call.method} {path}")
        reply = send(call)
        death.boundary(f"after {call.method} {path}")
        return reply

    with monkeypatch.context() as patch, connection.execute_wrapper(death.around_sql):
        patch.setattr(transport, "send", around_http)
        yield death


def run_to_death(engine, publication, monkeypatch, at: int) -> str:
    """Work on the publication until the process is killed at that point; return where, '' when it never came to it."""
    with dying(monkeypatch, at) as death:
        try:
            for _turn in range(8):
                skip_without_dying(publication, death)
                engine.turn(publication)
                if publication.status == Status.PUBLISHED and publication.permalink:
                    break
        except Killed:
            pass
    return death.struck


def skip_without_dying(publication, death) -> None:
    """The passing of time is not the product's doing."""
    passed, at = death.passed, death.at
    death.at = -1
    skip_to_next_look(publication)
    death.passed, death.at = passed, at


@pytest.mark.timeout(900)
@pytest.mark.parametrize("most_sends", [2, 1])
def test_C01_to_C15_killed_at_any_point_a_post_is_live_once_and_the_row_says_so(
    engine, planner, account, monkeypatch, settings, most_sends
):
    settings.PUBLISH_MAX_SENDS = most_sends
    engine.sandbox.control("quota", username=account.username, total=1000)
    outcomes: Counter[str] = Counter()
    for at in range(200):
        caption = f"Killed at point {at}"
        publication = planner(account, caption=caption).publications.get()
        where = run_to_death(engine, publication, monkeypatch, at)
        done = engine.finish(publication)
        ours = [media for media in engine.live() if media["caption"] == caption]
        if done.status == Status.PUBLISHED:
            assert [media["id"] for media in ours] == [done.ig_media_id], where
        else:
            assert (done.status, most_sends, ours) == (Status.NEEDS_REVIEW, 1, []), where
        outcomes[done.status] += 1
        if not where:
            break
    assert not where, "There are more points than were tried."
    assert outcomes[Status.PUBLISHED] > 30
    print(f"{at} points, {outcomes}")  # noqa: T201 - the figure belongs into the log


def test_C36_a_row_on_which_our_code_breaks_is_parked_and_the_others_go_on(engine, planner, account, monkeypatch):
    bad = planner(account, caption="Breaks").publications.get()
    good = planner(account, caption="Fine").publications.get()

    def breaks(call):
        raise ZeroDivisionError

    for _crash in range(MOST_CRASHES):
        skip_to_next_look(bad)
        Publication.objects.filter(pk=good.pk).update(next_run_at=None)
        with monkeypatch.context() as patch:
            patch.setattr(transport, "send", breaks)
            with pytest.raises(ZeroDivisionError):
                engine.turn(bad)
    parked = engine.finish(bad)
    assert (parked.status, parked.crashes) == (Status.FAILED, 0)
    assert parked.problem
    Publication.objects.filter(pk=good.pk).update(next_run_at=good.scheduled_at)
    assert engine.finish(good).status == Status.PUBLISHED
    assert [media["caption"] for media in engine.live()] == ["Fine"]


def test_C36_a_row_that_breaks_after_the_fence_is_given_to_a_person(engine, publication, monkeypatch):
    engine.fault("/media_publish", when="before", kind="reset")
    engine.until(publication, Status.CONFIRMING)
    Publication.objects.filter(pk=publication.pk).update(crashes=MOST_CRASHES)
    assert engine.finish(publication).status == Status.NEEDS_REVIEW
