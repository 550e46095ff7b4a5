"""Numbers and times say what they mean."""

from datetime import UTC, date, datetime, timedelta

import pytest

from screens import formats

WHEN = datetime(2026, 10, 22, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [(48210, "48,210"), (0, "0"), (None, "—"), ("", "—"), (-14, "−14"), (3.25, "3.2"), (7.0, "7"), ("n/a", "n/a")],
)
def test_a_figure_is_grouped_and_unknown_is_not_zero(value, text):
    assert formats.figure(value) == text


@pytest.mark.parametrize(("value", "text"), [(312, "+312"), (-14, "−14"), (0, "0"), (None, "—")])
def test_a_signed_figure_says_its_direction(value, text):
    assert formats.signed(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.124, "12.4 %"), (0, "0 %"), (1, "100 %"), (None, "—")])
def test_a_ratio_reads_as_per_cent(value, text):
    assert formats.percent(value) == text


def test_a_change_needs_something_to_compare_with():
    assert formats.change(110, 100) == pytest.approx(0.1)
    assert formats.change(110, 0) is None
    assert formats.change(None, 100) is None
    assert formats.change(0, 100) == -1


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Lisbon", "Thu 22 Oct, 11:12 Lisbon (UTC+1)"),
        ("Asia/Kolkata", "Thu 22 Oct, 15:42 Kolkata (UTC+5:30)"),
        ("America/Argentina/Buenos_Aires", "Thu 22 Oct, 07:12 Buenos Aires (UTC−3)"),
        ("UTC", "Thu 22 Oct, 10:12 UTC"),
        ("", "Thu 22 Oct, 10:12 UTC"),
    ],
)
def test_a_time_says_its_zone(zone, text, time_machine):
    time_machine.move_to(datetime(2026, 11, 22, tzinfo=UTC))
    assert formats.at_zone(WHEN, zone) == text


def test_another_year_is_said(time_machine):
    time_machine.move_to(datetime(2027, 1, 2, tzinfo=UTC))
    assert formats.at_zone(WHEN, "UTC") == "Thu 22 Oct 2026, 10:12 UTC"
    assert formats.day(date(2026, 10, 22)) == "Thu 22 Oct 2026"


def test_the_offset_is_that_moments_own():
    assert formats.zone_label("Europe/Lisbon", WHEN) == "Lisbon (UTC+1)"
    assert formats.zone_label("Europe/Lisbon", WHEN + timedelta(days=10)) == "Lisbon (UTC)"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=16, minutes=50), "16 h"),
        (timedelta(days=2, hours=3), "2 d"),
        (-timedelta(days=4, minutes=1), "in 4 d"),
    ],
)
def test_an_age_is_one_unit(ago, text):
    assert formats.age(WHEN - ago, WHEN) == text


@pytest.mark.parametrize(
    ("name", "letters"), [("Inês Antunes", "IA"), ("levain.porto", "LP"), ("@crux_braga", "CB"), ("", "?"), ("x", "X")]
)
def test_initials_stand_in_for_a_picture(name, letters):
    assert formats.initials(name) == letters
