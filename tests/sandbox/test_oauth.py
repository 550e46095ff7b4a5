"""Consent, codes and tokens of both logins."""

import pytest
import requests

from tests.sandbox import doors


def test_the_instagram_window_lists_accounts_and_then_what_is_asked(sandbox):
    url = f"{sandbox.url}/www.instagram.com/oauth/authorize"
    asked = {"client_id": doors.IG_APP, "redirect_uri": doors.BACK, "response_type": "code"}
    asked |= {"scope": ",".join(doors.IG_SCOPES), "state": "abc"}
    first = requests.get(url, params=asked, timeout=10).text
    assert "levain.porto" in first
    assert "Sandbox – not Meta" in first
    second = requests.get(url, params=asked | {"as": "crux.lisboa"}, timeout=10).text
    assert "View insights" in second
    assert 'value="allow"' in second


def test_seed_09_the_redirect_carries_code_state_and_a_stray_suffix(sandbox):
    location = doors.allow_instagram(sandbox.url, "levain.porto").headers["location"]
    assert location.startswith(f"{doors.BACK}?code=")
    assert location.endswith("#_")
    assert doors.query_of(location)["state"] == "s1"


def test_seed_13_the_older_authorize_host_serves_the_same_window(sandbox):
    query = "?client_id=990602627938098&redirect_uri=http://localhost/auth/&scope=instagram_business_basic&response_type=code"
    answer = requests.get(f"{sandbox.url}/api.instagram.com/oauth/authorize{query}", timeout=10)
    assert answer.status_code == 200
    assert "Logged in on Instagram as" in answer.text


def test_cancelling_goes_back_with_the_documented_error(sandbox):
    query = doors.query_of(doors.allow_instagram(sandbox.url, "levain.porto", decision="cancel").headers["location"])
    assert query == {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
        "state": "s1",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "1"}, "Invalid platform app"),
        ({"redirect_uri": "https://elsewhere.example/"}, "Invalid redirect URI"),
        ({"redirect_uri": "http://localhost/\r\nSet-Cookie: a=b"}, "Invalid redirect URI"),
        ({"redirect_uri": "http://localhost/#here"}, "Invalid redirect URI"),
        ({"redirect_uri": "http://["}, "Invalid redirect URI"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "business_basic"}, "no longer exists"),
        ({"scope": "instagram_basic"}, "not a permission of this login"),
        ({"scope": "instagram_business_content_publish"}, "mandatory"),
    ],
)
def test_a_wrong_request_is_explained_instead_of_shown(sandbox, change, words):
    asked = {"client_id": doors.IG_APP, "redirect_uri": doors.BACK, "response_type": "code"}
    asked |= {"scope": "instagram_business_basic"} | change
    answer = requests.get(f"{sandbox.url}/www.instagram.com/oauth/authorize", params=asked, timeout=10)
    assert answer.status_code == 400
    assert words in answer.text


def test_a_personal_account_cannot_be_connected(sandbox):
    answer = doors.allow_instagram(sandbox.url, "joana.pires")
    assert "location" not in answer.headers


def test_unticked_permissions_are_missing_from_the_token_and_refused_later(sandbox):
    ticked = ["instagram_business_content_publish"]
    back = doors.allow_instagram(sandbox.url, "levain.porto", ticked=ticked).headers["location"]
    answer = doors.exchange(sandbox.url, doors.query_of(back)["code"]).json()
    assert answer["permissions"] == ["instagram_business_basic", "instagram_business_content_publish"]
    client = doors.Client(sandbox.url, "graph.instagram.com", answer["access_token"])
    error = client.refused("GET", f"{doors.LEVAIN}/insights", metric="reach", period="day")
    assert error["code"] == 10
    sandbox.control("variants", missing_scope="200")
    assert client.refused("GET", f"{doors.LEVAIN}/insights", metric="reach", period="day")["code"] == 200


def test_a_code_works_once_and_only_for_an_hour(sandbox):
    code = doors.query_of(doors.allow_instagram(sandbox.url, "levain.porto").headers["location"])["code"]
    assert doors.exchange(sandbox.url, code, redirect_uri="http://localhost/other/").status_code == 400
    assert doors.exchange(sandbox.url, code).status_code == 200
    again = doors.exchange(sandbox.url, code)
    assert again.status_code == 400
    assert again.json() == {
        "error_type": "OAuthException",
        "code": 400,
        "error_message": "Matching code was not found or was already used",
    }
    late = doors.query_of(doors.allow_instagram(sandbox.url, "levain.porto").headers["location"])["code"]
    sandbox.control("clock", advance_seconds=3601)
    assert doors.exchange(sandbox.url, late).status_code == 400


