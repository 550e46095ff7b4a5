"""Tokens stay where they belong: not in logs, not in what operators are mailed, not in what people are shown."""

import logging

import pytest
from django.core import mail
from django.urls import reverse

from accounts.doors import handshake
from tests.architecture.test_reading import everything
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
CANARY = "EAAcanary0123456789canary0123456789canary0123456789"


@pytest.fixture
def breaking(cast, settings, monkeypatch, caplog):
    """Return a browser that gets 500 instead of a traceback, while everything is logged and mailed."""
    settings.ADMINS = [("Op", "op@example.com")]
    settings.DEBUG = False
    caplog.set_level(logging.DEBUG)
    browser = cast.browser("ada")
    browser.raise_request_exception = False
    return browser


def test_K03_an_error_report_about_a_fragment_holds_no_token(breaking, monkeypatch, caplog):
    def breaks(text):
        raise RuntimeError("Something of ours is broken.")

    monkeypatch.setattr(handshake.oauth, "parse_fragment", breaks)
    data = {"fragment": f"#access_token={CANARY}&state=x"}
    answer = breaking.post(reverse("facebook_fragment"), data)
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    assert CANARY not in caplog.text
    assert mail.outbox
    for letter in mail.outbox:
        assert CANARY not in letter.body + str(getattr(letter, "alternatives", ""))


def test_K02_a_refused_fragment_is_kept_nowhere(cast, caplog):
    caplog.set_level(logging.DEBUG)
    answer = cast.browser("ada").post(reverse("facebook_fragment"), {"fragment": f"#access_token={CANARY}&state=x"})
    assert answer.status_code in (400, 403)
    assert CANARY not in answer.content.decode()
    assert CANARY not in caplog.text
    with workspace_in_force(cast.aurora.id):
        assert CANARY not in str(everything())


def test_H07_an_error_page_tells_nothing_about_the_inside(breaking, monkeypatch, settings):
    def breaks(text):
        raise RuntimeError(CANARY)

    monkeypatch.setattr(handshake.oauth, "parse_fragment", breaks)
    page = breaking.post(reverse("facebook_fragment"), {"fragment": "x"}).content.decode()
    for secret in (CANARY, "Traceback", settings.SECRET_KEY, "RuntimeError", "handshake.py"):
        assert secret not in page
