"""The snippets of Meta's documentation that connecting and renewing touch, literally, through the product."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import connecting, credentials, refreshing
from accounts.models import Connection, Credential, PendingGrant
from meta.secrets import Secret
from tests.accounts import consent
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db


def calls(stand_in, ending: str) -> list[dict]:
    return [call for call in stand_in.read("requests")["requests"] if call["path"].endswith(ending)]


def body(stand_in, path: str, text: str, **more) -> None:
    stand_in.control("faults", path=path, kind="body", body=text, **more)


def test_seed_06_a_refreshed_token_is_the_one_in_the_answer(in_aurora, stand_in, ig_user_factory, connection_factory):
    connection = connection_factory(ig_user_factory(ig_id="17841405822304914"))
    credentials.store(connection, credentials.USER, Secret("F4RVB..."))
    Credential.objects.update(issued_at=timezone.now() - timedelta(days=50))
    Connection.objects.update(expires_at=timezone.now() + timedelta(days=10))
    answer = '{ "access_token": "c3oxd...", "token_type": "bearer", "expires_in": 5183944 }'
    body(stand_in, "/refresh_access_token", answer)
    body(stand_in, "/me", '{"id": "1", "user_id": "17841405822304914", "username": "northlight"}')
    assert refreshing.refresh(connection.pk) == "refreshed"
    (call,) = calls(stand_in, "refresh_access_token")
    assert (call["method"], call["host"], call["path"]) == ("GET", "graph.instagram.com", "refresh_access_token")
    assert call["params"]["grant_type"] == "ig_refresh_token"
    assert credentials.read(connection, credentials.USER).token == Secret("c3oxd...")
    connection.refresh_from_db()
    assert abs(connection.expires_at - timezone.now() - timedelta(seconds=5183944)) < timedelta(minutes=1)


def test_seed_09_the_tail_of_the_redirect_is_no_part_of_the_code(ada, stand_in):
    """A browser keeps `#_` to itself; where something encoded it, it comes along and is taken off."""
    location = consent.decide(consent.start(ada, "aurora", "instagram")["Location"], "levain.porto")
    assert location.endswith("#_")
    query = dict(parse_qsl(urlsplit(location).query))
    answer = ada.get(reverse("instagram_callback"), {"code": query["code"] + "#_", "state": query["state"]})
    assert answer.status_code == 302


def test_seed_12_each_login_uses_the_id_of_its_own_app(ada, settings):
    settings.INSTAGRAM_APP_ID, settings.META_APP_ID = "990602627938098", "138483919580948"
    ids = {}
    for door in ("instagram", "facebook"):
        ids[door] = parse_qs(urlsplit(consent.start(ada, "aurora", door)["Location"]).query)["client_id"]
    assert ids == {"instagram": ["990602627938098"], "facebook": ["138483919580948"]}


def test_seed_13_the_consent_address_is_the_documented_one(ada, settings):
    settings.META_HOSTS = settings.META_HOSTS | {"INSTAGRAM_OAUTH_URL": "https://api.instagram.com"}
    settings.PUBLIC_URL = "https://socialsizzle.herokuapp.com"
    location = urlsplit(consent.start(ada, "aurora", "instagram")["Location"])
    sent = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert f"{location.scheme}://{location.netloc}{location.path}" == "https://api.instagram.com/oauth/authorize"
    assert sent["client_id"] == "990602627938098"
    assert sent["redirect_uri"].startswith("https://socialsizzle.herokuapp.com/")
    assert sent["scope"].split(",")[0] == "instagram_business_basic"
    assert sent["response_type"] == "code"
    assert sent["state"]


@pytest.fixture
def token_answers(settings):
    settings.META_LOGIN_RESPONSE = "token"


def hand_over(browser, fragment: str):
    """Do what the landing's module does in a browser."""
    landing = browser.get(reverse("facebook_callback"))
    assert landing.status_code == 200
    assert b"data-fragment-landing" in landing.content
    assert b"js/fragment-landing.js" in landing.content
    assert "nonce-" in landing["Content-Security-Policy"]
    return browser.post(reverse("facebook_fragment"), {"fragment": fragment})


def test_seed_17_the_fragment_of_the_documentation_is_taken_in(cast, ada, stand_in, token_answers):
    """The snippet's own fragment, with the state that we send and Meta returns."""
    start = consent.start(ada, "aurora", "facebook")["Location"]
    query = parse_qs(urlsplit(start).query)
    assert query["response_type"] == ["token"]
    state = query["state"][0]
    data = '{"data":{"app_id":138483919580948,"is_valid":true,"type":"USER","user_id":"1207059","scopes":[]}}'
    body(stand_in, "/debug_token", data)
    granted = [{"permission": name, "status": "granted"} for name in ("instagram_basic", "pages_show_list")]
    body(stand_in, "/me/permissions", str({"data": granted}).replace("'", '"'))
    body(stand_in, "/v25.0/me", '{"id":"1207059"}')
    redirect = (
        "https://my-clever-redirect-url.com/success/?#access_token=EAAHm...&data_access_expiration_time=1658889585"
        "&expires_in=4815&long_lived_token=ABAEs..."
    )
    answer = hand_over(ada, f"#{redirect.split('#')[1]}&state={state}")
    assert answer.status_code == 302, answer.content.decode()
    with workspace_in_force(cast.aurora.id):
        grant = PendingGrant.objects.get()
        assert connecting.held(grant).token == Secret("ABAEs...")
        assert grant.data_access_expires_at == datetime.fromtimestamp(1658889585, UTC)
        assert grant.meta_user_id == "1207059"


