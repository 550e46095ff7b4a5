"""Instagram's days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from insights import days


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_day_is_midnight_to_midnight_pacific():
    assert days.opens(date(2026, 7, 1)) == at("2026-07-01T07:00")
    assert days.closes(date(2026, 12, 1)) == at("2026-12-02T08:00")


@pytest.mark.parametrize(("end_time", "day"), [("2024-05-02T07:00", "2024-05-01"), ("2026-11-22T08:00", "2026-11-21")])
def test_a_point_is_about_the_day_that_ended(end_time, day):
    assert days.day_ending(at(end_time)) == date.fromisoformat(day)


def test_the_newest_closed_day_turns_at_midnight_pacific():
    assert days.last_closed(at("2026-11-22T07:59")) == date(2026, 11, 20)
    assert days.last_closed(at("2026-11-22T08:00")) == date(2026, 11, 21)


@pytest.mark.parametrize("last", [date(2026, 3, 20), date(2026, 7, 1), date(2026, 11, 21)])
def test_a_question_over_30_days_never_exceeds_what_meta_allows(last):
    """In the autumn, 30 days with the clock change last an hour too long."""
    since, until = days.question(last - timedelta(days=29), last)
    assert until - since <= timedelta(days=30)
    assert until == days.closes(last)


def test_I04_a_day_is_provisional_for_72_hours_after_it_closed():
    day = date(2026, 11, 18)
    assert days.is_provisional(day, at("2026-11-22T07:59"))
    assert not days.is_provisional(day, at("2026-11-22T08:00"))
