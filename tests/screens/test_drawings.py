"""Charts as they reach the page."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.template import engines
from django.utils import translation

from screens.charts import Bar, Day, Photo

FIRST = date(2026, 9, 22)


def draw(text, **context):
    return engines["django"].from_string(text).render(context)


def days(values, late=0):
    return [Day(FIRST + timedelta(n), v, None, n >= len(values) - late) for n, v in enumerate(values)]


@pytest.fixture
def trend():
    return days([1200, 1500, None, None, 900, 4310, 2000], late=2)


def test_a_trend_is_well_formed_broken_at_its_gap_and_hatched_at_its_end(trend):
    page = draw('{% chart days "Reach per day" %}', days=trend)
    svg = ElementTree.fromstring(re.search(r"<svg class=\"chart.*</svg></svg>", page, re.DOTALL).group(0))
    classes = [node.get("class") for node in svg.iter()]
    assert classes.count("line") == 2
    assert classes.count("gap") == 1
    assert classes.count("late") == 1
    assert "4,310" in page


def test_the_table_holds_the_same_numbers_and_says_what_is_missing(trend):
    page = draw('{% chart days "Reach per day" %}', days=trend)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)
    assert len(rows) == len(trend)
    assert "no data" in rows[2]
    assert "—" in rows[2]
    assert "provisional" in rows[-1]
    assert "final" in rows[0]


def test_a_single_day_between_gaps_is_a_dot_and_no_line():
    page = draw('{% chart days "Reach" %}', days=days([None, 5, None, 7, 8]))
    assert page.count('class="lone"') == 1
    assert page.count('class="line"') == 1


@pytest.mark.parametrize("values", [[], [None], [None] * 30, [0], [0] * 30, [7], [-3, 4, None]])
def test_poor_data_makes_a_poor_chart_and_no_error(values):
    assert "<svg" in draw('{% chart days "Reach" %}', days=days(values))
    assert draw("{% spark days %}", days=days(values))


def test_places_in_a_drawing_are_never_localised(trend):
    with translation.override("de"):
        page = draw('{% chart days "Reach" %}{% spark days 2 %}', days=trend)
    for places in re.findall(r'points="([^"]+)"', page):
        assert re.fullmatch(r"(\d+\.\d+,-?\d+\.\d+ ?)+", places)
    for name in ("x", "y", "width", "cx", "cy", "x1", "y1"):
        for value in re.findall(rf'\s{name}="([^"]+)"', page):
            assert re.fullmatch(r"-?\d+(\.\d+)?%?", value), (name, value)


def test_a_photograph_stands_under_its_day_and_carries_its_words(trend):
    photo = Photo(FIRST + timedelta(1), "/p.webp", "/w/a/publications/1/", 'A "loaf" & more')
    page = draw('{% chart days "Reach" photos %}', days=trend, photos=[photo])
    assert 'href="/w/a/publications/1/"' in page
    assert "A &quot;loaf&quot; &amp; more" in page


def test_bars_say_what_is_not_available():
    page = draw("{% bars rows %}", rows=[Bar("Reels", 10, 8), Bar("<Stories>", None)])
    assert 'width="100.00%"' in page
    assert "not available" in page
    assert "&lt;Stories&gt;" in page
    assert page.count("<svg") == 1
