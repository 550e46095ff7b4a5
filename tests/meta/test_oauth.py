"""Both logins, every variant of what they answer."""

import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meta import oauth
from meta.errors import MetaError, NoAnswer, Rejected, TokenInvalid
from meta.hosts import Hosts
from meta.logins import BY_KEY, FACEBOOK, INSTAGRAM
from meta.secrets import Secret
from tests.meta.conftest import APP_SECRET, TOKEN

HOSTS = Hosts()
CALLBACK = "https://gridline.example/callback/"


def authorize(app, hosts=HOSTS, **options):
    url = oauth.authorize_url(app, hosts, redirect_uri=CALLBACK, state="s+/=", **options)
    return urlsplit(url), {name: found[0] for name, found in parse_qs(urlsplit(url).query).items()}


def test_instagrams_consent_screen(instagram_app):
    url, query = authorize(instagram_app, scopes=INSTAGRAM.scopes_for(["insights", "publish"]))
    assert url.hostname == "www.instagram.com"
    assert query == {
        "client_id": "990602627938098",
        "redirect_uri": CALLBACK,
        "state": "s+/=",
        "response_type": "code",
        "scope": "instagram_business_basic,instagram_business_manage_insights,instagram_business_content_publish",
    }
    assert "force_reauth" not in query
    assert authorize(instagram_app, force_reauth=True)[1]["force_reauth"] == "true"


def test_facebooks_consent_screen(facebook_app):
    url, query = authorize(facebook_app, scopes=FACEBOOK.scopes_for(["publish"]))
    assert (url.hostname, url.path) == ("www.facebook.com", "/v25.0/dialog/oauth")
    assert query["scope"] == "instagram_basic,pages_show_list,instagram_content_publish,pages_read_engagement"
    assert "config_id" not in query


def test_a_configuration_replaces_the_scopes(facebook_app):
    _, query = authorize(facebook_app, scopes=["instagram_basic"], config_id="77", auth_type="rerequest")
    assert query["config_id"] == "77"
    assert query["auth_type"] == "rerequest"
    assert "scope" not in query


def test_onboarding_answers_with_a_fragment(facebook_app):
    _, query = authorize(facebook_app, scopes=["instagram_basic"], onboarding=True)
    assert query["extras"] == '{"setup":{"channel":"IG_API_ONBOARDING"}}'
    assert (query["display"], query["response_type"]) == ("page", "token")


def test_several_response_types_are_separated_as_meta_writes_them(facebook_app):
    url, _ = authorize(facebook_app, response_type="code token")
    assert "response_type=code%20token" in url.query


def test_hosts_may_carry_a_port_and_a_path(instagram_app, facebook_app):
    hosts = Hosts(
        instagram_oauth="http://127.0.0.1:9100/www.instagram.com/",
        facebook_oauth="http://127.0.0.1:9100/www.facebook.com",
    )
    assert authorize(instagram_app, hosts)[0].path == "/www.instagram.com/oauth/authorize"
    assert authorize(facebook_app, hosts)[0].path == "/www.facebook.com/v25.0/dialog/oauth"


@pytest.mark.parametrize("raw", ["AQB-c_9", "AQB-c_9#_", "AQB-c_9%23_", "AQB-c_9#", "AQB-c_9%23", " AQB-c_9#_\n"])
def test_the_tail_of_a_code_is_taken_off(raw):
    assert oauth.clean_code(raw) == "AQB-c_9"


def test_an_underscore_of_the_code_itself_stays():
    assert oauth.clean_code("abc_") == "abc_"


def test_a_redirect_is_read_from_its_address_or_its_query():
    for text in (f"{CALLBACK}?code=abc&state=x#_", "code=abc&state=x#_", "?code=abc&state=x", "code=abc%23_&state=x"):
        found = oauth.parse_redirect(text)
        assert (found.code, found.state, found.was_denied) == (Secret("abc"), "x", False)


@pytest.mark.parametrize(
    "query",
    [
        "error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request&state=x",
        "error_reason=user_denied&error=access_denied&error_description=Permissions+error.&state=x#_=_",
    ],
)
def test_a_cancelled_consent_is_told_apart(query):
    found = oauth.parse_redirect(query)
    assert found.was_denied
    assert found.code is None
    assert found.state == "x"
    assert found.error_description


