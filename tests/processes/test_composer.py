"""The composer in a real browser: counters that agree with the server, fixes in place, drafts that save themselves."""

import re

import pytest
from playwright.sync_api import Page, expect

from publishing import captions
from publishing.models import Post, Publication
from tests.cast import PASSWORD
from tests.library.pictures import encoded, picture
from workspaces.scoping import workspace_in_force

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PERMISSIONS = ["instagram_business_basic", "instagram_business_content_publish"]
CAPTIONS = [
    "Day two.\n\n#sourdough #porto ＃breadmaking @moagem",
    "👨‍👩‍👧‍👦🇵🇹👍🏽 e\u0301 é",
    "#وسم #שלום #தமிழ் #1 #1a a#b &#39; ##x #_ #²",
    "mail@example.com @@x @a.b_c ＠wide @é",
    "\t #tab\n#line",
    "#Ⅷ #½ #٣ #ª",
]


@pytest.fixture
def composer(cast, live_server, settings, tmp_path, page: Page, ig_user_factory, connection_factory) -> Page:
    """Return a window with the composer of a workspace that has one account."""
    settings.MEDIA_ROOT = tmp_path
    connection_factory(ig_user_factory("levain"), permissions=PERMISSIONS)
    page.goto(f"{live_server.url}/w/aurora/compose/")
    page.get_by_label("E-mail").fill("ed@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="New post")).to_be_visible()
    return page


def test_B04_B05_the_page_counts_as_the_server_does(composer):
    for caption in CAPTIONS:
        composer.get_by_label("Caption").fill(caption)
        counts = captions.count(caption)
        counters = composer.locator("#caption-counters")
        expect(counters).to_contain_text(f"{counts.units:,} / 2,200")
        expect(counters).to_contain_text(f"{counts.hashtags} / 30 hashtags")
        expect(counters).to_contain_text(f"{counts.mentions} / 20 mentions")
    composer.get_by_label("Caption").fill("x" * 2201)
    expect(composer.locator("#caption-counters .over")).to_have_text("2,201 / 2,200")
    expect(composer.locator("[data-preflight]")).to_contain_text("over a limit")


def test_a_photo_is_mended_in_place_and_the_draft_saves_itself(cast, composer):
    tall = {"name": "tall.png", "mimeType": "image/png", "buffer": encoded(picture((600, 1000)), "PNG")}
    composer.set_input_files("input[name=photo]", tall)
    expect(composer.locator("#photo .note.bad")).to_contain_text("600 × 1000 is narrower than 4:5")
    expect(composer.locator("[data-preflight]")).to_contain_text("the photo does not fit")
    composer.get_by_label("Caption").fill("Half a loaf is better " * 8)
    composer.get_by_role("button", name="Crop to 4:5").click()
    expect(composer.locator("#photo .note.bad")).to_have_count(0)
    expect(composer.locator("[data-shown]")).to_contain_text("… more")
    expect(composer.locator("[data-name]")).to_have_text("levain")
    expect(composer.locator("[data-saved]")).to_have_text(re.compile(r"saved \d\d:\d\d"), timeout=15_000)
    composer.get_by_label("Now").check()
    composer.get_by_role("button", name="Publish now").first.click()
    composer.wait_for_url("**/publications/**")
    with workspace_in_force(cast.aurora.id):
        assert Post.objects.count() == 1, "the draft became the post"
        row = Publication.objects.get()
        assert row.revision.items.get().rendition.recipe == "crop=4:5"
        assert row.status == "scheduled"
