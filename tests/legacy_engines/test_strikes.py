"""The strike with the best expected value, and the strategy built on it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.options.strikes import SmartStrikeSelector
from legacy_engines.setups.strategy_optimizer import NO_SETUP, MultiStrategyOptimizer
from tests.parity.worlds import SOME_TUESDAY, SqliteStore, StandingClock

SPOTS = st.floats(20, 1000)
AT = "2025-10-20 15:00:00"


def memory(*pnls: float) -> TradingRAG:
    clock = StandingClock(SOME_TUESDAY)
    store = SqliteStore(clock)
    moments = [f"2025-10-{day:02d} 15:00:00" for day in range(1, len(pnls) + 1)]
    trades = [{"timestamp": at, "strategy": "LONG_CALL", "pnl": p} for at, p in zip(moments, pnls, strict=True)]
    store.load({"recommendations": trades, "gex_history": [{"timestamp": at, "net_gex": 1e9} for at in moments]})
    return TradingRAG(store, clock=clock)


@pytest.fixture
def selector() -> SmartStrikeSelector:
    return SmartStrikeSelector(memory())


@given(SPOTS)
def test_the_choice_is_one_of_the_next_strikes_and_adds_up(spot: float) -> None:
    best = SmartStrikeSelector(memory()).get_optimal_strike(spot, "CALL", {})
    assert best is not None
    assert best["strike"] % 5 == 0
    assert -5 < best["strike"] - spot <= 15 + 1e-9
    assert best["breakeven"] == best["strike"] + best["premium"]
    assert best["expected_value"] == -best["premium"]


@given(SPOTS, st.floats(0.8, 1.2))
def test_a_put_has_minus_the_delta_of_the_call(spot: float, moneyness: float) -> None:
    selector = SmartStrikeSelector(memory())
    strike = spot * moneyness
    assert selector._estimate_delta(spot, strike, "put") == -selector._estimate_delta(spot, strike, "call")


@given(SPOTS, st.floats(0.8, 1.2), st.floats(0, 100))
def test_a_better_record_never_lowers_the_expected_value(spot: float, moneyness: float, rate: float) -> None:
    selector = SmartStrikeSelector(memory())
    worse, better = (selector._calculate_ev(spot, spot * moneyness, r, "call") for r in (rate / 2, rate))
    assert better >= worse - 1e-9


@pytest.mark.parametrize(
    ("strike", "delta"), [(490, 0.5), (510, 0.5), (515, 0.12), (525, 0.0), (550, -0.3), (485, 0.55)]
)
def test_delta_by_moneyness(selector: SmartStrikeSelector, strike: float, delta: float) -> None:
    assert selector._estimate_delta(500, strike, "call") == pytest.approx(delta)


def test_delta_without_a_price_is_zero_or_a_half(selector: SmartStrikeSelector) -> None:
    assert selector._estimate_delta(0, 500, "call") == 0
    assert selector._estimate_delta(math.nan, 500, "call") == 0.5


def test_premium_is_intrinsic_plus_a_share_of_spot(selector: SmartStrikeSelector) -> None:
    assert selector._estimate_premium(500, 495, "call") == 5 + 500 * 0.005 * 0.5
    assert selector._estimate_premium(500, 505, "put") == 5 + 500 * 0.005 * 0.5


def test_only_calls_are_looked_for(selector: SmartStrikeSelector) -> None:
    assert selector.get_optimal_strike(500, "PUT", {}) is None
    assert selector.get_optimal_strike(500, "call", {}) is None
    with pytest.raises(TypeError):
        SmartStrikeSelector(memory()).get_optimal_strike(None, "CALL", {})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="NaN"):
        selector.get_optimal_strike(math.nan, "CALL", {})


def test_the_reasoning_shows_its_figures() -> None:
    best = SmartStrikeSelector(memory(9.0, -9.0)).get_optimal_strike(581.3, "CALL", {})
    assert best is not None
    for figure in ("595", "0.16", "50.0%", "$5.35", "$595.46", "$0.46"):
        assert figure in best["reasoning"]


def test_the_record_is_read_once_for_all_strikes() -> None:
    store = SqliteStore(StandingClock(SOME_TUESDAY))
    store.load({"recommendations": [{"timestamp": AT, "strategy": "LONG_CALL", "pnl": 9.0}]})
    queries: list[str] = []
    store.connection.set_trace_callback(queries.append)
    SmartStrikeSelector(TradingRAG(store, clock=store.clock)).get_optimal_strike(581.3, "CALL", {})
    assert [query.split('"')[1] for query in queries] == ["recommendations", "gex_history"]


def test_long_calls_below_the_flip_in_negative_gex() -> None:
    market = {"net_gex": -1.1e9, "spot_price": 580.0, "flip_point": 585.0}
    answer = MultiStrategyOptimizer(memory()).get_best_strategy(market)
    assert answer["best"] is answer["all_options"][0]
    assert answer["recommendation"] == "Best EV: LONG CALLS"
    assert answer["best"]["action"] == "BUY 595 calls at $0.42"
    assert answer["best"]["your_historical"] == "0% win rate"


@pytest.mark.parametrize(
    "market",
    [
        {},
        {"net_gex": -1e9, "spot_price": 580.0, "flip_point": 585.0},
        {"net_gex": -2e9, "spot_price": 585.0, "flip_point": 585.0},
        {"net_gex": math.nan, "spot_price": 580.0, "flip_point": 585.0},
    ],
)
def test_otherwise_there_is_no_setup(market: dict[str, Any]) -> None:
    answer = MultiStrategyOptimizer(memory()).get_best_strategy(market)
    assert answer == {"best": None, "all_options": [], "recommendation": NO_SETUP}


@pytest.mark.parametrize("market", [{"net_gex": None}, {"net_gex": -2e9, "flip_point": None}])
def test_none_for_a_number_raises(market: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        MultiStrategyOptimizer(memory()).get_best_strategy(market)