def test_other_faults_of_the_dialog_are_no_denial():
    found = oauth.parse_redirect("error_code=1349126&error_message=App+not+active&state=x")
    assert not found.was_denied
    assert (found.error, found.error_description) == ("1349126", "App not active")


def test_a_fragment_in_its_variants():
    whole = {"access_token": "a", "data_access_expiration_time": "2022-07-27T02:39:45+00:00", "state": "x"}
    for text in (urlencode(whole), f"#{urlencode(whole)}", f"{CALLBACK}?#{urlencode(whole)}", f"#?{urlencode(whole)}"):
        found = oauth.parse_fragment(text)
        assert found.token == Secret("a")
        assert found.long_lived_token is None
        assert found.data_access_expires_at == datetime(2022, 7, 27, 2, 39, 45, tzinfo=UTC)
        assert found.state == "x"
        assert found.expires_in is None


def test_a_fragment_with_scopes_code_or_denial():
    found = oauth.parse_fragment("#granted_scopes=instagram_basic%2Cpages_show_list&denied_scopes=&code=abc%23_")
    assert found.granted_scopes == {"instagram_basic", "pages_show_list"}
    assert found.denied_scopes == frozenset()
    assert found.code == Secret("abc")
    assert found.token is None
    assert oauth.parse_fragment("#error=access_denied&error_reason=user_denied").was_denied


@pytest.mark.parametrize("expiry", ["0", "", "never", "-5", "99999999999999999999"])
def test_an_expiry_that_is_none(expiry):
    assert oauth.parse_fragment(f"#access_token=a&data_access_expiration_time={expiry}").data_access_expires_at is None


tokens = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(access=tokens, long=tokens, state=st.text(max_size=20), seconds=st.integers(1, 10**7))
def test_whatever_is_in_a_fragment_comes_out_again(access, long, state, seconds):
    query = {"access_token": access, "long_lived_token": long, "state": state, "expires_in": seconds}
    found = oauth.parse_fragment("#" + urlencode(query, quote_via=quote))
    assert (found.access_token, found.long_lived_token) == (Secret(access), Secret(long))
    assert (found.state, found.expires_in) == (state, timedelta(seconds=seconds))


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers_of_redirects(text):
    assert isinstance(oauth.parse_fragment(text), oauth.FragmentGrant)
    assert isinstance(oauth.parse_redirect(text), oauth.Redirect)


FLAT = {"access_token": "IGAA1", "user_id": 17841400000000000, "permissions": ["instagram_business_basic", "x"]}
LISTED = {
    "data": [{"access_token": "IGAA1", "user_id": "17841400000000000", "permissions": "instagram_business_basic,x"}]
}
OBJECT = {
    "data": {"access_token": "IGAA1", "user_id": "17841400000000000", "permissions": "instagram_business_basic x"}
}


@pytest.mark.parametrize("body", [FLAT, LISTED, OBJECT], ids=["flat", "listed", "object"])
def test_instagrams_code_exchange_in_every_shape(wire, instagram_app, body):
    wire.answer(body)
    grant = oauth.exchange_code(instagram_app, wire.hosts, code="abc#_", redirect_uri=CALLBACK)
    assert grant.token == Secret("IGAA1")
    assert grant.user_id == "17841400000000000"
    assert grant.permissions == {"instagram_business_basic", "x"}
    assert grant.expires_in == timedelta(hours=1)
    assert (wire.last.method, wire.last.path) == ("POST", "/api.instagram.com/oauth/access_token")
    assert wire.last.query == {}
    assert wire.last.form == {
        "client_id": instagram_app.id,
        "client_secret": APP_SECRET,
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": "abc",
    }
    assert "authorization" not in wire.last.headers


def test_facebooks_code_exchange(wire, facebook_app):
    wire.answer({"access_token": "EAA1", "token_type": "bearer", "expires_in": 5183944})
    grant = oauth.exchange_code(facebook_app, wire.hosts, code=Secret("abc"), redirect_uri=CALLBACK)
    assert (grant.token, grant.permissions, grant.user_id) == (Secret("EAA1"), None, None)
    assert (wire.last.method, wire.last.path) == ("GET", "/graph.facebook.com/v25.0/oauth/access_token")
    assert wire.last.query == {
        "client_id": facebook_app.id,
        "client_secret": APP_SECRET,
        "redirect_uri": CALLBACK,
        "code": "abc",
    }


