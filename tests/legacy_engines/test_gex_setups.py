"""Setups from gamma levels: every threshold from both sides, the figures of each setup, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gex.analyzer import GEXAnalyzer, GEXLevel
from legacy_engines.gex.setups import TradeSetup, TradingStrategy

CHAIN = pd.DataFrame(
    [(strike, kind, dte) for strike in (985.0, 995.0, 1000.0, 1005.0) for kind in ("call", "put") for dte in (1, 9)],
    columns=["strike", "optiontype", "dte"],
)


def wall(strike: float, strength: float = 15.0, gex: float = 4e8) -> GEXLevel:
    return GEXLevel(strike, gex, "wall", strength, 0.0)


def strategy(symbol: str = "SPY", **state: Any) -> TradingStrategy:
    analyzer = GEXAnalyzer(symbol)
    for name, value in {"spot_price": 1000.0, "options_data": CHAIN, **state}.items():
        setattr(analyzer, name, value)
    return TradingStrategy(analyzer)


def walls(call: float, put: float, **figures: Any) -> dict[str, GEXLevel]:
    return {"call_wall_1": wall(call, **figures), "put_wall_1": wall(put, **figures)}


def test_a_negative_squeeze_buys_the_first_call_above_spot() -> None:
    (setup,) = strategy(net_gex=-1.2345e9, gamma_flip=990.0).identify_squeeze_setups()
    assert (setup.strategy_type, setup.action, setup.expiration) == ("Negative GEX Squeeze", "BUY CALL", "2-5 DTE")
    assert (setup.entry_price, setup.target_price, setup.stop_loss, setup.strike) == (1000, 990, 990, 1000)
    assert setup.confidence_score == pytest.approx(80)
    assert setup.risk_reward_ratio == pytest.approx(1.0)
    assert "$-1.23B" in setup.notes
    # Deliberate (core Q8): the note says what the figures beside it show.
    assert "target, is -1.00% from spot: below the entry" in setup.notes


@pytest.mark.parametrize(
    ("symbol", "net", "flip", "found"),
    [
        ("SPY", -1e9, 990.0, 0), ("SPY", -1.001e9, 990.0, 1), ("QQQ", -5e8, 990.0, 0), ("QQQ", -5.01e8, 990.0, 1),
        ("IWM", -2.01e8, 990.0, 1), ("MSFT", -5.01e8, 990.0, 0), ("MSFT", -1.001e9, 990.0, 1),
        ("SPY", -2e9, 985.0, 1), ("SPY", -2e9, 984.9, 0), ("SPY", -2e9, 995.0, 1), ("SPY", -2e9, 995.1, 0),
        ("SPY", -2e9, 1010.0, 0),
    ],
)  # fmt: skip
def test_a_negative_squeeze_needs_its_threshold_and_a_flip_just_below_spot(
    symbol: str, net: float, flip: float, found: int
) -> None:
    assert len(strategy(symbol, net_gex=net, gamma_flip=flip).identify_squeeze_setups()) == found


def test_a_positive_breakdown_buys_the_last_put_below_spot_and_stops_at_the_first_call_wall() -> None:
    levels = {"call_wall_2": wall(1020.0), "call_wall_1": wall(1008.0)}
    (setup,) = strategy(net_gex=2.5e9, gamma_flip=998.0, key_levels=levels).identify_squeeze_setups()
    assert (setup.strategy_type, setup.action, setup.expiration) == ("Positive GEX Breakdown", "BUY PUT", "3-7 DTE")
    assert (setup.entry_price, setup.target_price, setup.stop_loss, setup.strike) == (1000, 998, 1020, 1000)
    assert setup.confidence_score == pytest.approx(75)
    assert setup.risk_reward_ratio == pytest.approx(0.1)
    assert "$2.50B" in setup.notes
    assert "0.20%" in setup.notes
    (bare,) = strategy(net_gex=2.5e9, gamma_flip=998.0).identify_squeeze_setups()
    assert bare.stop_loss == 1010


@pytest.mark.parametrize(
    ("symbol", "net", "flip", "found"),
    [
        ("SPY", 2e9, 999.0, 0), ("SPY", 2.001e9, 999.0, 1), ("QQQ", 1.001e9, 999.0, 1), ("IWM", 5.01e8, 999.0, 1),
        ("IWM", 5e8, 999.0, 0), ("SPY", 3e9, 1000.0, 1), ("SPY", 3e9, 997.0, 1), ("SPY", 3e9, 996.9, 0),
        ("SPY", 3e9, 1000.1, 0),
    ],
)  # fmt: skip
def test_a_positive_breakdown_needs_its_threshold_and_a_flip_just_below_spot(
    symbol: str, net: float, flip: float, found: int
) -> None:
    assert len(strategy(symbol, net_gex=net, gamma_flip=flip).identify_squeeze_setups()) == found


@pytest.mark.parametrize(("kind", "days", "found"), [("call", 5, 1), ("call", 6, 0), ("put", 5, 0)])
def test_a_squeeze_needs_a_near_contract(kind: str, days: int, found: int) -> None:
    chain = pd.DataFrame({"strike": [1000.0], "optiontype": [kind], "dte": [days]})
    assert len(strategy(net_gex=-2e9, gamma_flip=990.0, options_data=chain).identify_squeeze_setups()) == found


@pytest.mark.parametrize(("kind", "days", "found"), [("put", 7, 1), ("put", 8, 0), ("call", 7, 0)])
def test_a_breakdown_needs_a_near_contract(kind: str, days: int, found: int) -> None:
    chain = pd.DataFrame({"strike": [1000.0], "optiontype": [kind], "dte": [days]})
    assert len(strategy(net_gex=3e9, gamma_flip=999.0, options_data=chain).identify_squeeze_setups()) == found


def test_without_a_chain_there_is_no_squeeze_and_without_days_an_error() -> None:
    assert strategy(net_gex=-2e9, gamma_flip=990.0, options_data=None).identify_squeeze_setups() == []
    undated = CHAIN.drop(columns="dte")
    with pytest.raises(KeyError, match="dte"):
        strategy(net_gex=-2e9, gamma_flip=990.0, options_data=undated).identify_squeeze_setups()


def test_compressed_walls_are_traded_from_the_nearer_to_the_farther() -> None:
    (up,) = strategy(net_gex=1.0, gamma_flip=970.0, key_levels=walls(1012.0, 995.0)).identify_squeeze_setups()
    assert (up.action, up.target_price) == ("BUY CALL", 1012)
    assert up.stop_loss == pytest.approx(985.05)
    assert up.risk_reward_ratio == pytest.approx(12 / 14.95)
    (down,) = strategy(net_gex=1.0, gamma_flip=970.0, key_levels=walls(1004.0, 990.0)).identify_squeeze_setups()
    assert (down.action, down.target_price) == ("BUY PUT", 990)
    assert down.stop_loss == pytest.approx(1014.04)
    assert down.risk_reward_ratio == pytest.approx(10 / 14.04)
    assert (down.confidence_score, down.strike, down.expiration) == (75, 1000, "0-2 DTE")
    assert "1.40%" in down.notes
    (tie,) = strategy(net_gex=1.0, gamma_flip=970.0, key_levels=walls(1005.0, 995.0)).identify_squeeze_setups()
    assert tie.action == "BUY PUT"
    # At the same distance neither wall is the nearer one.
    assert "no nearer the put wall" in tie.notes
    assert "towards the put wall" in tie.notes
    assert "nearer the put wall than the call wall: trade towards the call wall" in up.notes
    assert not strategy(net_gex=1.0, gamma_flip=970.0, key_levels=walls(1010.0, 990.0)).identify_squeeze_setups()


def test_division_by_zero_raises_for_plain_numbers_and_is_infinite_for_those_of_a_chain() -> None:
    state: dict[str, Any] = {"net_gex": 3e9, "gamma_flip": 999.0}
    with pytest.raises(ZeroDivisionError):
        strategy(**state, key_levels={"call_wall_1": wall(1000.0)}).identify_squeeze_setups()
    (setup,) = strategy(**state, key_levels={"call_wall_1": wall(np.float64(1000.0))}).identify_squeeze_setups()
    assert setup.risk_reward_ratio == math.inf


def test_premium_is_sold_at_both_walls() -> None:
    call, put = strategy(net_gex=3.2e9, key_levels=walls(1012.0, 983.0, strength=25.0)).identify_premium_selling()
    assert (call.strategy_type, call.action, call.expiration) == ("Call Premium Selling", "SELL CALL", "0-2 DTE")
    assert (call.strike, call.confidence_score) == (1012, 90)
    assert call.stop_loss == pytest.approx(1022.12)
    assert (put.strategy_type, put.action, put.expiration) == ("Put Premium Selling", "SELL PUT", "2-5 DTE")
    assert (put.strike, put.confidence_score) == (983, 85)
    assert put.stop_loss == pytest.approx(963.34)
    assert call.entry_price == call.target_price == put.entry_price == put.target_price == 1000
    assert call.risk_reward_ratio == put.risk_reward_ratio == 1.5
    assert "1012.00" in call.notes
    assert "3.20B" in call.notes
    assert "983.00" in put.notes


@pytest.mark.parametrize(
    ("net", "strike", "strength", "found"),
    [
        (3e9, 1012.0, 15, 0), (3.01e9, 1012.0, 15, 1), (3.01e9, 1005.0, 15, 1), (3.01e9, 1004.9, 15, 0),
        (3.01e9, 1020.0, 15, 1), (3.01e9, 1020.1, 15, 0), (3.01e9, 1012.0, 10, 0), (3.01e9, 1012.0, 10.1, 1),
    ],
)  # fmt: skip
def test_calls_are_sold_only_at_a_strong_wall_in_reach(net: float, strike: float, strength: float, found: int) -> None:
    levels = {"call_wall_1": wall(strike, strength)}
    assert len(strategy(net_gex=net, key_levels=levels).identify_premium_selling()) == found


@pytest.mark.parametrize(
    ("net", "strike", "strength", "found"),
    [
        (-1.0, 980.0, 15, 0), (0.5, 980.0, 15, 1), (1.0, 990.0, 15, 1), (1.0, 990.1, 15, 0), (1.0, 970.0, 15, 1),
        (1.0, 969.9, 15, 0), (1.0, 980.0, 10, 0), (1.0, 980.0, 10.1, 1),
    ],
)  # fmt: skip
def test_puts_are_sold_only_at_a_strong_wall_in_reach(net: float, strike: float, strength: float, found: int) -> None:
    levels = {"put_wall_1": wall(strike, strength)}
    assert len(strategy(net_gex=net, key_levels=levels).identify_premium_selling()) == found


def condors(call_gex: float = 4e8, put_gex: float = -4e8, **change: Any) -> list[TradeSetup]:
    levels = {
        "call_wall_1": wall(change.pop("call", 1020.0), change.pop("strength", 15.0), call_gex),
        "put_wall_1": wall(change.pop("put", 980.0), 15.0, put_gex),
    }
    return strategy(**{"net_gex": 1.0, "key_levels": levels, **change}).identify_iron_condors()


def test_a_condor_sits_at_the_walls() -> None:
    (setup,) = condors()
    assert (setup.strategy_type, setup.action, setup.expiration) == ("Standard Iron Condor", "SELL IC", "5-10 DTE")
    assert (setup.stop_loss, setup.strike, setup.risk_reward_ratio, setup.confidence_score) == (0, 0, 1.5, 90)
    for strike in ("980", "1020", "965", "1035"):
        assert strike in setup.notes


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"put_gex": -4.81e8}, "Broken Wing (Bullish)"), ({"put_gex": -4.79e8}, "Standard Iron Condor"),
        ({"call_gex": 4.81e8}, "Broken Wing (Bearish)"), ({"call_gex": 4.79e8}, "Standard Iron Condor"),
    ],
)  # fmt: skip
def test_a_lopsided_condor_is_a_broken_wing(change: dict[str, Any], kind: str) -> None:
    (setup,) = condors(**change)
    assert setup.strategy_type == kind
    assert ("1.2" in setup.notes) == kind.startswith("Broken")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"net_gex": 0}, 0), ({"net_gex": -1.0}, 0), ({"call": 1010.0}, 1), ({"call": 1009.9}, 0),
        ({"call": 1030.0}, 1), ({"call": 1030.1}, 0), ({"strength": 5.0}, 0), ({"strength": 5.1}, 1),
        ({"key_levels": {}}, 0),
    ],
)  # fmt: skip
def test_a_condor_needs_positive_gex_the_right_width_and_strong_walls(change: dict[str, Any], found: int) -> None:
    assert len(condors(**change)) == found


def test_a_condor_without_net_gex_or_with_an_empty_wall_raises() -> None:
    with pytest.raises(TypeError):
        condors(net_gex=None)
    with pytest.raises(ZeroDivisionError):
        condors(call_gex=0.0)
    with pytest.raises(ZeroDivisionError):
        condors(put_gex=0.0)


@given(
    st.floats(-4e9, 4e9), st.floats(970, 1030), st.floats(960, 1040), st.floats(960, 1040), st.floats(0, 60),
)  # fmt: skip
def test_setups_come_most_confident_first_and_read_well(
    net: float, flip: float, call: float, put: float, strength: float
) -> None:
    # Numbers as they come out of a chain: a stop at spot then gives an infinite or unknown ratio, not an error.
    levels = walls(np.float64(call), np.float64(put), strength=strength)
    engine = strategy(net_gex=net, gamma_flip=flip, key_levels=levels)
    found = engine.analyze_all_setups()
    assert engine.setups is found
    scores = [setup.confidence_score for setup in found]
    assert scores == sorted(scores, reverse=True)
    for setup in found:
        assert 0 < setup.confidence_score <= 90
        assert not setup.risk_reward_ratio < 0
        assert not any(unfilled in setup.notes for unfilled in ("{", "}", "None", "nan"))


@pytest.mark.parametrize("unknown", [0, None])
def test_unknown_gex_gives_no_setups(unknown: Any) -> None:
    engine = strategy(net_gex=unknown, gamma_flip=990.0, key_levels=walls(1012.0, 983.0))
    assert engine.identify_squeeze_setups() == engine.identify_premium_selling() == []


@pytest.mark.parametrize(
    ("name", "percent"),
    [("Negative GEX Squeeze", 3), ("Put Premium Selling", 5), ("Positive GEX Breakdown", 2), ("squeeze", 2)],
)
def test_position_size_follows_the_kind_of_setup(name: str, percent: float) -> None:
    setup = TradeSetup(name, "BUY", 1, 1, 1, 80, 1, "x", 1, "")
    size = strategy().calculate_position_size(setup, 50000)
    assert size["max_risk"] == size["position_size"] == pytest.approx(50000 * percent / 100 * 0.8)
    assert size["as_percent"] == pytest.approx(percent * 0.8)
    with pytest.raises(ZeroDivisionError):
        strategy().calculate_position_size(setup, 0)
