"""Requests that make no sense are refused with an answer, never with a crash."""

import pytest
from django.urls import reverse

from publishing.models import Publication
from tests.architecture.estate import Estate
from tests.architecture.test_addresses import TENANT, url_of
from workspaces.models import Workspace
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
WORDS = ["abc", "-1", "9" * 30, "\x00", "0001-01-01", "9999-12-31", "9999-12-31T23:59", "99999-99", "https://["]
NAMES = ["page", "day", "month", "days", "status", "account", "post", "client", "asset", "recipe", "size", "q", "show"]
FIELDS = {
    "name", "time_zone", "email", "role", "client", "door", "account", "features", "page", "decision", "accounts", "at",
    "caption", "alt_text", "zone", "when", "seen", "post", "asset", "recipe", "pick", "fix", "link", "media", "word",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TENANT))
def test_B11_nonsense_in_the_address_is_no_crash(name, cast):
    """In Tokyo the first day of the calendar begins before time itself."""
    Workspace.objects.filter(pk=cast.aurora.pk).update(time_zone="Asia/Tokyo")
    browser, url = cast.browser("ada"), url_of(name, cast, Estate(cast))
    for word in WORDS:
        assert browser.get(url, dict.fromkeys(NAMES, word)).status_code < 500, word


@pytest.mark.parametrize("name", sorted(TENANT))
def test_B09_nonsense_in_a_form_is_no_crash(name, cast):
    browser, url = cast.browser("ada"), url_of(name, cast, Estate(cast))
    for word in WORDS:
        sent = {**dict.fromkeys(FIELDS, word), "action": "send"}
        assert browser.post(url, sent).status_code < 500, word


def test_B09_an_undecided_post_takes_no_nonsense_for_a_link(cast):
    estate = Estate(cast)
    url = url_of("publication_live", cast, estate)
    with workspace_in_force(cast.aurora.id):
        Publication.objects.update(status=Publication.Status.NEEDS_REVIEW)
    for word in WORDS:
        assert cast.browser("ada").post(url, {"link": word}).status_code == 302, word
    with workspace_in_force(cast.aurora.id):
        assert Publication.objects.get().permalink == ""


@pytest.mark.parametrize("address", ["http://[", "//evil.example//x", "\x00", "http://x:99999999/"])
def test_B09_a_fragment_of_nobody_from_a_screen_with_a_broken_address(address, client, cast):
    url = reverse("home", args=[cast.aurora.slug])
    answer = client.get(url, headers={"HX-Request": "true", "HX-Current-URL": address})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/account/login/?next=")
