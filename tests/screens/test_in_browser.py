"""The screens in a real browser: the strict policy refuses nothing, nothing scrolls sideways, axe finds nothing."""

from pathlib import Path

import pytest
from django.core import mail

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
PASSWORD = "correct horse battery"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN = ["/account/login/", "/account/signup/", "/account/password/reset/"]
INSIDE = ["/w/aurora/", "/w/aurora/settings/", "/w/aurora/settings/people/", "/w/aurora/settings/clients/", "/new/"]


@pytest.fixture
def site(live_server, settings, transactional_db):
    settings.SIGNUP = "open"
    settings.PUBLIC_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url


def sign_in(page, site, email="ada@example.com"):
    page.goto(f"{site}/account/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/" not in url)


def findings(page) -> list[str]:
    """Return what axe calls serious or critical on this page."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {node['html'][:160]}"
        for v in result["violations"]
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def look(page, site, addresses):
    for scheme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        for address in addresses:
            page.goto(site + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
            assert findings(page) == [], (address, width, scheme)


def test_pages_of_strangers_are_sound(site, page):
    look(page, site, OPEN)


def test_screens_inside_are_sound(site, cast, page):
    sign_in(page, site)
    look(page, site, INSIDE)


def test_every_part_is_sound(site, settings, page):
    settings.ROOT_URLCONF = "tests.screens.urls"
    look(page, site, ["/styleguide/"])


def test_a_chart_says_its_days_to_the_pointer_and_to_the_keyboard(site, settings, page):
    settings.ROOT_URLCONF = "tests.screens.urls"
    page.goto(f"{site}/styleguide/")
    chart = page.locator(".chart").first
    chart.focus()
    page.keyboard.press("ArrowRight")
    assert "Tue 22 Sep · 1,900" in chart.text_content()
    page.keyboard.press("t")
    assert page.locator("details.as-table").first.get_attribute("open") is not None


def test_a_new_workspace_starts_in_the_zone_of_the_device(site, cast, page):
    sign_in(page, site)
    page.goto(f"{site}/new/")
    assert page.get_by_label("Time zone").input_value() == "Europe/Lisbon"


def test_the_theme_is_kept_from_page_to_page(site, cast, page):
    sign_in(page, site)
    page.get_by_role("button", name="Light or dark").first.click()
    chosen = page.evaluate("document.documentElement.dataset.theme")
    page.goto(f"{site}/w/aurora/settings/")
    assert page.evaluate("document.documentElement.dataset.theme") == chosen == "dark"


def test_menus_open_by_keyboard_and_walk_by_arrows(site, cast, page):
    sign_in(page, site)
    page.locator("nav button.who").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('.menu')")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.textContent").strip() == "Sign out"
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/login/**")


def test_everything_is_done_without_a_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/account/signup/")
    page.get_by_label("E-mail").fill("mara@example.com")
    page.get_by_label("Password").fill("four words nobody joins")
    page.get_by_label("Your name").fill("Mara Teixeira")
    page.get_by_role("button", name="Make the account").click()
    (link,) = [word for word in mail.outbox[-1].body.split() if word.startswith("http")]
    page.goto(link)
    page.get_by_role("button", name="Yes, confirm").click()
    page.goto(f"{site}/account/login/")
    page.get_by_label("E-mail").fill("mara@example.com")
    page.get_by_label("Password").fill("four words nobody joins")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Name").fill("Ceramics")
    page.get_by_label("Time zone").fill("Europe/Lisbon")
    page.get_by_role("button", name="Open it").click()
    assert page.url.endswith("/w/ceramics/")
    page.locator("nav button.who").click()
    page.get_by_role("button", name="Sign out").click()
    assert "/account/login/" in page.url
    context.close()
