"""Every address × every role × every verb, generated from the resolver: a new address without a rule fails here."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.estate import ESTATE, Estate
from workspaces.roles import RIGHTS, Right, Role

VERBS = ["get", "post", "put", "patch", "delete", "head", "options"]


def addresses(resolver: URLResolver | None = None):
    """Yield every pattern that lies inside a workspace."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry)
        elif isinstance(entry, URLPattern) and "workspace" in entry.pattern.converters:
            yield entry


TENANT = {entry.name: entry for entry in addresses()}


def right_of(name: str) -> Right:
    return TENANT[name].callback.right


def url_of(name: str, cast, objects) -> str:
    return reverse(name, kwargs={"workspace": cast.aurora.slug, **objects.get(name, {})})


def others(name: str) -> set[str]:
    return set(TENANT[name].pattern.converters) - {"workspace"}


@pytest.mark.parametrize("name", sorted(TENANT))
def test_every_address_names_the_right_it_needs(name):
    assert isinstance(right_of(name), Right)


@pytest.mark.parametrize("name", sorted(TENANT))
def test_every_address_with_an_object_has_one_in_the_estate(name):
    assert not others(name) or name in ESTATE


@pytest.fixture
def estate(cast):
    return Estate(cast)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TENANT))
def test_T01_a_stranger_finds_nothing_under_any_verb(name, cast, estate):
    browser = cast.browser("mallory")
    url = url_of(name, cast, estate)
    for verb in VERBS:
        assert getattr(browser, verb)(url).status_code == 404, verb


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(n for n in TENANT if others(n)))
def test_T01_an_object_of_another_workspace_is_not_found_at_home(name, cast, estate):
    """mallory asks her own workspace for Aurora's objects."""
    url = reverse(name, kwargs={"workspace": cast.borealis.slug, **estate.get(name, {})})
    browser = cast.browser("mallory")
    assert {browser.get(url).status_code, browser.post(url).status_code} <= {404, 405}
    assert 404 in {browser.get(url).status_code, browser.post(url).status_code}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TENANT))
def test_T02_nobody_enters_without_signing_in(name, cast, estate, client):
    for verb in VERBS:
        response = getattr(client, verb)(url_of(name, cast, estate))
        assert response.status_code == 302, verb
        assert response["Location"].startswith("/account/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_T02_each_role_gets_what_the_matrix_says(role, cast, estate):
    browser = cast.browser(cast.by_role(role).name.lower())
    for name in sorted(TENANT):
        url = url_of(name, cast, estate)
        if right_of(name) not in RIGHTS[role]:
            # 405 says only that the address takes the other verb.
            answers = {browser.get(url).status_code, browser.post(url).status_code}
            assert 403 in answers <= {403, 405}, name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TENANT))
def test_the_owner_gets_in_everywhere(name, cast, estate):
    """GET answers with the screen, or says that only POST is meant."""
    response = cast.browser("ada").get(url_of(name, cast, estate))
    assert response.status_code in (200, 302, 405), response.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(n for n in TENANT if others(n)))
def test_a_member_limited_to_one_client_does_not_find_the_others(name, cast, estate):
    """cleo belongs to the bakery; everything in the estate belongs to the climbing gym."""
    browser = cast.browser("cleo")
    url = url_of(name, cast, estate)
    assert {browser.get(url).status_code, browser.post(url).status_code} <= {403, 404, 405}