def test_the_token_answer_comes_in_both_shapes(sandbox):
    sandbox.control("variants", ig_token="data")
    code = doors.query_of(doors.allow_instagram(sandbox.url, "levain.porto").headers["location"])["code"]
    answer = doors.exchange(sandbox.url, code).json()
    assert answer["data"][0]["permissions"] == ",".join(doors.IG_SCOPES)


def test_seed_29_a_short_token_becomes_a_long_one(sandbox):
    short = doors.instagram(sandbox.url, long=False).token
    query = f"?grant_type=ig_exchange_token&&client_secret={doors.IG_SECRET}&access_token={short}"
    answer = requests.get(f"{sandbox.url}/graph.instagram.com/access_token{query}", timeout=10).json()
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == 5183944
    assert answer["access_token"] != short


def refresh(base: str, token: str) -> requests.Response:
    query = f"?grant_type=ig_refresh_token&access_token={token}"
    return requests.get(f"{base}/graph.instagram.com/refresh_access_token{query}", timeout=10)


def test_seed_06_a_token_is_refreshed_after_a_day_and_changes(sandbox):
    client = doors.instagram(sandbox.url)
    assert refresh(sandbox.url, client.token).status_code == 400
    sandbox.control("clock", advance_seconds=86401)
    answer = refresh(sandbox.url, client.token).json()
    assert set(answer) == {"access_token", "token_type", "expires_in"}
    assert answer["access_token"] != client.token
    assert client.get("me", fields="username")["username"] == "levain.porto"


def test_an_expired_token_cannot_be_refreshed(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("clock", advance_seconds=61 * 86400)
    error = refresh(sandbox.url, client.token).json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)


@pytest.mark.parametrize(
    ("action", "subcode"),
    [("revoke", 458), ("checkpoint", 459), ("password_changed", 460), ("expire", 463), ("logout", 467)],
)
def test_tokens_die_as_ordered(sandbox, action, subcode):
    client = doors.instagram(sandbox.url)
    assert sandbox.control("tokens", username="levain.porto", action=action)["changed"] == 2
    error = client.refused("GET", "me")
    assert (error["code"], error["error_subcode"]) == (190, subcode)
    assert error["fbtrace_id"]


def test_a_token_of_the_other_login_is_refused(sandbox):
    client = doors.instagram(sandbox.url)
    for host in ("graph.facebook.com", "graph.instagram.com"):
        wrong = doors.Client(sandbox.url, host, client.token if "facebook" in host else "EAAnothing")
        assert wrong.refused("GET", "me")["code"] == 190


def test_facebook_codes_tokens_and_pages(sandbox):
    client = doors.facebook(sandbox.url)
    me = client.get("me")
    assert me["name"] == "Ana Duarte"
    first = client.get("me/accounts", fields="id,name,access_token,tasks,instagram_business_account{id,username}")
    assert len(first["data"]) == 25
    assert any("instagram_business_account" not in page for page in first["data"])
    second = requests.get(first["paging"]["next"], timeout=10).json()
    assert len(second["data"]) == 6
    assert "next" not in second["paging"]
    names = {page["name"] for page in first["data"] + second["data"]}
    assert len(names) == 31


def test_a_large_limit_does_not_spare_paging(sandbox):
    client = doors.facebook(sandbox.url)
    assert len(client.get("me/accounts", limit=100)["data"]) == 25
    assert len(doors.pages(client, "id")) == 31


