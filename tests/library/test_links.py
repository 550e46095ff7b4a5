"""The links through which Meta fetches a photo."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from library import links
from library.models import MediaLink
from library.rendering import feed_rendition
from library.storing import store
from tests.library.pictures import photo
from workspaces.scoping import workspace_in_force

HOUR = timedelta(hours=1)


@pytest.fixture
def rendition(cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    with workspace_in_force(cast.aurora.id):
        return feed_rendition(store(photo(), by=cast.ed))


@pytest.fixture
def link(cast, rendition):
    def make(lives=HOUR) -> str:
        with workspace_in_force(cast.aurora.id):
            return links.media_url(rendition, lives=lives)

    return make


def body(response) -> bytes:
    return response.content


def test_U19_meta_fetches_the_file_without_a_cookie(link, rendition):
    url = link()
    assert url.startswith("http://localhost:8000/media/")
    assert url.endswith(".jpg")
    response = Browser(headers={"User-Agent": "facebookexternalhit/1.1"}).get(urlsplit(url).path)
    assert response.status_code == 200
    data = body(response)
    assert response["Content-Type"] == "image/jpeg"
    assert int(response["Content-Length"]) == len(data) == rendition.size
    assert data[:2] == b"\xff\xd8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"].startswith("private")
    assert "X-Robots-Tag" not in response
    assert not response.cookies


def test_U19_a_head_request_says_type_and_length_and_counts_nothing(link, rendition):
    path = urlsplit(link()).path
    response = Browser().head(path)
    assert (response.status_code, int(response["Content-Length"])) == (200, rendition.size)
    assert response["Content-Type"] == "image/jpeg"
    for n in (1, 2):
        assert body(Browser().get(path))
        with workspace_in_force(rendition.workspace_id):
            row = MediaLink.objects.get()
            assert (row.fetches, row.fetched_at is not None) == (n, True)


@pytest.mark.parametrize("header", [{"Range": "bytes=0-9"}, {"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"}])
def test_U19_conditions_and_ranges_get_the_whole_file(link, rendition, header):
    response = Browser(headers=header).get(urlsplit(link()).path)
    assert response.status_code == 200
    assert len(body(response)) == rendition.size


def test_U19_an_expired_link_is_gone(link, rendition):
    path = urlsplit(link()).path
    with workspace_in_force(rendition.workspace_id):
        MediaLink.objects.update(expires_at=timezone.now())
    assert Browser().get(path).status_code == 404


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t[::-1], lambda t: t + "A", lambda t: "0"])
def test_U19_U21_an_altered_link_finds_nothing(link, change):
    token = re.search(r"/media/(.+)\.jpg$", link())[1]
    assert Browser().get(f"/media/{change(token)}.jpg").status_code == 404


def test_U19_nothing_but_reading(link):
    path = urlsplit(link()).path
    for verb in ("post", "put", "patch", "delete"):
        assert getattr(Browser(), verb)(path).status_code == 405


def test_U19_a_missing_file_is_404_not_an_error(link, rendition):
    path = urlsplit(link()).path
    rendition.file.delete(save=False)
    assert Browser().get(path).status_code == 404


def test_U20_every_call_makes_a_link_of_its_own_that_lives_as_long_as_asked(link, rendition):
    first, second = link(HOUR), link(4 * HOUR)
    assert first != second
    with workspace_in_force(rendition.workspace_id):
        left = [row.expires_at - timezone.now() for row in MediaLink.objects.order_by("id")]
    assert HOUR - timedelta(minutes=1) < left[0] <= HOUR
    assert 4 * HOUR - timedelta(minutes=1) < left[1] <= 4 * HOUR


def test_U20_links_long_expired_are_swept(link, rendition):
    link()
    with workspace_in_force(rendition.workspace_id):
        MediaLink.objects.update(expires_at=timezone.now() - timedelta(days=3))
    link()
    with workspace_in_force(rendition.workspace_id):
        assert MediaLink.objects.count() == 1


def test_U21_a_link_cannot_be_guessed_and_is_not_stored(link, rendition):
    tokens = [re.search(r"/media/(.+)\.jpg$", link())[1] for _ in range(50)]
    assert len(set(tokens)) == 50
    assert all(len(token) * 6 >= 128 for token in tokens)
    with workspace_in_force(rendition.workspace_id):
        stored = set(MediaLink.objects.values_list("token_hash", flat=True))
    assert not stored & set(tokens)


@pytest.mark.parametrize("path", ["/media/", "/media", "/media/.jpg", "/media/../settings.jpg", "/media/a/b.jpg"])
@pytest.mark.django_db
def test_U21_there_is_no_listing(path):
    assert Browser().get(path).status_code == 404


def test_a_thumbnail_is_for_members_only(cast, rendition):
    path = f"/w/aurora/library/{rendition.asset_id}/thumb.jpg"
    assert Browser().get(path).status_code == 302
    assert cast.browser("mallory").get(path).status_code == 404
    assert cast.browser("mallory").get(path.replace("aurora", "borealis")).status_code == 404
    assert cast.browser("cleo").get(path).status_code == 404, "cleo belongs to a client; this has none"
    response = cast.browser("vi").get(path)
    assert response.status_code == 200
    assert "sandbox" in response["Content-Security-Policy"]
    assert body(response)[:2] == b"\xff\xd8"