def test_the_fragment_way_leads_to_connected_accounts(cast, ada, stand_in, token_answers):
    location = consent.decide(consent.start(ada, "aurora", "facebook")["Location"], "tomas")
    answer = hand_over(ada, location.split("#", 1)[1])
    consent.pick(ada, answer)
    with workspace_in_force(cast.aurora.id):
        assert Connection.objects.get().expires_at


@pytest.mark.parametrize("change", ["no_state", "other_state", "foreign_token", "twice", "empty"])
def test_a_forged_replayed_or_empty_fragment_connects_nothing(cast, ada, stand_in, token_answers, change):
    location = consent.decide(consent.start(ada, "aurora", "facebook")["Location"], "tomas")
    fragment = location.split("#", 1)[1]
    if change == "twice":
        assert hand_over(ada, fragment).status_code == 302
        with workspace_in_force(cast.aurora.id):
            PendingGrant.objects.all().delete()
    spoiled = {
        "no_state": fragment.split("&state=")[0],
        "other_state": fragment.split("&state=")[0] + "&state=forged",
        "foreign_token": "access_token=EAAx&long_lived_token=EAAy&state=" + fragment.split("&state=")[1],
        "twice": fragment,
        "empty": "",
    }[change]
    answer = hand_over(ada, spoiled)
    assert answer.status_code == 400
    with workspace_in_force(cast.aurora.id):
        assert not PendingGrant.objects.exists()


@pytest.mark.parametrize(
    "found",
    [
        '{"app_id":"999","is_valid":true,"user_id":""}',
        '{"app_id":"138483919580948","is_valid":false,"user_id":""}',
        '{"app_id":"138483919580948","is_valid":true,"user_id":"1"}',
    ],
    ids=["of_another_app", "not_valid", "of_another_person"],
)
def test_a_working_token_that_meta_does_not_vouch_for_connects_nothing(cast, ada, stand_in, token_answers, found):
    location = consent.decide(consent.start(ada, "aurora", "facebook")["Location"], "tomas")
    body(stand_in, "/debug_token", '{"data":' + found + "}")
    answer = hand_over(ada, location.split("#", 1)[1])
    assert answer.status_code == 400
    assert "did not come from our sign-in" in answer.content.decode()
    with workspace_in_force(cast.aurora.id):
        assert not PendingGrant.objects.exists()


def test_a_fragment_needs_the_session_and_its_csrf_token(cast, stand_in, token_answers):
    strict = type(cast.browser("ada"))(enforce_csrf_checks=True)
    strict.force_login(cast.ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.post(reverse("facebook_fragment"), {"fragment": "access_token=x"}).status_code == 403


def test_seed_21_a_page_read_again_without_its_token_keeps_the_one_we_have(by_page, stand_in, grow_old):
    grow_old(by_page)
    before = credentials.read(by_page, credentials.PAGE)
    answer = '{ "instagram_business_account": { "id": "17841405822304914" }, "id": "134895793791914" }'
    body(stand_in, "/134895793791914", answer)
    assert refreshing.refresh(by_page.pk) == "refreshed"
    assert by_page.page.page_id == "134895793791914"
    assert by_page.ig_user.ig_id == "17841405822304914"
    assert credentials.read(by_page, credentials.PAGE) == before


def test_seed_29_the_short_token_is_exchanged_for_a_long_one(ada, cast, stand_in):
    consent.walk(ada, "aurora", "instagram", "levain.porto")
    (call,) = [call for call in calls(stand_in, "access_token") if call["method"] == "GET"]
    assert (call["host"], call["path"]) == ("graph.instagram.com", "access_token")
    assert call["params"]["grant_type"] == "ig_exchange_token"
    assert {"client_secret", "access_token"} <= set(call["params"])
    with workspace_in_force(cast.aurora.id):
        assert Connection.objects.get().expires_at > timezone.now() + timedelta(days=59)


def test_seed_35_the_pages_are_asked_for_with_their_tokens_and_accounts(ada, stand_in):
    consent.pick(ada, consent.walk(ada, "aurora", "facebook", "tomas"))
    call = calls(stand_in, "/me/accounts")[0]
    assert (call["method"], call["host"], call["path"]) == ("GET", "graph.facebook.com", "v25.0/me/accounts")
    for name in ("id", "name", "access_token", "instagram_business_account"):
        assert name in call["params"]["fields"]
