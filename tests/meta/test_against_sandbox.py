"""The client and the sandbox, written apart from the same documentation, over real HTTP."""

import re
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta
from itertools import islice

import pytest

from meta import ig_container, ig_media, ig_user, insights, oauth, page
from meta.apps import App
from meta.errors import NoAnswer, ObjectMissing, PermissionMissing, RateLimited, Rejected, TokenInvalid, TryLater
from meta.graph import Graph
from meta.hosts import Hosts
from meta.ig_container import StatusCode
from meta.logins import FACEBOOK, INSTAGRAM, Feature
from meta.secrets import Secret

CALLBACK = "http://localhost:8000/back"
INSTAGRAM_APP = App(INSTAGRAM, "990602627938098", Secret("sandbox-instagram-secret"))
FACEBOOK_APP = App(FACEBOOK, "138483919580948", Secret("sandbox-meta-secret"))
EVERYTHING = [Feature.PROFILE, Feature.INSIGHTS, Feature.PUBLISH]


class Stay(urllib.request.HTTPRedirectHandler):
    """Answers a redirect with itself: its address is what the test wants."""

    def redirect_request(self, *args, **kwargs):
        return None


@pytest.fixture
def hosts(sandbox) -> Hosts:
    names = {
        "facebook_graph": "graph.facebook.com",
        "instagram_graph": "graph.instagram.com",
        "instagram_api": "api.instagram.com",
        "instagram_oauth": "www.instagram.com",
        "facebook_oauth": "www.facebook.com",
        "facebook_rupload": "rupload.facebook.com",
    }
    return Hosts(**{name: sandbox.host(host) for name, host in names.items()})


def consent(app: App, hosts: Hosts, person: str, *, pages=(), decision="allow", **options) -> str:
    """Press the button of a consent screen; return where Meta sends the browser."""
    scopes = app.login.scopes_for(EVERYTHING)
    url = oauth.authorize_url(app, hosts, redirect_uri=CALLBACK, state="once", scopes=scopes, **options)
    address, _, query = url.partition("?")
    fields = [*urllib.parse.parse_qsl(query), ("as", person), ("decision", decision)]
    fields += [("allow", scope) for scope in scopes] + [("page", page_id) for page_id in pages]
    try:
        urllib.request.build_opener(Stay).open(address, urllib.parse.urlencode(fields).encode(), timeout=10).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.headers["Location"]
    raise AssertionError("The consent screen did not redirect.")


@pytest.fixture
def through_instagram(hosts) -> Graph:
    found = oauth.parse_redirect(consent(INSTAGRAM_APP, hosts, "levain.porto"))
    assert found.state == "once"
    short = oauth.exchange_code(INSTAGRAM_APP, hosts, code=found.code, redirect_uri=CALLBACK)
    grant = oauth.long_lived(INSTAGRAM_APP, hosts, short.token)
    assert grant.expires_in > timedelta(days=59)
    return Graph(INSTAGRAM, hosts, grant.token)


@pytest.fixture
def person(hosts) -> tuple[str, list[str]]:
    """Return a person with many Pages, and the ids of those, as their consent screen offers them."""
    url = oauth.authorize_url(FACEBOOK_APP, hosts, redirect_uri=CALLBACK, state="once", scopes=["pages_show_list"])
    with urllib.request.urlopen(f"{url}&as=ana", timeout=10) as screen:
        return "ana", re.findall(r'name="page" value="(\d+)"', screen.read().decode())


def test_the_instagram_door_to_a_published_photo(through_instagram, sandbox):
    graph = through_instagram
    profile = ig_user.me(graph)
    assert profile.username == "levain.porto"
    assert profile.ig_id != profile.app_scoped_id
    assert ig_user.get(graph, profile.ig_id).ig_id == profile.ig_id
    first = ig_media.list_media(graph, profile.ig_id, limit=5, metrics=["reach", "views"])
    assert len(first.items) == 5
    assert all(set(item.insights) == {"reach", "views"} for item in first.items)
    second = ig_media.list_media(graph, profile.ig_id, limit=5, after=first.after)
    assert not {item.id for item in first.items} & {item.id for item in second.items}
    assert ig_media.get(graph, first.items[0].id) == ig_media.get(graph, first.items[0].id)
    limit = ig_container.publishing_limit(graph, profile.ig_id)
    assert limit.left > 0
    picture = first.items[0].thumbnail_url or first.items[0].media_url
    sandbox.control("containers", seconds=0)
    container = ig_container.create_image(graph, profile.ig_id, image_url=picture, caption="Rye & salt #bread")
    assert ig_container.status(graph, container).status_code is StatusCode.FINISHED
    media_id = ig_container.publish(graph, profile.ig_id, container)
    assert ig_media.get(graph, media_id).caption == "Rye & salt #bread"
    assert ig_container.status(graph, container).status_code is StatusCode.PUBLISHED
    assert ig_container.publishing_limit(graph, profile.ig_id).used == limit.used + 1


