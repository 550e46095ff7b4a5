"""The library as people see it."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from library.models import Asset
from library.rendering import feed_rendition
from library.storing import store
from publishing import clock, scheduling
from tests.library.pictures import encoded, photo, picture, upload
from workspaces.models import Membership
from workspaces.scoping import workspace_in_force

LIBRARY = "/w/aurora/library/"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def words(response) -> str:
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_an_empty_library_says_what_belongs_there(cast):
    assert "No photos yet" in words(cast.browser("ed").get(LIBRARY))


def test_several_photos_come_in_at_once_and_each_refusal_is_named(cast):
    files = [photo((400, 400), "one.jpg"), upload(b"GIF89a" + b"\0" * 50, "cat.gif"), photo((500, 400), "two.jpg")]
    response = cast.browser("ed").post(LIBRARY, {"photos": files})
    assert response.status_code == 422
    assert "“cat.gif”: This is a GIF file" in words(response)
    assert "one.jpg" in words(response)
    assert "two.jpg" in words(response)
    with workspace_in_force(cast.aurora.id):
        assert Asset.objects.count() == 2


def test_good_photos_lead_back_to_the_grid(cast):
    browser = cast.browser("ed")
    response = browser.post(LIBRARY, {"photos": [photo((400, 400))]}, follow=True)
    assert response.redirect_chain == [(LIBRARY, 302)]
    assert "1 photo added" in words(response)


def test_nothing_chosen_is_a_sentence(cast):
    response = cast.browser("ed").post(LIBRARY, {})
    assert (response.status_code, "Choose at least one photo" in words(response)) == (422, True)


def test_who_only_reads_sees_photos_but_adds_none(cast):
    browser = cast.browser("vi")
    assert "Upload" not in words(browser.get(LIBRARY))
    assert browser.post(LIBRARY, {"photos": [photo((400, 400))]}).status_code == 403


def test_U11_one_file_over_the_limit_does_not_take_the_others_along(cast, monkeypatch):
    monkeypatch.setattr("library.receiving.MOST_BYTES", 20_000)
    big = upload(encoded(picture((1200, 1200)), "PNG"), "big.png")
    response = cast.browser("ed").post(LIBRARY, {"photos": [photo((120, 120), "small.jpg"), big]})
    assert response.status_code == 422
    assert "“big.png”: It is larger than 30 MB" in words(response)
    assert "small.jpg" in words(response)


def test_U11_files_of_strangers_are_not_read(db):
    response = Browser().post(LIBRARY, {"photos": [photo((400, 400))]})
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_clients_filter_the_grid_and_limited_people_see_only_theirs(cast):
    with workspace_in_force(cast.aurora.id):
        store(photo((400, 400), "bread.jpg"), by=cast.ed, client=cast.client)
        store(photo((410, 400), "wall.jpg"), by=cast.ed, client=cast.other_client)
    page = words(cast.browser("ed").get(LIBRARY, {"client": str(cast.client.pk)}))
    assert "bread.jpg" in page
    assert "wall.jpg" not in page
    page = words(cast.browser("cleo").get(LIBRARY))
    assert "bread.jpg" in page
    assert "wall.jpg" not in page
    assert "Climbing gym" not in page


@pytest.mark.parametrize("query", [{"client": "x"}, {"client": "\0"}, {"page": "999"}, {"page": "-1"}, {"page": "x"}])
def test_any_query_shows_the_grid(cast, query):
    assert cast.browser("ed").get(LIBRARY, query).status_code == 200


def test_a_photo_in_a_post_says_so_and_stays(cast, in_aurora):
    asset = store(photo((400, 400)), by=cast.ed)
    scheduling.plan(
        by=cast.ed,
        membership=Membership.objects.get(user=cast.ed),
        caption="x",
        items=[(feed_rendition(asset), "")],
        accounts=[],
        when=scheduling.When("draft", clock.wall_time_of(timezone.now() + timedelta(days=1), "UTC"), "UTC"),
    )
    browser = cast.browser("ed")
    page = browser.get(LIBRARY)
    assert "in 1 post" in words(page)
    assert f"{asset.pk}/discard/" not in page.content.decode()
    assert "so it stays" in words(browser.post(f"{LIBRARY}{asset.pk}/discard/", follow=True))
    assert Asset.objects.filter(pk=asset.pk).exists()


def test_an_unused_photo_can_be_thrown_away_with_its_files(
    cast, in_aurora, tmp_path, django_capture_on_commit_callbacks
):
    asset = store(photo((400, 400)), by=cast.ed)
    assert [path for path in tmp_path.rglob("*") if path.is_file()]
    with django_capture_on_commit_callbacks(execute=True):
        cast.browser("ed").post(f"{LIBRARY}{asset.pk}/discard/")
    assert not Asset.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_number_of_queries_does_not_grow_with_the_photos(
    cast, django_assert_num_queries, django_assert_max_num_queries
):
    browser = cast.browser("ed")
    with workspace_in_force(cast.aurora.id):
        for n in range(2):
            store(photo((100 + n, 100)), by=cast.ed)
    with django_assert_max_num_queries(16) as few:
        browser.get(LIBRARY)
    count = len(few.captured_queries)
    with workspace_in_force(cast.aurora.id):
        for n in range(6):
            store(photo((110 + n, 100)), by=cast.ed)
    with django_assert_num_queries(count):
        browser.get(LIBRARY)