@pytest.mark.parametrize("exchange", [oauth.long_lived, oauth.refresh])
def test_facebook_exchanges_a_living_token_for_a_long_one(wire, facebook_app, exchange):
    wire.answer({"access_token": "EAA2", "token_type": "bearer"})
    grant = exchange(facebook_app, wire.hosts, Secret("EAA1"))
    assert grant.expires_in is None
    assert wire.last.path == "/graph.facebook.com/v25.0/oauth/access_token"
    assert wire.last.query == {
        "grant_type": "fb_exchange_token",
        "client_id": facebook_app.id,
        "client_secret": APP_SECRET,
        "fb_exchange_token": "EAA1",
    }


def test_instagrams_refresh_may_list_permissions(wire, instagram_app):
    wire.answer({"access_token": "IGAA2", "expires_in": 5183944, "permissions": "instagram_business_basic"})
    grant = oauth.refresh(instagram_app, wire.hosts, Secret("IGAA1"))
    assert grant.permissions == {"instagram_business_basic"}
    assert APP_SECRET not in str(wire.last.query)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": 17}, {"data": []}, {"data": [{}]}])
def test_a_good_answer_without_a_token_is_no_answer(wire, instagram_app, body):
    wire.answer(body)
    with pytest.raises(NoAnswer):
        oauth.refresh(instagram_app, wire.hosts, Secret("IGAA1"))


def test_a_used_code_says_start_again(wire, instagram_app):
    flat = {
        "error_type": "OAuthException",
        "code": 400,
        "error_message": "Matching code was not found or was already used",
    }
    wire.answer(flat, status=400)
    with pytest.raises(Rejected, match="already used") as caught:
        oauth.exchange_code(instagram_app, wire.hosts, code="abc", redirect_uri=CALLBACK)
    assert caught.value.cure == "Start connecting again."


def test_a_wrong_app_secret_is_the_operators_matter(wire, facebook_app):
    wire.answer(
        {"error": {"message": "Error validating client secret.", "type": "OAuthException", "code": 1}}, status=400
    )
    with pytest.raises(Rejected) as caught:
        oauth.long_lived(facebook_app, wire.hosts, Secret("EAA1"))
    assert oauth.app_secret_is_wrong(caught.value)


VALID = {
    "app_id": 138483919580948,
    "type": "USER",
    "application": "Name",
    "expires_at": 1352419328,
    "data_access_expires_at": 1360195328,
    "is_valid": True,
    "issued_at": 1347235328,
    "scopes": ["instagram_basic"],
    "granular_scopes": [{"scope": "pages_show_list", "target_ids": ["134895793791914"]}, {"scope": "instagram_basic"}],
    "user_id": "1207059",
}


def test_a_living_token_looked_up(wire, facebook_app, instagram_app):
    wire.answer({"data": VALID})
    info = oauth.debug_token(facebook_app, wire.hosts, Secret("EAA1"))
    assert wire.last.path == "/graph.facebook.com/v25.0/debug_token"
    assert wire.last.query == {"input_token": "EAA1", "access_token": f"138483919580948|{APP_SECRET}"}
    assert info.is_valid
    assert info.error is None
    assert info.is_for(facebook_app)
    assert not info.is_for(instagram_app)
    assert info.expires_at == datetime.fromtimestamp(1352419328, UTC)
    assert info.data_access_expires_at == datetime.fromtimestamp(1360195328, UTC)
    assert info.granular == {"pages_show_list": ("134895793791914",), "instagram_basic": ()}


def test_an_app_id_is_the_same_as_text(facebook_app):
    assert oauth.parse_token_info({"data": VALID | {"app_id": "138483919580948"}}).is_for(facebook_app)
    assert not oauth.parse_token_info({"data": {}}).is_for(facebook_app)
    nobody = replace(facebook_app, id="")
    assert not oauth.parse_token_info({"data": {}}).is_for(nobody)


def test_a_token_without_end():
    info = oauth.parse_token_info({"data": VALID | {"expires_at": 0, "data_access_expires_at": 0}})
    assert (info.expires_at, info.data_access_expires_at) == (None, None)


