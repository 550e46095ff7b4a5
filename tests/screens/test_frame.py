"""The frame around every screen shows only what is there and allowed, and works without a script."""

import re

import pytest
from django.core import mail
from django.template.loader import render_to_string

RAIL = re.compile(r'<nav class="rail".*?</nav>', re.DOTALL)


def words(page: str) -> list[str]:
    rail = RAIL.search(page).group(0)
    return re.findall(r'<span class="word">([^<]+)</span>', rail)


def test_the_rail_shows_only_what_the_role_may_open(cast):
    owner = words(cast.browser("ada").get("/w/aurora/").content.decode())
    analyst = words(cast.browser("vi").get("/w/aurora/").content.decode())
    assert "Settings" in owner
    assert "Settings" not in analyst
    assert "Compose" not in analyst
    assert "Home" in analyst


def test_the_open_screen_is_marked(cast):
    page = cast.browser("ada").get("/w/aurora/settings/people/").content.decode()
    (marked,) = set(re.findall(r'aria-current="page"[^>]*>.*?<span class="word">([^<]+)', RAIL.search(page).group(0)))
    assert marked == "Settings"


def test_another_workspace_is_one_press_away(cast):
    page = cast.browser("ada").get("/w/aurora/settings/").content.decode()
    assert 'popovertarget="workspaces"' in page
    assert 'href="/w/aurora/"' in page
    assert "/w/borealis/" not in page


def test_every_button_has_a_name_and_every_target_exists(cast):
    page = cast.browser("ada").get("/w/aurora/settings/people/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'popovertarget="([^"]+)"', page):
        assert target in ids
    for attributes, inside in re.findall(r"<button([^>]*)>(.*?)</button>", page, re.DOTALL):
        assert "aria-label" in attributes or re.sub(r"<[^>]+>", "", inside).strip()
    for field in re.findall(r'<label for="([^"]+)"', page):
        assert field in ids


@pytest.mark.parametrize("address", ["settings/", "settings/people/", "settings/clients/"])
def test_settings_refuse_nonsense_with_a_sentence_and_lose_nothing(cast, address):
    data = {"name": " ", "time_zone": "Mars/Olympus", "email": "nobody", "role": "owner"}
    answer = cast.browser("ada").post(f"/w/aurora/{address}", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'class="error"' in page
    assert ("Mars/Olympus" in page) or ("nobody" in page)
    assert "Workspace: Aurora. Switch" in page


def test_an_invitation_is_a_calm_letter_with_one_link(cast):
    cast.browser("ada").post("/w/aurora/settings/people/", {"email": "new@example.com", "role": "editor"})
    (letter,) = mail.outbox
    (link,) = re.findall(r"https?://\S+", letter.body)
    page = cast.browser("mallory").get(link.partition("8000")[2])
    assert "Aurora" in page.content.decode()
    assert "Join" in page.content.decode()


def test_a_message_is_there_without_a_script(cast):
    answer = cast.browser("ada").post(
        "/w/aurora/settings/", {"name": "Aurora & Sons", "time_zone": "Europe/Lisbon"}, follow=True
    )
    page = answer.content.decode()
    assert re.search(r'class="note good[^>]*role="status"', page)
    assert "Aurora &amp; Sons" in page
    assert "&amp;amp;" not in page


@pytest.mark.parametrize("page", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_nothing_from_the_request(page):
    assert 'class="lede"' in render_to_string(page)
