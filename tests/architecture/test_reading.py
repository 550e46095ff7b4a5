"""Looking at a screen changes nothing."""

import pytest
from django.apps import apps
from django.db import connection

from tests.architecture.estate import Estate
from tests.architecture.test_addresses import TENANT, url_of

pytestmark = pytest.mark.django_db
OUTSIDE = ["/", "/new/", "/outbox/", "/healthz", "/account/email/", "/account/logout/", "/account/password/change/"]
# Sessions come and go with their reader.
FREE = {"django_session"}
# A picture is made when somebody first looks at it; it can be made again at any time.
MAKES_PICTURES = {"asset_photo", "asset_thumb", "publication_photo"}


def everything(besides: set[str] = frozenset()) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in {model._meta.db_table for model in apps.get_models()} - FREE - besides:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


def changed(before, after) -> set[str]:
    return {table for table in before if before[table] != after[table]}


@pytest.mark.parametrize("name", sorted(TENANT))
def test_H04_looking_changes_nothing(name, cast):
    url = url_of(name, cast, Estate(cast))
    besides = {"library_rendition"} if name in MAKES_PICTURES else set()
    browser = cast.browser("ada")
    before = everything(besides)
    for headers in ({}, {"HX-Request": "true"}):
        browser.get(url, headers=headers)
        browser.head(url, headers=headers)
        browser.options(url, headers=headers)
    assert changed(before, everything(besides)) == set()


@pytest.mark.parametrize("path", OUTSIDE)
def test_H04_looking_outside_a_workspace_changes_nothing(path, cast):
    browser = cast.browser("ada")
    before = everything()
    browser.get(path)
    assert changed(before, everything()) == set()