@pytest.mark.parametrize("key", ["subcode", "error_subcode"])
def test_a_dead_token_looked_up_is_an_answer(wire, facebook_app, key):
    dead = {"app_id": "138483919580948", "is_valid": False, "error": {"code": 190, "message": "expired", key: 463}}
    wire.answer({"data": dead})
    info = oauth.debug_token(facebook_app, wire.hosts, Secret("EAA1"))
    assert not info.is_valid
    assert isinstance(info.error, TokenInvalid)
    assert info.error.subcode == 463


def test_anything_but_a_clear_yes_is_not_valid():
    for body in ({}, {"data": {}}, {"data": {"is_valid": "true"}}, {"data": {"is_valid": 1}}):
        info = oauth.parse_token_info(body)
        assert not info.is_valid
        assert isinstance(info.error, TokenInvalid)


def test_permissions_from_every_page(wire):
    page = {"data": [{"permission": "instagram_basic", "status": "granted"}]}
    wire.answer(page | {"paging": {"cursors": {"after": "C1"}, "next": f"https://x/?access_token={TOKEN}&after=C1"}})
    wire.answer({"data": [{"permission": "pages_show_list", "status": "declined"}, {"status": "granted"}, "junk"]})
    found = oauth.permissions(wire.graph(FACEBOOK))
    assert found == {"instagram_basic": "granted", "pages_show_list": "declined"}
    assert [seen.query for seen in wire.seen] == [{}, {"after": "C1"}]


def test_taking_a_grant_back(wire):
    wire.answer({"success": True})
    assert oauth.revoke(wire.graph(FACEBOOK))
    assert (wire.last.method, wire.last.path, wire.last.query) == (
        "DELETE",
        "/graph.facebook.com/v25.0/me/permissions",
        {},
    )
    assert oauth.revoke(wire.graph(FACEBOOK), "instagram_basic")
    assert wire.last.query == {"permission": "instagram_basic"}


def test_taking_a_grant_back_from_a_server_that_says_true(wire):
    wire.answer(b"true")
    assert oauth.revoke(wire.graph(FACEBOOK))


@pytest.mark.parametrize("trouble", ["reset", "hang", "page", "refused", "repeated"])
@pytest.mark.parametrize("call", ["code", "long", "refresh", "debug"])
@pytest.mark.parametrize("login", ["instagram", "facebook"])
def test_no_error_of_the_token_endpoints_shows_a_secret(wire, request, monkeypatch, trouble, call, login):
    app = request.getfixturevalue(f"{login}_app")
    hosts = wire.hosts
    if trouble == "hang":
        monkeypatch.setattr(oauth.transport.Call, "__init__", short_deadline(oauth.transport.Call.__init__))
    match trouble:
        case "reset":
            wire.reset()
        case "hang":
            wire.hang()
        case "page":
            wire.answer(b"<html>", status=502)
        case "repeated":
            wire.repeat()
        case "refused":
            hosts = Hosts(*["http://127.0.0.1:1"] * 6)
    token = Secret(TOKEN)
    calls = {
        "code": lambda: oauth.exchange_code(app, hosts, code=token, redirect_uri=CALLBACK),
        "long": lambda: oauth.long_lived(app, hosts, token),
        "refresh": lambda: oauth.refresh(app, hosts, token),
        "debug": lambda: oauth.debug_token(app, hosts, token),
    }
    with pytest.raises(MetaError) as caught:
        calls[call]()
    error = caught.value
    assert error.__context__ is None
    ours = [
        str(local)
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack
        if "/tests/" not in frame.filename
        for local in (frame.locals or {}).values()
    ]
    assert ours
    assert "canary" not in "\n".join([*ours, str(error), repr(error), *map(str, vars(error).values())])


def short_deadline(original):
    def init(self, *args, **kwargs):
        original(self, *args, **{"deadline": 0.2, **kwargs})

    return init


@pytest.mark.parametrize("login", BY_KEY.values(), ids=BY_KEY)
def test_each_login_knows_what_a_person_unticked(login):
    wanted = login.scopes_for(["insights", "publish"])
    assert len(wanted) == len(set(wanted))
    assert login.missing_scopes(wanted, ["insights", "publish"]) == ()
    assert login.missing_scopes(wanted[:-1], ["insights", "publish"]) == wanted[-1:]
    assert login.missing_scopes([], []) == login.required_scopes
