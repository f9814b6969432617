"""Clock times and the plain opening hours."""

from __future__ import annotations

from typing import Any

import pytest

from legacy_engines.market import market_time
from tests.parity.worlds import StandingClock


def at(instant: str, zone: str = "UTC") -> StandingClock:
    return StandingClock(instant, zone)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2025-10-20T09:29:59.999999-04:00", False),
        ("2025-10-20T09:30:00-04:00", True),
        ("2025-10-20T15:59:59.999999-04:00", True),
        ("2025-10-20T16:00:00-04:00", False),
        ("2025-10-18T12:00:00-04:00", False),
        ("2025-12-25T12:00:00-05:00", True),
    ],
)
def test_market_is_open_from_half_past_nine_to_before_four_on_weekdays(instant: str, expected: bool) -> None:
    assert market_time.is_market_open(clock=at(instant)) is expected


def test_opening_hours_follow_new_york_whatever_the_clock_calls_local() -> None:
    assert market_time.is_market_open(clock=at("2025-10-20T13:31:00+00:00", "Asia/Tokyo"))


def test_daylight_saving_moves_new_york_but_not_utc() -> None:
    clock = at("2025-03-09T07:00:00+00:00")
    assert market_time.get_et_time(clock=clock).isoformat() == "2025-03-09T03:00:00-04:00"
    assert market_time.get_utc_time(clock=clock).isoformat() == "2025-03-09T07:00:00+00:00"


def test_local_time_is_chicago_unless_named() -> None:
    clock = at("2025-10-20T13:00:00+00:00")
    assert market_time.get_local_time(clock=clock).isoformat() == "2025-10-20T08:00:00-05:00"
    assert market_time.get_local_time("Europe/London", clock=clock).isoformat() == "2025-10-20T14:00:00+01:00"


@pytest.mark.parametrize("name", ["Nowhere/City", "", None, 5, "../etc/passwd", "US", "/etc/localtime", "a\0b"])
def test_an_impossible_zone_means_new_york(name: Any) -> None:
    clock = at("2025-10-20T13:00:00+00:00")
    assert market_time.get_local_time(name, clock=clock) == market_time.get_et_time(clock=clock)
    assert market_time.get_local_time(name, clock=clock).tzname() == "EDT"
