"""What a chart may never do: invent a value, bridge a gap, leave its frame."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens import charts
from screens.charts import Bar, Day, Photo

values = st.one_of(st.none(), st.integers(-(10**7), 10**9), st.floats(-1e6, 1e9, allow_nan=False))
counts = st.one_of(st.none(), st.integers(0, 10**9))
FIRST = date(2026, 9, 22)


def days_of(values, before=None, late=0):
    before = before or [None] * len(values)
    return [
        Day(FIRST + timedelta(n), value, past, n >= len(values) - late)
        for n, (value, past) in enumerate(zip(values, before, strict=True))
    ]


@given(st.lists(values, min_size=1, max_size=120))
def test_every_point_is_a_value_that_was_given_and_every_value_is_a_point(given_values):
    drawn = charts.trend(days_of(given_values))
    points = [place for line in drawn.lines for place in line]
    assert [place.value for place in points] == [v for v in given_values if v is not None]
    assert [place.x for place in points] == [x for x, v in zip(drawn.xs, given_values, strict=True) if v is not None]


@given(st.lists(values, min_size=1, max_size=120), st.lists(values, min_size=1, max_size=120))
def test_every_point_lies_inside_the_frame(given_values, before):
    before = (before * len(given_values))[: len(given_values)]
    drawn = charts.trend(days_of(given_values, before))
    for place in [p for line in (*drawn.lines, *drawn.before) for p in line]:
        assert 0 <= place.x <= 100
        assert -1e-6 <= place.y <= 100 + 1e-6


@given(st.lists(values, min_size=1, max_size=120))
def test_a_line_never_crosses_a_day_without_a_value(given_values):
    drawn = charts.trend(days_of(given_values))
    for line in drawn.lines:
        positions = [drawn.xs.index(place.x) for place in line]
        assert positions == list(range(positions[0], positions[-1] + 1))
        assert all(given_values[n] is not None for n in positions)


@given(st.lists(values, min_size=1, max_size=120))
def test_gaps_and_lines_share_the_days_between_them(given_values):
    drawn = charts.trend(days_of(given_values))
    for x, value in zip(drawn.xs, given_values, strict=True):
        assert any(gap.start <= x <= gap.end for gap in drawn.gaps) == (value is None)


@given(st.lists(values, min_size=1, max_size=60))
def test_the_scale_is_round_holds_zero_and_reads_back_the_value(given_values):
    scale = charts.scale_for(given_values)
    assert scale.low <= 0 <= scale.high
    assert len(scale.ticks()) <= 8
    for value in (v for v in given_values if v is not None):
        read = scale.high - scale.y(value) * (scale.high - scale.low) / 100
        assert read == pytest.approx(float(value), abs=(scale.high - scale.low) * 1e-9)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (4310, [0, 1000, 2000, 3000, 4000, 5000]),
        (3, [0, 1, 2, 3]),
        (0, [0, 1]),
        (88, [0, 20, 40, 60, 80, 100]),
        (12, [0, 5, 10, 15]),
    ],
)
def test_ticks_are_round_numbers(highest, ticks):
    assert charts.scale_for([highest, None]).ticks() == ticks


def test_net_followers_may_fall_below_zero():
    scale = charts.scale_for([-40, 12])
    assert scale.low <= -40
    assert 0 in scale.ticks()


@given(st.lists(counts, min_size=1, max_size=60), st.integers(0, 5))
def test_only_the_provisional_days_at_the_end_are_hatched(given_values, late):
    late = min(late, len(given_values))
    drawn = charts.trend(days_of(given_values, late=late))
    if not late:
        assert drawn.late is None
    else:
        inside = [x for x in drawn.xs if drawn.late.start <= x <= drawn.late.end]
        assert inside == drawn.xs[-late:]


def test_photographs_stand_on_their_day_and_crowded_ones_give_way():
    days = days_of([1] * 30)
    photos = [Photo(FIRST + timedelta(n), f"/{n}") for n in (9, 3, 4, 40)]
    pins = charts.pins(days, photos, charts.spread(30))
    assert [(pin.photo.src, pin.crowded) for pin in pins] == [("/3", False), ("/4", True), ("/9", False)]


@given(st.lists(values, max_size=90))
def test_a_sparkline_draws_what_it_was_given(given_values):
    stretches, _xs = charts.spark(given_values)
    points = [place for line in stretches for place in line]
    assert [place.value for place in points] == [v for v in given_values if v is not None]
    assert all(0 <= place.x <= 100 and -1e-6 <= place.y <= 100 + 1e-6 for place in points)


@given(st.lists(st.tuples(counts, counts), max_size=20))
def test_bars_start_at_zero_and_keep_their_proportion(rows):
    bars = [Bar("x", value, before) for value, before in rows]
    longest = max((v for row in rows for v in row if v is not None), default=0)
    for (length, tick), (value, before) in zip(charts.bar_shares(bars), rows, strict=True):
        for share, number in ((length, value), (tick, before)):
            assert (share is None) == (number is None)
            if number is not None and longest:
                assert share == pytest.approx(100 * number / longest)


@given(st.lists(st.lists(counts, min_size=24, max_size=24), min_size=7, max_size=7))
def test_a_square_of_the_week_is_as_wide_as_its_value(rows):
    highest = max((v for row in rows for v in row if v is not None), default=0)
    for x, y, side, value in charts.halftone(rows):
        assert side == pytest.approx(8.6 * value / highest)
        assert 0 <= x <= 240
        assert 0 <= y <= 70


@pytest.mark.parametrize("count", [1, 2, 3, 7, 28, 30, 31, 90])
def test_the_axis_names_few_days_and_always_the_first(count):
    named = charts.axis_days(count)
    assert named[0] == 0
    assert len(named) <= 7


def test_rates_get_steps_below_one():
    scale = charts.scale_for([0.041, 0.012])
    assert scale.ticks() == pytest.approx([0, 0.01, 0.02, 0.03, 0.04, 0.05])
    assert scale.decimals == 2
    assert charts.scale_for([0.11]).decimals == 3
