"""A person at the composer, with accounts that may publish and photos to choose from."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from library.models import Asset
from library.storing import store
from publishing import clock
from publishing.models import Post, Publication
from tests.library.pictures import photo as picture_file
from workspaces.scoping import workspace_in_force

PERMISSIONS = ["instagram_business_basic", "instagram_business_content_publish"]
COMPOSE = "/w/aurora/compose/"
LISBON = "Europe/Lisbon"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ed(cast):
    """Return the browser of an editor of Aurora."""
    return cast.browser("ed")


@pytest.fixture
def account_factory(ig_user_factory, connection_factory) -> Callable[..., Any]:
    """Return a function that makes an account which may publish."""

    def make(username: str, **fields: Any) -> Any:
        permissions = fields.pop("permissions", PERMISSIONS)
        state = fields.pop("state", "active")
        client = fields.pop("client", None)
        account = ig_user_factory(username, **fields)
        with workspace_in_force(account.workspace_id):
            account.client = client
            account.save()
        connection_factory(account, permissions=permissions, state=state)
        return account

    return make


@pytest.fixture
def levain(account_factory):
    return account_factory("levain")


@pytest.fixture
def asset_factory(cast) -> Callable[..., Asset]:
    def make(size=(400, 500), name="loaf.jpg", **fields: Any) -> Asset:
        with workspace_in_force(cast.aurora.id):
            return store(picture_file(size, name), by=fields.pop("by", cast.ed), **fields)

    return make


def wall(delta: timedelta, zone: str = LISBON) -> str:
    return clock.wall_time_of(timezone.now() + delta, zone)


def form(*accounts: Any, **changes: Any) -> dict[str, Any]:
    """Return what the composer sends for a post in two hours."""
    return {
        "accounts": [str(account.pk) for account in accounts],
        "caption": "Day two.",
        "alt_text": "",
        "when": "at",
        "at": wall(timedelta(hours=2)),
        "zone": LISBON,
        "action": "send",
        **changes,
    }


@pytest.fixture
def rows(cast) -> Callable[[], list[Publication]]:
    """Return a function that reads Aurora's publications."""

    def read() -> list[Publication]:
        with workspace_in_force(cast.aurora.id):
            return list(Publication.objects.select_related("revision", "post").order_by("username"))

    return read


@pytest.fixture
def posts(cast) -> Callable[[], list[Post]]:
    def read() -> list[Post]:
        with workspace_in_force(cast.aurora.id):
            return list(Post.objects.all())

    return read


@pytest.fixture
def planned(ed, levain, asset_factory, rows) -> Callable[..., Publication]:
    """Return a function that plans a post through the composer and returns its publication."""

    def make(**changes: Any) -> Publication:
        before = {row.pk for row in rows()}
        response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), **changes))
        assert response.status_code == 302, response.content.decode()[:2000]
        return next(row for row in rows() if row.pk not in before)

    return make


@pytest.fixture
def put(cast) -> Callable[..., None]:
    """Return a function that writes columns of a publication, as the engine would."""

    def write(row: Publication, **columns: Any) -> None:
        with workspace_in_force(cast.aurora.id):
            Publication.objects.filter(pk=row.pk).update(**columns)

    return write
