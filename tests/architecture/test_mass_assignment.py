"""A form takes what it shows, whatever else is sent along."""

import pytest
from django.urls import reverse

from publishing.models import Post, Publication
from tests.architecture.estate import Estate
from tests.architecture.test_addresses import TENANT, url_of
from workspaces.models import Client, Membership, User, Workspace
from workspaces.scoping import across_workspaces, workspace_in_force

pytestmark = pytest.mark.django_db
MORE = {
    "status": "published",
    "send_count": "0",
    "extra_sends": "9",
    "container_id": "1",
    "role": "owner",
    "is_staff": "1",
    "is_superuser": "1",
    "slug": "mine",
    "id": "1",
    "created_by": "1",
}


def test_T06_no_form_takes_a_workspace_a_state_or_a_right(cast):
    """Every address gets everything, as ada; what she owns in Aurora stays in Aurora and what it was."""
    estate, browser = Estate(cast), cast.browser("ada")
    more = MORE | {"workspace": str(cast.borealis.pk), "workspace_id": str(cast.borealis.pk), "tenant_id": "1"}
    with across_workspaces("a test"):
        people = set(Membership.objects.values_list("user_id", "workspace_id", "role"))
    for name in sorted(set(TENANT) - {"person_remove"}):
        browser.post(url_of(name, cast, estate), more | {"name": "New", "time_zone": "UTC", "caption": "x"})
    assert set(Workspace.objects.values_list("slug", flat=True)) == {"aurora", "borealis"}
    assert not User.objects.filter(is_staff=True).exists()
    with workspace_in_force(cast.borealis.id):
        assert not Client.objects.exists()
        assert not Post.objects.exists()
    with across_workspaces("a test"):
        assert set(Membership.objects.values_list("user_id", "workspace_id", "role")) == people
        assert not Publication.objects.filter(status="published").exists()
        assert not Publication.objects.exclude(extra_sends=0).exists()


def test_T06_who_signs_up_is_no_operator(client, settings, cast):
    settings.SIGNUP = "open"
    data = {"email": "new@example.com", "password1": "a long enough secret", "name": "New"}
    client.post(reverse("account_signup"), data | MORE)
    person = User.objects.get(email="new@example.com")
    assert (person.is_staff, person.is_superuser) == (False, False)
