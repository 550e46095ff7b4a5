"""A real headless Chromium for whoever clicks: one per test worker, which is all that Playwright allows."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.settings import ROOT

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# The browser must not look for updates, nor resolve anybody's name but this machine's.
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium, started once per test worker."""
    if not CHROMIUM:
        if os.environ.get("REQUIRE_SERVERS"):
            pytest.fail("There is no Chromium here, and REQUIRE_SERVERS forbids skipping the browser tests.")
        pytest.skip("There is no Chromium here: install it, or name it in CHROMIUM.")
    # Playwright's loop runs in this thread, where Django would refuse its synchronous queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    """Yield a fresh window; what it complains about on our own screens fails the test at the end."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Lisbon")
    page = context.new_page()
    complaints: list[str] = []

    def note(text: str) -> None:
        if page.url.startswith("http://localhost"):  # The sandbox is at 127.0.0.1.
            complaints.append(f"{page.url}: {text}")

    page.on("pageerror", lambda error: note(str(error)))
    page.on("console", lambda said: note(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def shoot(page):
    """Return a function that keeps pictures of the screen in light, dark and phone size, when asked to."""

    def take(name: str, full: bool = False) -> None:
        if not os.environ.get("SCREENSHOTS"):
            return
        folder = ROOT / os.environ["SCREENSHOTS"]
        folder.mkdir(parents=True, exist_ok=True)
        for label, scheme, size in (
            ("light", "light", (1440, 900)),
            ("dark", "dark", (1440, 900)),
            ("phone", "light", (390, 844)),
        ):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.screenshot(path=folder / f"{name}-{label}.png", full_page=full)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})

    return take
