"""Setup detection and the game plan: one setup whenever there is a price, numbers that fit together."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.setups.detection import StrategyEngine, multiple_of_five, nearest_five
from tests.parity.worlds import StandingClock

CLOCK = StandingClock("2025-10-14T10:30:00-04:00")
PRICES = st.floats(min_value=20, max_value=10_000)
MARKETS = st.fixed_dictionaries(
    {
        "spot_price": PRICES,
        "flip_point": PRICES,
        "call_wall": st.one_of(st.just(0), PRICES),
        "put_wall": st.one_of(st.just(0), PRICES),
        "net_gex": st.floats(min_value=-1e10, max_value=1e10),
    }
)


@given(market=MARKETS)
def test_a_price_always_gives_exactly_one_setup(market: dict[str, Any]) -> None:
    [setup] = StrategyEngine.detect_setups(market, clock=CLOCK)
    assert setup["symbol"] == "SPY"
    assert setup["current_price"] == market["spot_price"]
    assert 55 <= setup["confidence"] <= 80
    assert 2 <= setup["dte"] <= 14
    assert "{" not in setup["reasoning"]


@pytest.mark.parametrize("spot", [0, None])
def test_without_a_price_there_is_no_setup(spot: float | None) -> None:
    assert StrategyEngine.detect_setups({"spot_price": spot, "net_gex": -2e9}, clock=CLOCK) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"flip_point": None}, TypeError),
        ({"flip_point": None, "net_gex": 2e9}, TypeError),
        ({"implied_volatility": None}, TypeError),
        ({"net_gex": None}, TypeError),
        ({"flip_point": math.nan, "net_gex": -2e9}, ValueError),
        ({"spot_price": "590"}, TypeError),
    ],
)
def test_numbers_that_are_none_nan_or_text_raise(changes: dict[str, Any], error: type[Exception]) -> None:
    market = {"spot_price": 590.0, "flip_point": 593.0, "net_gex": -5e8, "call_wall": 600.0, "put_wall": 580.0}
    with pytest.raises(error):
        StrategyEngine.detect_setups({**market, **changes}, clock=CLOCK)


def test_a_nan_flip_does_not_keep_walls_from_being_sold() -> None:
    market = {"spot_price": 590.0, "flip_point": math.nan, "net_gex": 2e9, "call_wall": 610.0, "put_wall": 570.0}
    [setup] = StrategyEngine.detect_setups(market, clock=CLOCK)
    assert setup["strategy"] == "IRON CONDOR"


def test_a_squeeze_names_gamma_distance_and_win_rate_in_order() -> None:
    market = {"spot_price": 590.0, "flip_point": 587.0, "net_gex": -1.64e9, "call_wall": 600.0, "put_wall": 570.0}
    [setup] = StrategyEngine.detect_setups(market, clock=CLOCK)
    assert re.findall(r"\$?-?\d+\.?\d*[%B]", setup["reasoning"]) == ["$-1.6B", "-0.5%", "68%"]


@given(price=st.floats(min_value=0, max_value=1e6))
def test_rounding_to_five_stays_within_its_reach(price: float) -> None:
    assert 0 <= price - multiple_of_five(price) < 5
    assert abs(price - nearest_five(price)) <= 2.5 + 1e-9


def test_halfway_between_two_strikes_rounds_down() -> None:
    assert [nearest_five(price) for price in (602.5, 602.51, 600.0)] == [600, 605, 600]


@given(market=MARKETS)
def test_a_game_plan_has_no_unfilled_placeholder(market: dict[str, Any]) -> None:
    setups = StrategyEngine.detect_setups(market, clock=CLOCK)
    plan = StrategyEngine.generate_game_plan(market, setups, clock=CLOCK)
    assert not re.search(r"[{}]|\bNone\b|\bnan\b", plan)
    assert "## Critical Levels" in plan


def test_a_setup_without_its_entry_is_refused_by_the_game_plan() -> None:
    with pytest.raises(KeyError, match="entry_zone"):
        StrategyEngine.generate_game_plan({"spot_price": 1.0}, [{"strategy": "X", "action": "BUY"}], clock=CLOCK)
