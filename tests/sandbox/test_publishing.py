"""Containers, publication and quotas."""

import threading

import pytest
import requests

from tests.sandbox import doors


def test_a_photo_goes_from_container_to_profile(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("containers", seconds=60)
    with doors.shelf({"/a.jpg": doors.jpeg(500, 600)}) as shelf:
        container = client.post(
            f"{doors.LEVAIN}/media", image_url=f"{shelf}/a.jpg?sig=1", caption="Olá #pão & <b>", alt_text="A loaf"
        )["id"]
    assert client.get(container, fields="status_code")["status_code"] == "IN_PROGRESS"
    early = client.refused("POST", f"{doors.LEVAIN}/media_publish", creation_id=container)
    assert (early["code"], early["error_subcode"]) == (9007, 2207027)
    sandbox.control("clock", advance_seconds=61)
    status = client.get(container, fields="status_code,status")
    assert status["status_code"] == "FINISHED"
    media = client.post(f"{doors.LEVAIN}/media_publish", creation_id=container)["id"]
    assert client.get(container, fields="status_code")["status_code"] == "PUBLISHED"
    newest = client.get(f"{doors.LEVAIN}/media", fields="id,caption,alt_text,permalink,media_url,like_count", limit=1)[
        "data"
    ][0]
    assert newest["id"] == media
    assert newest["caption"] == "Olá #pão & <b>"
    assert newest["alt_text"] == "A loaf"
    assert newest["like_count"] == 0
    assert requests.get(newest["media_url"], timeout=10).content == doors.jpeg(500, 600)
    page = requests.get(newest["permalink"], timeout=10)
    assert page.status_code == 200
    assert "Olá #pão &amp; &lt;b&gt;" in page.text
    assert (
        newest["permalink"].split("/p/")[1]
        in requests.get(f"{sandbox.url}/www.instagram.com/levain.porto/", timeout=10).text
    )
    [live] = sandbox.live("levain.porto")
    assert (live["id"], live["creation_id"], live["permalink"]) == (media, container, newest["permalink"])


def test_a_container_is_published_once_unless_told_otherwise(sandbox):
    client = doors.instagram(sandbox.url)
    container = doors.ready_container(sandbox.url, client)
    client.post(f"{doors.LEVAIN}/media_publish", creation_id=container)
    error = client.refused("POST", f"{doors.LEVAIN}/media_publish", creation_id=container)
    assert (error["code"], error["error_subcode"]) == (24, 2207008)
    assert len(sandbox.live("levain.porto")) == 1
    sandbox.control("variants", reusable_containers="yes")
    client.post(f"{doors.LEVAIN}/media_publish", creation_id=container)
    assert len(sandbox.live("levain.porto")) == 2


def test_publishing_at_the_same_moment_makes_one_post(sandbox):
    client = doors.instagram(sandbox.url)
    container = doors.ready_container(sandbox.url, client)
    answers: list[int] = []

    def send() -> None:
        other = doors.Client(sandbox.url, "graph.instagram.com", client.token)
        answers.append(other.call("POST", f"{doors.LEVAIN}/media_publish", creation_id=container).status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [400] * 7
    assert len(sandbox.live("levain.porto")) == 1


def test_a_container_expires_after_a_day(sandbox):
    client = doors.instagram(sandbox.url)
    container = doors.ready_container(sandbox.url, client)
    sandbox.control("clock", advance_seconds=86401)
    assert client.get(container, fields="status_code")["status_code"] == "EXPIRED"
    error = client.refused("POST", f"{doors.LEVAIN}/media_publish", creation_id=container)
    assert (error["code"], error["error_subcode"]) == (24, 2207008)


def test_a_container_can_fail_with_a_subcode(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("containers", error_subcode=2207082)
    container = doors.ready_container(sandbox.url, client)
    status = client.get(container, fields="status_code,status")
    assert status["status_code"] == "ERROR"
    assert "2207082" in status["status"]
    assert client.refused("POST", f"{doors.LEVAIN}/media_publish", creation_id=container)["error_subcode"] == 2207082


def test_seed_19_container_status_without_a_version(sandbox):
    client = doors.instagram(sandbox.url)
    container = doors.ready_container(sandbox.url, client)
    url = f"{sandbox.url}/graph.instagram.com/{container}?fields=status_code&access_token={client.token}"
    assert requests.get(url, timeout=10).json() == {"status_code": "FINISHED", "id": container}


def test_seed_22_publishing_with_parameters_in_the_query(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    container = doors.ready_container(sandbox.url, client)
    url = f"{sandbox.url}/graph.facebook.com/17841405822304914/media_publish?creation_id={container}"
    answer = requests.post(url, headers={"Authorization": f"Bearer {client.token}"}, timeout=10).json()
    assert set(answer) == {"id"}


def test_seed_40_the_publishing_limit_under_both_names(sandbox):
    client = doors.facebook(sandbox.url, "tomas")
    query = f"fields=quota_usage,rate_limit_settings&since=1609969714&access_token={client.token}"
    url = f"{sandbox.url}/graph.facebook.com/v25.0/{doors.LEVAIN}/content_publishing_limit?{query}"
    assert requests.get(url, timeout=10).json() == {
        "data": [{"quota_usage": 0, "rate_limit_settings": {"quota_total": 50, "quota_duration": 86400}}]
    }
    container = doors.ready_container(sandbox.url, client)
    client.post(f"{doors.LEVAIN}/media_publish", creation_id=container)
    limit = client.get(f"{doors.LEVAIN}/content_publishing_limit", fields="quota_usage,config")
    assert limit["data"][0] == {"quota_usage": 1, "config": {"quota_total": 50, "quota_duration": 86400}}
    assert client.get(f"{doors.LEVAIN}/content_publishing_limit") == {"data": [{"quota_usage": 1}]}


def test_the_quota_is_obeyed_and_frees_itself(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("quota", username="levain.porto", total=1)
    first, second = (doors.ready_container(sandbox.url, client) for _ in range(2))
    client.post(f"{doors.LEVAIN}/media_publish", creation_id=first)
    error = client.refused("POST", f"{doors.LEVAIN}/media_publish", creation_id=second)
    assert (error["code"], error["error_subcode"]) == (9, 2207042)
    sandbox.control("clock", advance_seconds=86401)
    third = doors.ready_container(sandbox.url, client)
    assert client.post(f"{doors.LEVAIN}/media_publish", creation_id=third)["id"]


def files() -> dict[str, bytes | int]:
    return {
        "/a.jpg": doors.jpeg(),
        "/png.jpg": doors.jpeg(kind="PNG"),
        "/text.jpg": b"<html>not a picture</html>",
        "/tall.jpg": doors.jpeg(300, 600),
        "/wide.jpg": doors.jpeg(1000, 400),
        "/large.jpg": doors.jpeg() + b"\0" * (8 * 1024 * 1024),
        "/moved.jpg": 302,
        "/portrait.jpg": doors.jpeg(1080, 1350),
        "/cut.jpg": doors.jpeg()[:900],
    }


@pytest.mark.parametrize(
    ("path", "code", "subcode"),
    [
        ("/gone.jpg", 9004, 2207052),
        ("/moved.jpg", 9004, 2207052),
        ("/text.jpg", 9004, 2207052),
        ("/cut.jpg", 9004, 2207052),
        ("/png.jpg", 36001, 2207005),
        ("/tall.jpg", 36003, 2207009),
        ("/wide.jpg", 36003, 2207009),
        ("/large.jpg", 36000, 2207004),
    ],
)
def test_pictures_are_fetched_and_judged_by_content(sandbox, path, code, subcode):
    client = doors.instagram(sandbox.url)
    with doors.shelf(files()) as shelf:
        error = client.refused("POST", f"{doors.LEVAIN}/media", image_url=shelf + path)
        assert (error["code"], error["error_subcode"]) == (code, subcode)
        assert error["error_user_msg"]
        assert client.post(f"{doors.LEVAIN}/media", image_url=f"{shelf}/portrait.jpg")["id"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.jpg", "ftp://127.0.0.1/a.jpg", "a.jpg", "http://["])
def test_an_address_nobody_answers_is_refused(sandbox, address):
    error = doors.instagram(sandbox.url).refused("POST", f"{doors.LEVAIN}/media", image_url=address)
    assert (error["code"], error["error_subcode"]) == (9004, 2207052)


@pytest.mark.parametrize(
    ("params", "code", "subcode", "words"),
    [
        ({}, 100, None, "image_url is required"),
        ({"caption": "x" * 2201}, 36004, 2207010, ""),
        ({"caption": " ".join(f"#t{n}" for n in range(31))}, 36004, 2207010, ""),
        ({"caption": " ".join(f"@u{n}" for n in range(21))}, 36004, 2207010, ""),
        ({"alt_text": "x" * 1001}, 100, None, "alt_text"),
        ({"media_type": "FILM"}, 100, 2207023, ""),
        ({"media_type": "VIDEO", "video_url": "http://x/a.mp4"}, 100, 2207067, ""),
        ({"media_type": "CAROUSEL", "children": "1"}, 100, 2207028, ""),
        ({"media_type": "CAROUSEL", "children": "1,2"}, 24, 2207006, ""),
        ({"is_paid_partnership": "true"}, 100, None, "param is_paid_partnership is not allowed"),
        ({"share_to_feed": "true"}, 100, None, "param share_to_feed is not allowed"),
        ({"is_carousel_item": "true", "caption": "x"}, 100, None, "param caption is not allowed"),
        ({"publish_at": "1"}, 100, None, "param publish_at is not allowed"),
        ({"collaborators": '["a","b","c","d"]'}, 100, None, "at most 3"),
        ({"user_tags": '[{"username":"a"}]'}, 100, 2207036, ""),
        ({"user_tags": '[{"username":"a","x":2,"y":0}]'}, 100, None, "between 0.0 and 1.0"),
        ({"user_tags": '[{"username":"a","x":"left","y":0}]'}, 100, None, "between 0.0 and 1.0"),
    ],
)
def test_container_parameters_are_checked(sandbox, params, code, subcode, words):
    error = doors.instagram(sandbox.url).refused("POST", f"{doors.LEVAIN}/media", **params)
    assert (error["code"], error.get("error_subcode")) == (code, subcode)
    assert words in error["message"]


def test_what_is_not_modelled_says_so(sandbox):
    client = doors.instagram(sandbox.url)
    answer = client.call("POST", f"{doors.LEVAIN}/media", media_type="REELS", video_url="http://127.0.0.1/a.mp4")
    assert answer.status_code == 501
    assert "does not stand in" in answer.json()["error"]["message"]


def test_an_album_of_photos(sandbox):
    client = doors.instagram(sandbox.url)
    items = [doors.ready_container(sandbox.url, client, is_carousel_item="true") for _ in range(3)]
    single = client.refused("POST", f"{doors.LEVAIN}/media_publish", creation_id=items[0])
    assert single["error_subcode"] == 2207006
    album = client.post(f"{doors.LEVAIN}/media", media_type="CAROUSEL", children=",".join(items), caption="Three")["id"]
    media = client.post(f"{doors.LEVAIN}/media_publish", creation_id=album)["id"]
    read = client.get(media, fields="media_type,caption,children{media_type,media_url}")
    assert read["media_type"] == "CAROUSEL_ALBUM"
    assert len(read["children"]["data"]) == 3


def test_a_photo_story_vanishes_after_a_day(sandbox):
    client = doors.instagram(sandbox.url)
    container = doors.ready_container(sandbox.url, client, media_type="STORIES")
    media = client.post(f"{doors.LEVAIN}/media_publish", creation_id=container)["id"]
    assert client.get(f"{doors.LEVAIN}/stories")["data"][0] == {"id": media}
    assert media not in str(client.get(f"{doors.LEVAIN}/media"))
    sandbox.control("clock", advance_seconds=86401)
    assert client.refused("GET", media)["error_subcode"] == 33


def test_publishing_needs_the_scope_and_on_facebooks_side_a_task(sandbox):
    reader = doors.instagram(sandbox.url, scopes=("instagram_business_basic",))
    assert reader.refused("POST", f"{doors.LEVAIN}/media", image_url="http://x/")["code"] == 10
    client = doors.facebook(sandbox.url)
    pages = doors.pages(client, "tasks,instagram_business_account")
    analyst = next(page for page in pages if page["tasks"] == ["ANALYZE"])["instagram_business_account"]["id"]
    assert "CREATE_CONTENT" in client.refused("POST", f"{analyst}/media", image_url="http://x/")["message"]


def test_a_container_of_another_account_does_not_exist(sandbox):
    container = doors.ready_container(sandbox.url, doors.instagram(sandbox.url))
    crux = doors.instagram(sandbox.url, "crux.lisboa")
    own = crux.get("me", fields="user_id")["user_id"]
    assert crux.refused("GET", container)["error_subcode"] == 33
    assert crux.refused("POST", f"{own}/media_publish", creation_id=container)["error_subcode"] == 2207006
