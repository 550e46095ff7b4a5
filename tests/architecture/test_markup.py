"""Whatever people, Meta or file names say, no screen takes it for markup, a script or a template."""

from html.parser import HTMLParser

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Connection, IGMedia, IGUser, Page
from insights.models import SyncRun
from library.models import Asset
from publishing.models import PostItem, PostRevision, Publication
from tests.architecture.estate import Estate
from tests.architecture.test_addresses import TENANT, url_of
from workspaces.models import Client, User, Workspace
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
EVIL = "'\"><img src=x onx=1></script></title><b onx>{{ 7|add:712345000 }}{% now 'Y' %}"
SHORT = "\"'><b onx={{7|add:712345000}}>"
TOLD = {
    Workspace: {"name": EVIL},
    Client: {"name": EVIL},
    IGUser: {"username": SHORT, "name": EVIL[:80], "biography": EVIL},
    Page: {"name": EVIL},
    Connection: {"problem": EVIL, "state": "lost"},
    IGMedia: {"caption": EVIL},
    Asset: {"name": EVIL},
    PostRevision: {"caption": EVIL},
    PostItem: {"alt_text": EVIL},
    Publication: {"username": SHORT, "problem": EVIL, "cure": EVIL, "status": "needs_review"},
}


class Reader(HTMLParser):
    """Collects what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            runs = name == "onx" or (value or "").strip().lower().startswith("javascript:")
            if runs:
                self.found.append(f"{tag} {name}={value}")


def running_in(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return reader.found


def infect(cast) -> None:
    """Write markup into everything that is shown."""
    User.objects.all().update(name=EVIL)
    with workspace_in_force(cast.aurora.id):
        for model, values in TOLD.items():
            known = {field.name for field in model._meta.concrete_fields}
            for n, row in enumerate(model.objects.all()):
                said = {name: value for name, value in values.items() if name in known}
                if model is Client:
                    said["name"] += str(n)
                model.objects.filter(pk=row.pk).update(**said)
        for account in IGUser.objects.all():
            today = timezone.now().date()
            SyncRun.objects.create(ig_user=account, kind="backfill", problem=EVIL, state="failed", last_day=today)
        Publication.objects.update(fence_at=timezone.now(), scheduled_at=timezone.now())


@pytest.mark.parametrize("name", sorted(TENANT))
def test_B10_no_screen_runs_what_people_wrote(name, cast):
    estate = Estate(cast)
    for other in ("publication", "asset_photo", "connection_check", "media_thumbnail", "post_edit"):
        url_of(other, cast, estate)
    url = url_of(name, cast, estate)
    infect(cast)
    page = cast.browser("ada").get(url)
    if "text/html" in page.get("Content-Type", ""):
        said = page.content.decode()
        assert running_in(said) == []
        assert "712345007" not in said
        assert "</title><b" not in said


def test_B10_a_name_of_two_lines_is_no_second_header(cast):
    browser = cast.browser("ada")
    name = "Aurora\nBcc: everybody@example.com"
    browser.post(reverse("settings", args=["aurora"]), {"name": name, "time_zone": "Europe/Lisbon"})
    User.objects.filter(pk=cast.ada.pk).update(name=name)
    data = {"email": "new@example.com", "role": "editor"}
    assert browser.post(reverse("people", args=["aurora"]), data).status_code == 302
    [letter] = mail.outbox
    assert "\n" not in letter.subject
    assert letter.recipients() == ["new@example.com"]