def test_account_insights_of_each_shape(through_instagram):
    ig_id = ig_user.me(through_instagram).ig_id

    def ask(*metrics, **how):
        return {result.name: result for result in insights.account(through_instagram, ig_id, metrics=metrics, **how)}

    assert ask("reach", period="day", metric_type="time_series")["reach"].points
    totals = ask("views", "likes", period="day", metric_type="total_value")
    assert totals["views"].total is not None
    parts = ask("reach", period="day", metric_type="total_value", breakdown=["media_product_type"])["reach"].breakdown
    assert all(part.of("media_product_type") for part in parts)
    ages = ask(
        "follower_demographics",
        period="lifetime",
        metric_type="total_value",
        timeframe="this_month",
        breakdown=["age", "gender"],
    )["follower_demographics"].breakdown
    assert all(part.of("age") and part.of("gender") for part in ages)


def test_the_facebook_door_to_every_page(hosts, person):
    who, mine = person
    found = oauth.parse_redirect(consent(FACEBOOK_APP, hosts, who, pages=mine))
    short = oauth.exchange_code(FACEBOOK_APP, hosts, code=found.code, redirect_uri=CALLBACK)
    grant = oauth.long_lived(FACEBOOK_APP, hosts, short.token)
    info = oauth.debug_token(FACEBOOK_APP, hosts, grant.token)
    assert info.is_valid
    assert info.is_for(FACEBOOK_APP)
    graph = Graph(FACEBOOK, hosts, grant.token, app_secret=FACEBOOK_APP.secret)
    assert page.me_id(graph) == info.user_id
    assert set(oauth.permissions(graph).values()) == {"granted"}
    nodes = list(page.pages(graph))
    assert sorted(node.id for node in nodes) == sorted(mine)
    linked = next(node for node in nodes if node.ig)
    own = graph.with_token(linked.token, FACEBOOK_APP.secret)
    assert ig_user.get(own, linked.ig.ig_id).username == linked.ig.username
    assert ig_media.list_media(own, linked.ig.ig_id, limit=3).items
    assert page.get(graph, linked.id).ig.ig_id == linked.ig.ig_id
    assert oauth.revoke(graph)
    with pytest.raises(TokenInvalid):
        page.me_id(graph)
    assert not oauth.debug_token(FACEBOOK_APP, hosts, grant.token).is_valid


def test_pages_are_found_through_small_result_pages(hosts, person):
    who, mine = person
    found = oauth.parse_redirect(consent(FACEBOOK_APP, hosts, who, pages=mine))
    grant = oauth.exchange_code(FACEBOOK_APP, hosts, code=found.code, redirect_uri=CALLBACK)
    graph = Graph(FACEBOOK, hosts, grant.token, app_secret=FACEBOOK_APP.secret)
    answers = list(islice(graph.pages("me/accounts", fields="id", limit=1), 100))
    assert [node.id for answer in answers for node in page.parse_pages(answer)] == [n.id for n in page.pages(graph)]


def test_the_fragment_of_the_onboarding_flow(hosts, person):
    who, mine = person
    found = oauth.parse_fragment(consent(FACEBOOK_APP, hosts, who, pages=mine, onboarding=True))
    assert found.long_lived_token
    assert found.data_access_expires_at
    assert oauth.debug_token(FACEBOOK_APP, hosts, found.token).is_for(FACEBOOK_APP)


def test_a_cancelled_consent_at_both_doors(hosts, person):
    assert oauth.parse_redirect(consent(INSTAGRAM_APP, hosts, "levain.porto", decision="cancel")).was_denied
    assert oauth.parse_redirect(consent(FACEBOOK_APP, hosts, person[0], decision="cancel")).was_denied


