"""A person at Meta's consent screens, played without a browser: opens the dialog and presses its buttons."""

import re
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

BASE = "http://localhost:8000"


def start(browser: Browser, slug: str, door: str, **data: str) -> HttpResponse:
    """Press the button of a door and return the answer, which sends the browser to Meta."""
    return browser.post(reverse("connect_start", args=[slug]), {"door": door, **data})


def decide(address: str, who: str, *, decision: str = "allow", untick: tuple[str, ...] = ()) -> str:
    """Go to the consent screen as `who`, untick what is named, decide, and return where Meta sends the browser."""
    screen = requests.get(f"{address}&{urlencode({'as': who})}", timeout=10)
    form = re.search(r"<form.*?</form>", screen.text, re.S)
    assert form, screen.text
    fields = []
    for tag in re.findall(r"<input[^>]*>", form[0]):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name, value = given.get("name", ""), unescape(given.get("value", ""))
        if name and value not in untick and (given.get("type") == "hidden" or " checked" in tag):
            fields.append((name, value))
    parts = urlsplit(address)
    answer = requests.post(
        urljoin(address, parts.path), [*fields, ("decision", decision)], allow_redirects=False, timeout=10
    )
    assert answer.is_redirect, answer.text
    return answer.headers["Location"]


def come_back(browser: Browser, location: str) -> HttpResponse:
    """Follow Meta's redirect to our callback; a fragment stays in the browser."""
    assert location.startswith(BASE), location
    return browser.get(location.removeprefix(BASE).split("#", 1)[0])


def walk(
    browser: Browser, slug: str, door: str, who: str, *, untick: tuple[str, ...] = (), **data: str
) -> HttpResponse:
    """Go through a door from the button to the answer of our callback."""
    return come_back(browser, decide(start(browser, slug, door, **data)["Location"], who, untick=untick))


def pick(browser: Browser, response: HttpResponse, *pages: str, **data: str) -> HttpResponse:
    """Tick Pages on the picker (all that are open when none are named) and press the button."""
    screen = browser.get(response["Location"])
    wanted = pages or re.findall(r'name="page" value="(\d+)"', screen.content.decode())
    return browser.post(response["Location"], {"page": list(wanted), "decision": "connect", **data}, follow=True)
