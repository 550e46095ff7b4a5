"""What every answer carries, whoever asks and whatever the address."""

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.architecture.estate import Estate
from tests.architecture.test_addresses import TENANT, url_of

pytestmark = pytest.mark.django_db
OUTSIDE = [
    "/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/healthz",
    "/nowhere/",
    "/admin/login/",
]

FILES = {"publication_photo", "asset_thumb", "asset_photo", "ig_user_picture", "media_thumbnail"}


def csp_of(response) -> dict[str, set[str]]:
    parts = (part.split() for part in response["Content-Security-Policy"].split(";") if part.strip())
    return {name: set(values) for name, *values in parts}


def check(response):
    csp = csp_of(response)
    assert csp["default-src"] == {"'none'"}
    assert csp["frame-ancestors"] == {"'none'"}
    assert csp["base-uri"] == {"'none'"}
    everything = set().union(*csp.values())
    assert not everything & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_H01_headers_outside_a_workspace(path, client):
    check(client.get(path))


# Files carry a policy of their own, stricter than that of the screens.
@pytest.mark.parametrize("name", sorted(set(TENANT) - FILES))
def test_H01_headers_inside_a_workspace(name, cast):
    url = url_of(name, cast, Estate(cast))
    for who in ("ada", "vi", "mallory"):
        check(cast.browser(who).get(url))


def test_form_action_lets_the_browser_follow_to_the_consent_screens(client, settings):
    allowed = csp_of(client.get("/account/login/"))["form-action"]
    assert "'self'" in allowed
    assert len(allowed) > 1


def test_H02_cookies_are_out_of_reach_of_scripts_and_other_sites(client, cast):
    client.post(reverse("account_login"), {"login": "ada@example.com", "password": "correct horse battery"})
    assert client.cookies["session"]["httponly"]
    assert client.cookies["session"]["samesite"] == "Lax"


def exempt(resolver=None):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from exempt(entry)
        elif getattr(entry.callback, "csrf_exempt", False):
            yield entry.name


def test_H03_nothing_goes_without_the_csrf_check():
    assert list(exempt()) == []


def test_H03_a_post_without_the_token_is_refused(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    estate = Estate(cast)
    answers = {name: browser.post(url_of(name, cast, estate)).status_code for name in TENANT}
    assert {name: status for name, status in answers.items() if status != 403} == {}


def test_H06_a_forged_host_is_refused(client):
    assert client.get("/account/login/", headers={"host": "evil.example"}).status_code == 400