def test_a_page_token_from_a_long_user_token_never_expires(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    token = client.get("me/accounts")["data"][0]["access_token"]
    assert token == client.get("me/accounts")["data"][0]["access_token"]
    sandbox.control("clock", advance_seconds=400 * 86400)
    assert client.refused("GET", "me")["error_subcode"] == 463
    page = doors.Client(sandbox.url, "graph.facebook.com", token)
    assert page.get("me", fields="name")["name"] == "Levain Porto"


def test_seed_35_pages_with_their_accounts(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    query = "fields=id%2Cname%2Caccess_token%2Cinstagram_business_account"
    url = f"{sandbox.url}/graph.facebook.com/v25.0/me/accounts?{query}&access_token={client.token}"
    answer = requests.get(url, timeout=10).json()
    page = answer["data"][0]
    assert page["id"] == "134895793791914"
    assert page["instagram_business_account"] == {"id": doors.LEVAIN}
    assert set(answer["paging"]) == {"cursors"}


def test_seed_21_a_page_names_its_account(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    assert client.get("134895793791914", fields="instagram_business_account") == {
        "instagram_business_account": {"id": "17841405822304914"},
        "id": "134895793791914",
    }


def test_seed_17_the_token_flow_answers_in_the_fragment(sandbox):
    back = doors.allow_facebook(sandbox.url, "tomas", response_type="token").headers["location"]
    assert back.startswith(f"{doors.BACK}?#access_token=")
    fragment = doors.fragment_of(back)
    assert set(fragment) == {"access_token", "data_access_expiration_time", "expires_in", "long_lived_token", "state"}
    assert fragment["data_access_expiration_time"].isdigit()
    client = doors.Client(sandbox.url, "graph.facebook.com", fragment["long_lived_token"])
    assert client.get("me")["name"] == "Tomás Leite"
    sandbox.control("variants", data_access_expiration_time="iso")
    back = doors.allow_facebook(sandbox.url, "tomas", response_type="token").headers["location"]
    assert doors.fragment_of(back)["data_access_expiration_time"].endswith("+0000")


def test_declined_permissions_are_listed_and_a_configuration_grants_all_or_nothing(sandbox):
    some = doors.FB_SCOPES[:4]
    client = doors.facebook(sandbox.url, "tomas", ticked=some)
    rows = {row["permission"]: row["status"] for row in client.get("me/permissions")["data"]}
    assert rows["pages_read_engagement"] == "declined"
    assert rows["instagram_basic"] == "granted"
    none = doors.facebook(sandbox.url, "tomas", ticked=some, config_id="123")
    assert {row["status"] for row in none.get("me/permissions")["data"]} == {"declined"}


def test_only_ticked_pages_are_visible(sandbox):
    client = doors.facebook(sandbox.url, "ana", pages=["134895793791914"])
    assert [page["name"] for page in client.get("me/accounts")["data"]] == ["Levain Porto"]
    other = doors.instagram(sandbox.url, "crux.lisboa").get("me", fields="user_id")["user_id"]
    error = client.refused("GET", other)
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_removing_the_app_kills_every_token(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    page = doors.Client(sandbox.url, "graph.facebook.com", client.get("me/accounts")["data"][0]["access_token"])
    assert client.call("DELETE", "me/permissions").json() == {"success": True}
    assert client.refused("GET", "me")["error_subcode"] == 458
    assert page.refused("GET", "me")["error_subcode"] == 458


def test_debug_token_describes_living_and_dead_tokens(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    app = f"{doors.FB_APP}|{doors.FB_SECRET}"
    data = doors.facebook_get(sandbox.url, "debug_token", input_token=client.token, access_token=app).json()["data"]
    assert data["is_valid"]
    assert data["type"] == "USER"
    assert data["app_id"] == doors.FB_APP
    sandbox.control("tokens", username="tomas", action="expire")
    dead = doors.facebook_get(sandbox.url, "debug_token", input_token=client.token, access_token=app)
    assert dead.status_code == 200
    assert not dead.json()["data"]["is_valid"]
    assert dead.json()["data"]["error"]["subcode"] == 463


def test_a_proof_is_verified_when_sent(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    assert client.get("me", appsecret_proof=doors.proof(client.token))["name"]
    assert client.refused("GET", "me", appsecret_proof="0" * 64)["code"] == 100
    assert client.refused("GET", "me", appsecret_proof="é")["code"] == 100


def test_instagram_permissions_lapse_with_data_access(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    sandbox.control("tokens", username="tomas", action="data_access")
    rows = {row["permission"]: row["status"] for row in client.get("me/permissions")["data"]}
    assert rows["instagram_basic"] == "expired"
    assert rows["pages_show_list"] == "granted"
    assert client.refused("GET", doors.LEVAIN, fields="username")["code"] == 10


def test_the_facebook_dialog_wants_a_state(sandbox):
    asked = {"client_id": doors.FB_APP, "redirect_uri": doors.BACK, "scope": "instagram_basic"}
    answer = requests.get(f"{sandbox.url}/www.facebook.com/v25.0/dialog/oauth", params=asked, timeout=10)
    assert answer.status_code == 400
    assert "state" in answer.text
