"""The trade of the day of the second paper account."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.trading.daily_finder import DailyTradeFinder

PRICES = st.floats(100, 1000)
NETS = st.floats(-1e11, 1e11)
HEADINGS = [
    "MARKET REGIME",
    "THESIS",
    "TECHNICAL",
    "CATALYST",
    "TARGET AND STOP",
    "ENTRY",
    "EXIT PLAN",
    "RISK / REWARD",
]


def find(spot: float = 600.0, **gex: Any) -> dict[str, Any]:
    return DailyTradeFinder().analyze_market_conditions(gex, {}, spot)


@given(NETS, PRICES, PRICES, st.floats(0, 1000), st.floats(0, 1000))
def test_a_trade_is_whole_and_explains_itself(
    net: float, flip: float, spot: float, call_wall: float, put_wall: float
) -> None:
    trade = find(spot, net_gex=net, flip_point=flip, call_wall=call_wall, put_wall=put_wall)

    assert re.findall(r"^[A-Z /]+$", trade["reasoning"], re.MULTILINE) == HEADINGS
    assert "{" not in trade["reasoning"]
    assert trade["entry_price"] == spot
    assert 65 <= trade["confidence"] <= 85
    if trade["action"] != "SELL_IRON_CONDOR":
        assert trade["strike"] % 5 == 0


@given(PRICES, PRICES, st.floats(0, 1000))
def test_a_squeeze_aims_above_spot_and_stops_below(flip: float, spot: float, wall: float) -> None:
    trade = DailyTradeFinder()._find_best_trade("NEGATIVE_GEX_BELOW_FLIP", spot, flip, wall, 0, -2e9, 1.0, 0.2, 1.0)

    assert trade["stop_loss"] < spot < trade["target_price"]


@given(PRICES, PRICES, st.floats(1, 1000))
def test_a_breakdown_aims_below_spot_and_stops_above(flip: float, spot: float, wall: float) -> None:
    trade = DailyTradeFinder()._find_best_trade("NEGATIVE_GEX_ABOVE_FLIP", spot, flip, 0, wall, -2e9, 1.0, 0.2, 1.0)

    assert trade["target_price"] < spot < trade["stop_loss"]


@pytest.mark.parametrize(
    ("net", "flip", "regime"),
    [
        (-1e9 - 1, 601.0, "NEGATIVE_GEX_BELOW_FLIP"),
        (-1e9 - 1, 600.0, "NEGATIVE_GEX_ABOVE_FLIP"),
        (-1e9, 601.0, "NEUTRAL_GEX"),
        (2e9, 600.0, "NEUTRAL_GEX"),
        (2e9 + 1, 611.99, "HIGH_POSITIVE_NEAR_FLIP"),
        (2e9 + 1, 612.0, "HIGH_POSITIVE_GEX"),
        (math.nan, 600.0, "NEUTRAL_GEX"),
    ],
)
def test_a_regime_begins_beyond_its_threshold(net: float, flip: float, regime: str) -> None:
    assert DailyTradeFinder()._determine_regime(net, 600.0, flip) == regime


def test_without_a_put_wall_a_breakdown_aims_at_nothing() -> None:
    trade = find(net_gex=-2e9)

    assert (trade["strategy"], trade["target_price"], trade["strike"]) == ("Negative GEX Breakdown", 0, 0)


def test_spreads_are_ten_points_wide() -> None:
    call, put = find(net_gex=0, flip_point=610.0), find(net_gex=0, flip_point=590.0)

    assert (call["strike"], call["short_strike"]) == (600, 610)
    assert (put["strike"], put["short_strike"]) == (600, 590)


def test_a_condor_is_sold_two_percent_from_spot() -> None:
    trade = find(net_gex=3e9)

    assert (trade["put_short_strike"], trade["strike"], trade["call_short_strike"]) == (590, 600.0, 610)
    assert (trade["target_price"], trade["stop_loss"]) == (600.0, 0)


def test_missing_skew_is_no_matter() -> None:
    gex = {"net_gex": 3e9}
    finder = DailyTradeFinder()

    assert finder.analyze_market_conditions(gex, None, 600.0) == finder.analyze_market_conditions(gex, {}, 600.0)


def test_a_squeeze_needs_a_spot() -> None:
    with pytest.raises(ZeroDivisionError):
        find(0.0, net_gex=-2e9, flip_point=600.0)


@pytest.mark.parametrize("gex", [{"net_gex": None}, {"flip_point": None}])
def test_a_key_without_a_value_is_an_error(gex: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        find(**gex)
