"""The parts of a screen: icons, marks, frame, and the sheet that shows them all."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from screens import views
from screens.templatetags import icons, marks

ROOT = Path(__file__).resolve().parents[2]
USED = sorted(
    {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""(?:{% icon |[^-]icon=)["']([a-z0-9-]+)["']""", path.read_text())
    }
)


@pytest.mark.parametrize("name", USED)
def test_every_icon_a_template_names_exists(name):
    assert "<" in icons.inner(name)


def test_an_unknown_icon_is_an_error_of_the_builder():
    with pytest.raises(icons.NoSuchIcon):
        icons.inner("no-such-icon")


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in icons.icon("clock")
    assert 'aria-label="Due &amp; late"' in icons.icon("clock", "Due & late")


@pytest.mark.parametrize("state", marks.STATUS)
def test_a_state_is_colour_icon_and_word(state):
    assert "<svg" in marks.status_icon(state)
    assert marks.status_word(state)


@pytest.mark.parametrize(
    ("value", "kind", "good", "colour", "text"),
    [
        (0.124, "percent", "up", "up", "12.4 %"),
        (-0.082, "percent", "up", "down", "8.2 %"),
        (0.2, "percent", "down", "down", "20 %"),
        (41, "number", "up", "up", "41"),
        (0, "percent", "up", "", "0 %"),
        (None, "percent", "up", "", "new"),
    ],
)
def test_a_delta_has_arrow_word_and_number(value, kind, good, colour, text):
    drawn = marks.delta(value, kind, good)
    assert text in drawn
    assert f'class="delta {colour}"' in drawn if colour else 'class="delta"' in drawn


@pytest.mark.parametrize(("part", "whole", "text"), [(34, 90, "37.78"), (0, 0, "0"), (5, 2, "100"), (-1, 2, "0")])
def test_a_share_stays_between_nothing_and_all(part, whole, text):
    assert marks.share(part, whole) == text


@pytest.fixture
def sheet(db):
    request = RequestFactory().get("/styleguide/")
    return views.styleguide(request).content.decode()


def test_the_sheet_shows_every_part(sheet):
    shown = (ROOT / "templates" / "styleguide.html").read_text()
    parts = {path.stem.replace("_", "-") for path in (ROOT / "templates" / "cotton").glob("*.html")}
    elsewhere = {"wall", "page-head", "field", "time-zones", "chart", "bars", "spark", "meter"}
    assert parts - elsewhere <= set(re.findall(r"<c-([a-z-]+)", shown))
    assert "<c-" not in sheet
    assert "{{" not in sheet
    assert "{%" not in sheet


def test_no_part_breaks_the_strict_policy(sheet):
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", sheet)


def test_names_and_ids_are_said_once(sheet):
    ids = re.findall(r'\sid="([^"]+)"', sheet)
    assert len(ids) == len(set(ids))


def render(text, **context):
    """Return a snippet of template text, components included, as a page would draw it."""
    return engines["django"].from_string(CottonCompiler().process(text)).render(context)


def test_text_given_to_a_part_is_escaped_once():
    name = "Levain & <Sons>"
    for text in (
        '<c-panel title="{{ name }}">x</c-panel>',
        '<c-panel :title="name">x</c-panel>',
        '<c-note kind="bad">{{ name }}</c-note>',
        '<c-need state="failed" what="{{ name }}" />',
    ):
        drawn = render(text, name=name)
        assert "Levain &amp; &lt;Sons&gt;" in drawn
        assert "&amp;amp;" not in drawn
        assert "<Sons>" not in drawn


def test_a_part_does_not_see_the_variables_of_the_page():
    assert "stray" not in render("<c-panel>x</c-panel><c-btn>y</c-btn>", title="stray", href="stray", label="stray")
