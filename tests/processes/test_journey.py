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
PICKED = ("crux.lisboa", "kiln.collective")
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
    for row in page.locator("li:has(input[name=page])").all():
        row.locator("input[name=page]").set_checked(any(name in row.inner_text() for name in PICKED))
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
    page.locator("button[data-send]:visible").first.click()
    page.wait_for_url(re.compile(r"/w/aurora/(?!compose/)"))
    return due


def read_insights(page: Page, stack: Stack, shoot) -> None:
    """Wait until figures stand on the screen, which the workers read meanwhile."""
    go(page, stack, "insights/")
    shoot("insights-list")
    page.get_by_role("link", name="levain.porto").first.click()
    shoot("insights-first")
    expect(page.locator(".kpi").first).to_be_visible(timeout=120_000)
    page.reload()
    expect(page.locator("svg.chart, .chart svg").first).to_be_visible(timeout=60_000)
    shoot("insights", full=True)


def see_it_published(page: Page, stack: Stack, shoot) -> None:
    go(page, stack, "posts/")
    shoot("posts")
    page.get_by_role("link", name=re.compile("Out of the oven")).first.click()
    page.wait_for_url("**/publications/**")
    permalink = page.get_by_role("link", name="See it on Instagram")
    expect(permalink).to_be_visible(timeout=150_000)
    shoot("published", full=True)
    [media] = stack.sandbox.live("levain.porto")
    assert media["caption"] == CAPTION
    assert permalink.get_attribute("href") == media["permalink"]
    page.goto(media["permalink"])
    expect(page.get_by_text("Out of the oven").first).to_be_visible()


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
    shoot("accounts", full=True)
    for username in ("levain.porto", *PICKED):
        expect(page.get_by_text(username).first).to_be_visible()
    compose(page, stack, shoot)
    shoot("planned")
    go(page, stack, "calendar/")
    shoot("calendar", full=True)
    read_insights(page, stack, shoot)
    see_it_published(page, stack, shoot)
    go(page, stack, "")
    shoot("home", full=True)
    assert stack.errors() == {}
