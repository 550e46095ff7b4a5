import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from publishing import clock


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_D01_a_time_the_clocks_jump_over_is_refused_with_another_proposed():
    with pytest.raises(clock.NoSuchTime, match=r"8 March 2026.*America/New_York.*02:30.*03:30"):
        clock.instant("2026-03-08T02:30", "America/New_York")
    assert clock.instant("2026-03-08T03:00", "America/New_York") == utc(2026, 3, 8, 7)


def test_D02_a_time_that_comes_twice_means_the_first():
    assert clock.instant("2026-11-01T01:30", "America/New_York") == utc(2026, 11, 1, 5, 30)
    assert clock.happens_twice("2026-11-01T01:30", "America/New_York")
    assert not clock.happens_twice("2026-11-01T03:30", "America/New_York")


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-06-01T12:00", "Asia/Kathmandu", utc(2026, 6, 1, 6, 15)),
        ("2026-06-01T12:00", "Australia/Lord_Howe", utc(2026, 6, 1, 1, 30)),
        ("2026-12-01T12:00", "Australia/Lord_Howe", utc(2026, 12, 1, 1, 0)),
        ("2028-02-29T23:59", "Pacific/Kiritimati", utc(2028, 2, 29, 9, 59)),
    ],
)
def test_D05_odd_offsets_give_the_right_instant(wall, zone, moment):
    assert clock.instant(wall, zone) == moment
    assert clock.wall_time_of(moment, zone) == wall


def test_D05_half_an_hour_is_a_gap_too():
    with pytest.raises(clock.NoSuchTime, match="02:15"):
        clock.instant("2026-10-04T02:15", "Australia/Lord_Howe")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/Lisbon\x00", "a" * 300])
def test_an_unknown_zone_is_a_sentence(zone):
    with pytest.raises(clock.NoSuchTime, match="not a time zone"):
        clock.instant("2026-06-01T12:00", zone)


@pytest.mark.parametrize("wall", ["", "soon", "2026-02-30T10:00", "2026-06-01T25:00", "9" * 400])
def test_an_unreadable_time_is_a_sentence(wall):
    with pytest.raises(clock.NoSuchTime, match="not a date"):
        clock.instant(wall, "UTC")


@pytest.mark.parametrize("wall", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_the_ends_of_the_calendar_are_at_worst_a_sentence(wall):
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles", "UTC"):
        with suppress(clock.NoSuchTime):
            clock.instant(wall, zone)


def test_D08_the_servers_own_zone_changes_nothing(monkeypatch):
    for zone in ("Asia/Tokyo", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert clock.instant("2026-06-01T12:00", "Europe/Lisbon") == utc(2026, 6, 1, 11)
    monkeypatch.undo()
    time.tzset()
