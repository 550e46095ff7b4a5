"""The promise of publishing over real processes, with the sandbox as the only judge of what is live."""

import sys
from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from library import rendering, storing
from publishing import scheduling
from publishing.models import Publication
from publishing.scheduling import When
from tests.processes.connected import connect_persona
from tests.servers import wait_until
from workspaces.models import Membership

pytestmark = pytest.mark.processes
PERSONAS = ["levain.porto", "crux.lisboa", "fernandfable", "kiln.collective", "tidal.coffee"]
POSTS = 50
WINDOW = timedelta(seconds=60)
# A thirtieth of every wait: staged half a minute ahead, a lost answer settled within a minute.
HURRY = {"TIMING_SCALE": "0.033"}


def photo(shade: int) -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (640, 640), (shade * 5 % 256, 120, 90)).save(data, "JPEG")
    return SimpleUploadedFile(f"{shade}.jpg", data.getvalue(), "image/jpeg")


@pytest.fixture
def planned(stack, stand_in, in_aurora, settings) -> list[Publication]:
    """Return 50 publications of five accounts, due one after the other within a minute that begins soon."""
    settings.MEDIA_ROOT = stack.folder / "media"
    settings.PUBLIC_URL = stack.url
    accounts = [connect_persona(username, in_aurora.ada) for username in PERSONAS]
    membership = Membership.objects.get(user=in_aurora.ada)
    far = When("at", f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}", "UTC")
    for number in range(POSTS):
        rendition = rendering.feed_rendition(storing.store(photo(number), by=in_aurora.ada))
        account = accounts[number % len(accounts)]
        scheduling.plan(
            by=in_aurora.ada,
            membership=membership,
            caption=f"Post {number:02} of fifty",
            items=[(rendition, "A plain colour")],
            accounts=[account],
            when=far,
        )
    begins = timezone.now() + timedelta(seconds=30)
    for number, publication in enumerate(Publication.objects.order_by("revision__caption")):
        due = begins + WINDOW * number / POSTS
        Publication.objects.filter(pk=publication.pk).update(scheduled_at=due, next_run_at=timezone.now())
    return list(Publication.objects.order_by("scheduled_at"))


def live(sandbox) -> Counter[str]:
    return Counter(media["caption"] for username in PERSONAS for media in sandbox.live(username))


def states() -> Counter[str]:
    return Counter(Publication.objects.values_list("status", flat=True))


@pytest.mark.timeout(420)
@pytest.mark.parametrize("stack", [HURRY], indirect=True)
def test_fifty_posts_of_a_minute_go_live_once_each_through_a_killed_worker_and_a_lost_answer(stack, planned, capsys):
    sandbox = stack.sandbox
    sandbox.control("containers", seconds=0.5)
    sandbox.control("faults", method="POST", path="/media_publish", kind="http", status=500, when="after", times=1)
    stack.start()
    wait_until(lambda: sum(live(sandbox).values()) >= POSTS // 2, lambda: f"Half of them are not live: {states()}", 180)
    stack.kill("worker")
    stack.start("worker")
    wait_until(lambda: states() == {"published": POSTS}, lambda: f"Not everything is published: {states()}", 180)
    assert live(sandbox) == {f"Post {number:02} of fifty": 1 for number in range(POSTS)}
    found = Publication.objects.values_list("ig_media_id", "late_by", "send_count")
    assert len({media_id for media_id, _late, _sends in found}) == POSTS
    late = sorted(row[1].total_seconds() for row in found)
    with capsys.disabled():
        sys.stdout.write(
            f"\n[50 posts in a minute, worker killed, one answer lost] late: median {late[25]:.2f} s, "
            f"p90 {late[44]:.2f} s, most {late[-1]:.2f} s; sends {Counter(row[2] for row in found)}\n"
        )
