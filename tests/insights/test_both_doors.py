"""Through the real doors: connecting starts the first sync, and both logins bring the same kinds of figures."""

import pytest

from accounts.models import Connection
from insights import catalogue, syncing
from insights.models import AccountValue, MediaValue, SyncRun
from tests.accounts import consent
from tests.insights.conftest import asked, take
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db


def walk_in(browser, door: str, who: str) -> None:
    landing = consent.walk(browser, "aurora", door, who)
    if door == "facebook":
        consent.pick(browser, landing)


@pytest.mark.parametrize(("door", "who"), [("instagram", "levain.porto"), ("facebook", "tomas")])
def test_connecting_starts_the_first_sync(cast, stand_in, django_capture_on_commit_callbacks, door, who):
    browser = cast.browser("ada")
    with django_capture_on_commit_callbacks(execute=True):
        walk_in(browser, door, who)
    with workspace_in_force(cast.aurora.id):
        run = SyncRun.objects.get()
        assert (run.kind, run.state) == (SyncRun.Kind.FIRST, SyncRun.State.WAITING)
        assert run.ig_user == Connection.objects.get(login=door).ig_user


@pytest.mark.parametrize(("door", "who"), [("instagram", "levain.porto"), ("facebook", "tomas")])
def test_both_logins_bring_the_same_kinds_of_figures(cast, stand_in, door, who):
    walk_in(cast.browser("ada"), door, who)
    with workspace_in_force(cast.aurora.id):
        account = Connection.objects.get(login=door).ig_user
        run = syncing.start(account, SyncRun.Kind.MANUAL) or SyncRun.objects.get()
        for step in ("profile", "series", "total", "media", "split", "details"):
            assert take(run, step).problem == "", step
        named = {metric.name: metric.id for metric in catalogue.ACCOUNT.values()}
        stored = set(AccountValue.objects.values_list("metric", flat=True))
        assert {named[name] for name in ("reach", "views", "accounts_engaged", "followers_count")} <= stored
        assert MediaValue.objects.filter(metric=catalogue.MEDIA["reach"].id).count() > 10
    host = "graph.facebook.com" if door == "facebook" else "graph.instagram.com"
    calls = [call for call in stand_in.read("requests")["requests"] if "/insights" in call["path"]]
    assert {call["host"] for call in calls} == {host}
    assert asked(stand_in)
