"""The mirror of accounts and media, and the pictures that go with it."""

import io
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts import graphs, pictures, syncing
from accounts.models import IGMedia
from meta import ig_media
from meta.ig_media import Media
from meta.ig_user import Profile

pytestmark = pytest.mark.django_db


def jpeg(size=(800, 600), kind="JPEG") -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(out, kind)
    return out.getvalue()


class Host:
    """A picture host that answers as it is told."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.drip = 0.0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                status, headers, body = host.answers[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for start in range(0, len(body), 70_000):
                        self.wfile.write(body[start : start + 70_000])
                        self.wfile.flush()
                        time.sleep(host.drip)
                except OSError:
                    pass

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def serve(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        kinds = {"Content-Type": "image/jpeg"} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, kinds, body)
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def host(settings) -> Iterator[Host]:
    made = Host()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    settings.META_HOSTS = settings.META_HOSTS | {"FACEBOOK_GRAPH_URL": f"http://localhost:{made.port}/graph"}
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_small_and_without_metadata(host, kind):
    drawn = pictures.fetch(host.serve("/a", jpeg(kind=kind)), side=320)
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.format == "JPEG"
        assert max(image.size) == 320
        assert not image.getexif()


def test_what_is_no_picture_is_not_kept(host):
    assert pictures.fetch(host.serve("/html", b"<script>", Content_Type="text/html"), side=320) is None
    assert pictures.fetch(host.serve("/lie", b"<svg onload=x>"), side=320) is None
    assert pictures.fetch(host.serve("/gif", jpeg(kind="GIF")), side=320) is None
    assert pictures.fetch(host.serve("/cut", jpeg()[:2000]), side=320) is None
    assert pictures.fetch(host.serve("/gone", b"", 403), side=320) is None


def test_a_redirect_is_not_followed(host):
    there = host.serve("/there", jpeg())
    assert pictures.fetch(host.serve("/here", b"", 302, Location=there), side=320) is None
    assert host.asked == ["/here"]


def test_a_picture_of_too_many_bytes_or_pixels_is_not_kept(host, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 100_000)
    assert pictures.fetch(host.serve("/fat", jpeg() + b"\0" * 200_000), side=320) is None
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    assert pictures.fetch(host.serve("/wide", jpeg()), side=320) is None


def test_a_dripping_picture_ends_by_our_clock(host, monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS", 0.5)
    host.drip = 0.2
    began = time.monotonic()
    assert pictures.fetch(host.serve("/drip", jpeg() + b"\0" * 1_000_000), side=320) is None
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:6379/",
        "https://evil.example/x.jpg",
        "https://scontent.cdninstagram.com.evil.example/x.jpg",
        "http://scontent.cdninstagram.com/x.jpg",
        "https://user:pw@scontent.cdninstagram.com/x.jpg",
        "https://scontent.cdninstagram.com:8443/x.jpg",
        "https://xcdninstagram.com/x.jpg",
        "file:///etc/passwd",
        "https://[::1/x.jpg",
        "",
    ],
)
def test_pictures_come_from_metas_hosts_or_the_stand_in_alone(url):
    assert not pictures.is_metas(url)
    assert pictures.fetch(url, side=320) is None


def test_metas_cdn_and_the_stand_in_are_allowed(host):
    assert pictures.is_metas("https://scontent-lis1-1.cdninstagram.com/v/t51/x.jpg?oh=1")
    assert pictures.is_metas("https://scontent.xx.fbcdn.net/x.jpg")
    assert pictures.is_metas(f"http://127.0.0.1:{host.port}/scontent.cdninstagram.com/x.jpg")
    assert not pictures.is_metas(f"http://127.0.0.1:{host.port + 1}/x.jpg")


def test_media_are_stored_with_thumbnails_served_by_us(ada, connected):
    graph = graphs.graph_for(connected)
    page = ig_media.list_media(graph, connected.ig_user.ig_id, limit=4)
    rows = syncing.store_media(connected.ig_user, page.items, timezone.now())
    assert [row.media_id for row in rows] == [item.id for item in page.items]
    assert all(row.thumbnail for row in rows)
    answer = ada.get(reverse("media_thumbnail", args=["aurora", rows[0].pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    names = [row.thumbnail.name for row in rows]
    again = syncing.store_media(connected.ig_user, page.items, timezone.now())
    assert [row.thumbnail.name for row in again] == names, "a thumbnail is fetched once"


def test_an_older_read_does_not_overwrite_a_newer_one(in_aurora, ig_user_factory):
    account, now = ig_user_factory(), timezone.now()
    syncing.store_media(account, [Media("1", caption="new", like_count=9)], now)
    (row,) = syncing.store_media(account, [Media("1", caption="old", like_count=3)], now - timedelta(minutes=1))
    assert (row.caption, row.like_count) == ("new", 9)
    (row,) = syncing.store_media(account, [Media("1", caption="newer")], now + timedelta(minutes=1))
    assert (row.caption, row.like_count) == ("newer", None), "a hidden count is unknown, not the last one known"
    assert IGMedia.objects.count() == 1


def test_media_named_twice_in_one_answer_are_one_row(in_aurora, ig_user_factory):
    rows = syncing.store_media(ig_user_factory(), [Media("1"), Media("1"), Media("")], timezone.now())
    assert len(rows) == 1


def test_the_still_of_a_video_is_its_cover_and_of_an_album_its_first_picture():
    video = Media("1", media_type="VIDEO", media_url="v.mp4", thumbnail_url="cover")
    assert syncing.thumbnail_url(video) == "cover"
    assert syncing.thumbnail_url(Media("2", media_type="VIDEO", media_url="v.mp4")) == ""
    assert syncing.thumbnail_url(Media("3", media_type="CAROUSEL_ALBUM", children=(video,))) == "cover"


def test_a_profile_keeps_what_meta_left_out_and_belongs_to_its_account(in_aurora, ig_user_factory):
    account = ig_user_factory("northlight", ig_id="7", biography="Bread.", followers_count=5)
    syncing.store_profile(account, Profile("7", username="northlight.pt", followers_count=0))
    account.refresh_from_db()
    assert (account.username, account.biography, account.followers_count) == ("northlight.pt", "Bread.", 0)
    with pytest.raises(ValueError, match="another account"):
        syncing.store_profile(account, Profile("8", username="x"))