def test_a_code_works_once(hosts):
    code = oauth.parse_redirect(consent(INSTAGRAM_APP, hosts, "levain.porto")).code
    oauth.exchange_code(INSTAGRAM_APP, hosts, code=code, redirect_uri=CALLBACK)
    with pytest.raises(Rejected, match="already used"):
        oauth.exchange_code(INSTAGRAM_APP, hosts, code=code, redirect_uri=CALLBACK)


@pytest.mark.parametrize("shape", ["flat", "data"])
def test_both_shapes_of_a_token_answer(hosts, sandbox, shape):
    sandbox.control("variants", ig_token=shape, me=shape)
    code = oauth.parse_redirect(consent(INSTAGRAM_APP, hosts, "levain.porto")).code
    grant = oauth.exchange_code(INSTAGRAM_APP, hosts, code=code, redirect_uri=CALLBACK)
    assert grant.permissions == set(INSTAGRAM.scopes_for(EVERYTHING))
    assert ig_user.me(Graph(INSTAGRAM, hosts, grant.token)).username == "levain.porto"


@pytest.mark.parametrize(
    ("action", "subcode"), [("expire", 463), ("revoke", 458), ("password_changed", 460), ("checkpoint", 459)]
)
def test_why_a_token_died(through_instagram, sandbox, action, subcode):
    sandbox.control("tokens", username="levain.porto", action=action)
    with pytest.raises(TokenInvalid) as caught:
        ig_user.me(through_instagram)
    assert caught.value.subcode == subcode


def test_somebody_elses_node_is_missing_and_no_reason_to_sign_in(through_instagram):
    with pytest.raises(ObjectMissing):
        ig_media.get(through_instagram, "17999999999999999")


def test_a_permission_that_was_not_given(hosts):
    scopes = INSTAGRAM.scopes_for([Feature.PROFILE])
    url = oauth.authorize_url(INSTAGRAM_APP, hosts, redirect_uri=CALLBACK, state="x", scopes=scopes)
    assert url
    code = oauth.parse_redirect(consent_to(url, "levain.porto", scopes)).code
    grant = oauth.exchange_code(INSTAGRAM_APP, hosts, code=code, redirect_uri=CALLBACK)
    graph = Graph(INSTAGRAM, hosts, grant.token)
    with pytest.raises(PermissionMissing):
        ig_container.publishing_limit(graph, ig_user.me(graph).ig_id)


def consent_to(url: str, person: str, scopes) -> str:
    address, _, query = url.partition("?")
    fields = [*urllib.parse.parse_qsl(query), ("as", person), ("decision", "allow"), *(("allow", s) for s in scopes)]
    try:
        urllib.request.build_opener(Stay).open(address, urllib.parse.urlencode(fields).encode(), timeout=10).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.headers["Location"]
    raise AssertionError("The consent screen did not redirect.")


@pytest.mark.parametrize("kind", ["reset", "drop", "html", "empty", "http"])
def test_a_publish_whose_answer_is_spoiled_is_open_and_happened_once(through_instagram, sandbox, kind):
    graph = through_instagram
    ig_id = ig_user.me(graph).ig_id
    picture = next(item.media_url for item in ig_media.list_media(graph, ig_id).items if item.media_type == "IMAGE")
    sandbox.control("containers", seconds=0)
    container = ig_container.create_image(graph, ig_id, image_url=picture, caption="Once")
    sandbox.control("faults", method="POST", path="/media_publish", kind=kind, when="after", times=1, status=502)
    with pytest.raises(NoAnswer) as caught:
        ig_container.publish(graph, ig_id, container)
    assert caught.value.sent
    assert [row["caption"] for row in sandbox.live("levain.porto")].count("Once") == 1


def test_throttling_is_heard_with_its_wait(through_instagram, sandbox):
    heard = []
    graph = Graph(INSTAGRAM, through_instagram.hosts, through_instagram._token, on_usage=heard.append)
    ig_user.me(graph)
    sandbox.control("faults", method="GET", path="/me", kind="throttle", times=1)
    with pytest.raises(RateLimited) as caught:
        ig_user.me(graph)
    assert caught.value.regain_after
    assert len(heard) == 2


def test_metas_own_trouble_is_for_later(through_instagram, sandbox):
    sandbox.control("faults", method="GET", path="/me", kind="error", code=2, status=500, times=1)
    with pytest.raises(TryLater):
        ig_user.me(through_instagram)
    assert ig_user.me(through_instagram).username == "levain.porto"
