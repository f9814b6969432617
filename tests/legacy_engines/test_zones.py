"""Entry zones by gamma and hour."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gex import zones
from legacy_engines.gex.zones import DynamicLevelCalculator
from tests.parity.worlds import StandingClock

SQUEEZE = {"net_gex": -2e9, "spot_price": 580.0, "flip_point": 585.0, "call_wall": 600, "put_wall": 570}


def at(hour: int) -> DynamicLevelCalculator:
    return DynamicLevelCalculator(clock=StandingClock(f"2025-10-21T{hour:02d}:05:09-04:00", "UTC"))


def test_the_long_call_zone_has_range_strike_targets_and_stop() -> None:
    answer = at(10).get_profitable_zones(SQUEEZE)
    assert answer == {
        "timestamp": "10:05:09",
        "long_call_zone": {
            "active": True,
            "entry_range": "$579.80 - $580.30",
            "optimal_strike": 590,
            "target_1": 586.5,
            "target_2": 600,
            "stop": 570,
            "time_window": zones.GOOD_30_MIN,
            "confidence": 75,
            "action": "BUY when SPY trades between $579.80 and $580.30",
            "dte": 7,
            "best_time": "7 DTE",
        },
        "long_put_zone": None,
        "iron_condor_zone": None,
        "current_opportunity": zones.LONG_CALLS_ACTIVE,
    }


@pytest.mark.parametrize(("hour", "confidence"), [(10, 75), (11, 60)])
def test_confidence_falls_at_eleven(hour: int, confidence: int) -> None:
    answer = at(hour).get_profitable_zones(SQUEEZE)
    assert answer["long_call_zone"]["confidence"] == confidence
    expected = zones.LONG_CALLS_ACTIVE if confidence > 70 else zones.NO_HIGH_CONFIDENCE_SETUP
    assert answer["current_opportunity"] == expected


@pytest.mark.parametrize(
    "change", [{"net_gex": -1e9}, {"net_gex": math.nan}, {"spot_price": 585.0}, {"flip_point": math.nan}]
)
def test_no_zone_outside_a_squeeze(change: dict[str, Any]) -> None:
    answer = at(10).get_profitable_zones({**SQUEEZE, **change})
    assert answer["long_call_zone"] is None
    assert answer["current_opportunity"] == zones.NO_HIGH_CONFIDENCE_SETUP


@given(st.floats(1, 1000), st.floats(0.01, 100))
def test_strike_and_target_lie_past_the_flip(spot: float, distance: float) -> None:
    flip = spot + distance
    zone = at(10).get_profitable_zones({**SQUEEZE, "spot_price": spot, "flip_point": flip})["long_call_zone"]
    assert flip < zone["optimal_strike"] <= flip + 5 + 1e-9
    assert zone["target_1"] > flip


def test_missing_walls_are_zero_and_missing_levels_raise() -> None:
    zone = at(10).get_profitable_zones({"net_gex": -2e9, "flip_point": 5})["long_call_zone"]
    assert (zone["target_2"], zone["stop"], zone["entry_range"]) == (0, 0, "$-0.20 - $0.30")
    with pytest.raises(TypeError):
        at(10).get_profitable_zones({**SQUEEZE, "flip_point": None})
    with pytest.raises(TypeError):
        at(10).get_profitable_zones({"net_gex": None})


@pytest.mark.parametrize(
    ("direction", "hour", "window"),
    [
        ("call", 8, zones.LATE_CAUTION),
        ("call", 9, zones.PRIME_45_MIN),
        ("call", 10, zones.GOOD_30_MIN),
        ("call", 11, zones.AVOID_UNTIL_AFTERNOON),
        ("call", 13, zones.AVOID_UNTIL_AFTERNOON),
        ("call", 14, zones.LATE_CAUTION),
        ("put", 13, zones.TOO_EARLY_UNTIL_2PM),
        ("put", 14, zones.PRIME_45_MIN),
        ("CALL", 15, zones.FINAL_HOUR),
    ],
)
def test_time_windows(direction: str, hour: int, window: str) -> None:
    assert at(10)._get_time_window(direction, hour) == window
