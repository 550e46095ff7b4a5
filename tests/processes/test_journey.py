"""The whole way of a newcomer, in a browser, through both doors, until a photo is live."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD
from tests.processes.stack import Stack
from tests.settings import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.browser]
# Publishing waits a thirtieth of the usual; everything else is as in production.
HURRY = {"TIMING_SCALE": "0.033"}
LISBON = ZoneInfo("Europe/Lisbon")
PHOTO = ROOT / "sandbox" / "photographs" / "boule.jpg"
CAPTION = "Out of the oven at six. #sourdough"


def sign_in(page: Page, stack: Stack) -> None:
    page.goto(stack.url)
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.url}/w/aurora/")


def go(page: Page, stack: Stack, path: str) -> None:
    page.goto(f"{stack.url}/w/aurora/{path}")


def through_instagram(page: Page, stack: Stack, shoot) -> None:
    go(page, stack, "accounts/connect/")
    shoot("connect", full=True)
    page.get_by_role("button", name="Continue to Instagram").click()
    page.get_by_role("link", name="levain.porto").click()
    shoot("consent-instagram")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{stack.url}/**")


def through_facebook(page: Page, stack: Stack, shoot) -> None:
    go(page, stack, "accounts/connect/")
    page.get_by_role("button", name="Continue to Facebook").click()
    page.locator("a.row").first.click()
    shoot("consent-facebook")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{stack.url}/w/aurora/accounts/connect/pick/**")
    shoot("connect-pick", full=True)
    page.get_by_role("button", name="Connect the ticked accounts").click()


def compose(page: Page, stack: Stack, shoot) -> datetime:
    """Plan a photo for the next whole minute; return that minute."""
    go(page, stack, "compose/")
    page.locator("label.pick-acc", has_text="levain.porto").click()
    page.set_input_files("input[name=photo]", str(PHOTO))
    expect(page.locator("#photo .item img.thumb")).to_be_visible(timeout=20_000)
    page.get_by_label("Caption").fill(CAPTION)
    page.get_by_label("Alt text").fill("A round loaf on a wooden board")
    due = (datetime.now(LISBON) + timedelta(seconds=80)).replace(second=0, microsecond=0)
    page.get_by_label("At a time").check()
    page.get_by_label("Date and time").fill(f"{due:%Y-%m-%dT%H:%M}")
    zone = page.locator("select[name=zone]")
    if zone.count():
        zone.select_option("Europe/Lisbon")
    shoot("compose", full=True)
    page.locator("button[data-send]").click()
    page.wait_for_url(re.compile(r"/w/aurora/(?!compose/)"))
    return due


@pytest.mark.timeout(420)
@pytest.mark.parametrize("stack", [HURRY], indirect=True)
def test_from_the_sign_in_to_a_photo_that_is_live(stack, cast, page, shoot):
    stack.sandbox.control("containers", seconds=1)
    stack.start()
    sign_in(page, stack)
    shoot("home-empty")
    through_instagram(page, stack, shoot)
    through_facebook(page, stack, shoot)
    go(page, stack, "accounts/")
    expect(page.get_by_text("levain.porto").first).to_be_visible()
    shoot("accounts", full=True)
    compose(page, stack, shoot)
    shoot("planned")
    go(page, stack, "calendar/")
    shoot("calendar", full=True)
    go(page, stack, "posts/")
    shoot("posts")
    page.get_by_role("link", name=re.compile("Out of the oven")).first.click()
    page.wait_for_url("**/publications/**")
    expect(page.get_by_role("link", name="See it on Instagram")).to_be_visible(timeout=150_000)
    shoot("published", full=True)
    [media] = stack.sandbox.live("levain.porto")
    assert media["caption"] == CAPTION
    assert page.get_by_role("link", name="See it on Instagram").get_attribute("href") == media["permalink"]
    go(page, stack, "")
    shoot("home", full=True)
    assert stack.errors() == {}
