"""Profiles, media lists, field expansion, paging and the refusals around them."""

import json

import pytest
import requests

from tests.sandbox import doors


def test_a_profile_on_instagrams_host_has_two_ids(sandbox):
    client = doors.instagram(sandbox.url)
    me = client.get("me", fields="user_id,username,account_type,followers_count,media_count,biography")
    assert me["user_id"] == doors.LEVAIN
    assert me["id"] != doors.LEVAIN
    assert me["account_type"] == "BUSINESS"
    assert 25 <= me["media_count"] <= 60
    creator = doors.instagram(sandbox.url, "mara.lume")
    assert creator.get("me", fields="account_type")["account_type"] == "MEDIA_CREATOR"


def test_me_comes_in_both_shapes(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("variants", me="data")
    assert client.get("me", fields="username")["data"][0]["username"] == "levain.porto"


def test_empty_fields_are_left_out_and_unknown_ones_refused(sandbox):
    client = doors.facebook(sandbox.url)
    small = doors.pages(client, "name,instagram_business_account{id,username,website}")
    sal = next(page for page in small if page["name"] == "Atelier Sal")
    assert "website" not in sal["instagram_business_account"]
    error = client.refused("GET", doors.LEVAIN, fields="account_type")
    assert error["code"] == 100
    assert "nonexisting field (account_type)" in error["message"]
    assert doors.instagram(sandbox.url).refused("GET", "me", fields="ig_id")["type"] == "IGApiException"


def test_an_account_of_somebody_else_looks_missing(sandbox):
    client = doors.instagram(sandbox.url, "crux.lisboa")
    error = client.refused("GET", f"{doors.LEVAIN}/media")
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_seed_02_the_media_list_holds_ids_and_cursors(sandbox):
    client = doors.instagram(sandbox.url)
    answer = client.get(f"{doors.LEVAIN}/media", limit=6)
    assert answer["data"] == [
        {"id": "17918195224117851"},
        {"id": "17895695668004550"},
        {"id": "17899305451014820"},
        {"id": "17896450804038745"},
        {"id": "17881042411086627"},
        {"id": "17869102915168123"},
    ]
    assert set(answer["paging"]["cursors"]) == {"before", "after"}


def walk(client: doors.Client, limit: int) -> list[str]:
    found, after = [], None
    while True:
        page = client.get(f"{doors.LEVAIN}/media", limit=limit, **({"after": after} if after else {}))
        found += [media["id"] for media in page["data"]]
        if "next" not in page["paging"]:
            return found
        after = page["paging"]["cursors"]["after"]


@pytest.mark.parametrize("short", ["no", "yes"])
def test_paging_reaches_everything_once_even_on_short_pages(sandbox, short):
    client = doors.instagram(sandbox.url)
    sandbox.control("variants", short_pages=short)
    everything = client.get("me", fields="media_count")["media_count"]
    found = walk(client, 10)
    assert len(found) == len(set(found)) == everything


def test_the_default_page_has_25_and_previous_leads_back(sandbox):
    client = doors.instagram(sandbox.url)
    first = client.get(f"{doors.LEVAIN}/media")
    assert len(first["data"]) == 25
    assert "previous" not in first["paging"]
    second = requests.get(first["paging"]["next"], timeout=10).json()
    back = requests.get(second["paging"]["previous"], timeout=10).json()
    assert back["data"] == first["data"]


def test_a_made_up_cursor_is_refused(sandbox):
    client = doors.instagram(sandbox.url)
    assert client.refused("GET", f"{doors.LEVAIN}/media", after="nonsense")["code"] == 100
    assert client.refused("GET", f"{doors.LEVAIN}/media", limit="many")["code"] == 100


def test_media_are_newest_first_over_two_years(sandbox):
    client = doors.instagram(sandbox.url)
    rows = client.get(f"{doors.LEVAIN}/media", fields="timestamp,caption,media_type,media_product_type", limit=100)[
        "data"
    ]
    times = [row["timestamp"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert int(times[0][:4]) - int(times[-1][:4]) >= 1
    assert {row["media_type"] for row in rows} == {"IMAGE", "VIDEO", "CAROUSEL_ALBUM"}
    assert {row["media_product_type"] for row in rows} == {"FEED", "REELS"}
    assert all(row["timestamp"].endswith("+0000") for row in rows)


def test_expansion_carries_arguments_children_and_insights(sandbox):
    client = doors.instagram(sandbox.url)
    fields = "username,media.limit(40){media_type,children{id,media_url},insights.metric(reach,likes)}"
    media = client.get("me", fields=fields)["media"]
    assert len(media["data"]) == 40
    assert set(media["paging"]) == {"cursors"}
    album = next(row for row in media["data"] if row["media_type"] == "CAROUSEL_ALBUM")
    assert len(album["children"]["data"]) >= 2
    assert [entry["name"] for entry in album["insights"]["data"]] == ["reach", "likes"]
    rest = client.get("me", fields=f"media.after({media['paging']['cursors']['after']}){{id}}")
    assert len(rest["media"]["data"]) == client.get("me", fields="media_count")["media_count"] - 40


def test_likes_on_the_media_are_the_likes_of_its_insights(sandbox):
    client = doors.instagram(sandbox.url)
    row = client.get("17881042411086627", fields="like_count,comments_count,insights.metric(likes,comments)")
    values = [entry["values"][0]["value"] for entry in row["insights"]["data"]]
    assert values == [row["like_count"], row["comments_count"]]


def test_album_children_lack_what_belongs_to_the_album(sandbox):
    client = doors.instagram(sandbox.url)
    media = client.get(f"{doors.LEVAIN}/media", fields="media_type,children", limit=100)["data"]
    child = next(row for row in media if "children" in row)["children"]["data"][0]["id"]
    slide = client.get(child, fields="id,caption,permalink,like_count,media_url,timestamp")
    assert set(slide) == {"id", "media_url", "timestamp"}
    assert client.refused("GET", f"{child}/insights", metric="reach")["code"] == 100


def test_films_have_a_thumbnail(sandbox):
    client = doors.instagram(sandbox.url)
    rows = client.get(f"{doors.LEVAIN}/media", fields="media_type,thumbnail_url,media_url", limit=100)["data"]
    for row in rows:
        assert ("thumbnail_url" in row) == (row["media_type"] == "VIDEO")


def test_pictures_are_served_and_their_addresses_expire(sandbox):
    client = doors.instagram(sandbox.url)
    url = client.get("17918195224117851", fields="media_url")["media_url"]
    answer = requests.get(url, timeout=10)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    sandbox.control("clock", advance_seconds=5 * 86400)
    assert requests.get(url, timeout=10).status_code == 403


def test_fields_documented_for_facebook_only_can_be_refused_on_instagrams_host(sandbox):
    client = doors.instagram(sandbox.url)
    assert "caption" in client.get("17918195224117851", fields="caption")
    sandbox.control("variants", ig_media_fields="docs")
    assert client.refused("GET", "17918195224117851", fields="caption")["code"] == 100
    assert client.refused("GET", "17918195224117851", fields="saved_count")["code"] == 100


def test_stories_live_for_a_day(sandbox):
    client = doors.facebook(sandbox.url)
    pages = doors.pages(client, "instagram_business_account{stories{id,media_product_type}}")
    story = next(
        page["instagram_business_account"]["stories"]["data"][0]
        for page in pages
        if "stories" in page.get("instagram_business_account", {})
    )
    assert story["media_product_type"] == "STORY"
    assert client.get(story["id"], fields="timestamp")
    sandbox.control("clock", advance_seconds=86401)
    assert client.refused("GET", story["id"])["error_subcode"] == 33


def test_several_nodes_in_one_call_fail_together(sandbox):
    client = doors.facebook(sandbox.url)
    good = client.get("", ids=f"{doors.LEVAIN},17918195224117851", fields="id,username")
    assert good[doors.LEVAIN]["username"] == "levain.porto"
    assert client.refused("GET", "", ids=f"{doors.LEVAIN},42", fields="id")["error_subcode"] == 33


def test_a_batch_answers_in_order_and_fails_one_by_one(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    operations = [
        {"method": "GET", "relative_url": "v25.0/me?fields=name"},
        {"method": "GET", "relative_url": "v25.0/42"},
        {"method": "GET", "relative_url": f"v25.0/{doors.LEVAIN}/media?limit=1"},
    ]
    answers = client.post("", batch=json.dumps(operations), include_headers="false")
    assert [answer["code"] for answer in answers] == [200, 400, 200]
    assert json.loads(answers[0]["body"])["name"] == "Tomás Leite"
    assert json.loads(answers[1]["body"])["error"]["error_subcode"] == 33
    assert client.refused("POST", "", batch=json.dumps(operations * 17))["code"] == 100
    assert client.refused("POST", "", batch="{")["code"] == 100


def test_broken_fields_unknown_parameters_and_unknown_edges_are_refused(sandbox):
    client = doors.instagram(sandbox.url)
    assert client.refused("GET", "me", fields="media{id")["code"] == 2500
    assert "not allowed" in client.refused("GET", f"{doors.LEVAIN}/media", sort="asc")["message"]
    assert client.refused("GET", f"{doors.LEVAIN}/nothing")["code"] == 100
    later = client.call("GET", "17918195224117851/comments")
    assert later.status_code == 501
    assert "does not stand in" in later.json()["error"]["message"]


def test_usage_headers_and_trace_stand_on_every_answer(sandbox):
    for client in (doors.instagram(sandbox.url), doors.facebook(sandbox.url)):
        for path in (doors.LEVAIN, f"{doors.LEVAIN}/insights"):
            answer = client.call("GET", path)
            assert answer.headers["x-app-usage"].startswith("{")
            assert "estimated_time_to_regain_access" in answer.headers["x-business-use-case-usage"]
            assert answer.headers["x-fb-trace-id"]
        assert answer.json()["error"]["fbtrace_id"] == answer.headers["x-fb-trace-id"]


def test_the_version_is_optional_and_the_token_may_stand_in_the_query(sandbox):
    client = doors.instagram(sandbox.url)
    for path in ("me", "v26.0/me"):
        url = f"{sandbox.url}/graph.instagram.com/{path}"
        answer = requests.get(url, params={"fields": "username", "access_token": client.token}, timeout=10)
        assert answer.json()["username"] == "levain.porto"
    bare = requests.get(f"{sandbox.url}/graph.facebook.com/v25.0/me", timeout=10)
    assert bare.json()["error"]["code"] == 2500
