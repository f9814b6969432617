"""The second paper account: the quoted trade of the day and the position it becomes."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.trading.paper_v2 import PaperTradingEngineV2
from tests.legacy_engines.test_option_quotes import COLUMNS, contract
from tests.parity.areas.trading_autonomous_world import CannedTickers, StubSource
from tests.parity.worlds import SqliteStore, StandingClock

GEX = {"net_gex": 0.0, "flip_point": 612.0, "spot_price": 600.0}
FRIDAY = "2025-10-24"


def make_engine(*contracts: list[Any]) -> tuple[PaperTradingEngineV2, SqliteStore]:
    store = SqliteStore(StandingClock("2025-10-21T10:30:00-04:00"))
    side = {"columns": COLUMNS, "rows": list(contracts)}
    tickers = CannedTickers({"SPY": {FRIDAY: {"calls": side, "puts": side}}})
    return PaperTradingEngineV2(store=store, clock=store.clock, tickers=tickers), store


def make_source(gex: Any = None) -> StubSource:
    return StubSource({"get_net_gamma": {"SPY": GEX if gex is None else gex}, "get_skew_data": {"SPY": {}}})


def make_trade(**changes: Any) -> dict[str, Any]:
    engine, _ = make_engine(contract(600.0))
    trade = engine.find_daily_trade(make_source())
    assert trade is not None
    return trade | changes


def test_the_trade_of_the_day_carries_its_quote() -> None:
    trade = make_trade()

    assert (trade["strategy"], trade["expiration_str"]) == ("Bullish Call Spread", FRIDAY)
    assert (trade["real_bid"], trade["real_ask"], trade["real_mid"], trade["real_last"]) == (1.0, 2.0, 1.5, 1.5)
    assert trade["gex_data"] == GEX


def test_without_a_chain_the_trade_has_no_prices() -> None:
    engine, _ = make_engine()

    trade = engine.find_daily_trade(make_source())

    assert trade is not None
    assert (trade["strike"], trade["real_mid"], trade["contract_symbol"]) == (600, 0, "")


@pytest.mark.parametrize(
    "gex", [{"error": "rate limit"}, {"net_gex": 1e9}, {"__raise__": "RuntimeError"}, {"spot_price": None}]
)
def test_without_usable_data_there_is_no_trade(gex: dict[str, Any]) -> None:
    engine, _ = make_engine(contract(600.0))

    assert engine.find_daily_trade(make_source(gex)) is None


@given(st.floats(0.01, 1000), st.floats(1, 1e7))
def test_a_position_is_one_to_fifty_contracts_of_its_share(premium: float, capital: float) -> None:
    engine, store = make_engine()
    engine.set_config("capital", str(capital))

    engine.execute_trade(make_trade(real_mid=premium))

    quantity = store.dump("paper_positions_v2")[0]["quantity"]
    assert 1 <= quantity <= 50
    assert quantity == 1 or quantity * premium * 100 <= capital * 0.05 * (1 + 1e-12)


def test_a_position_without_a_price_costs_a_dollar_a_share() -> None:
    engine, store = make_engine()

    assert engine.execute_trade(make_trade(real_mid=0.0)) == 1

    row = store.dump("paper_positions_v2")[0]
    assert (row["entry_price"], row["quantity"], row["current_value"]) == (1.0, 50, 5000.0)
    assert (row["opened_at"], row["status"], row["entry_premium_mid"]) == ("2025-10-21 10:30:00", "OPEN", 0.0)


@pytest.mark.parametrize("trade", [None, {}])
def test_no_trade_opens_nothing(trade: Any) -> None:
    engine, store = make_engine()

    assert engine.execute_trade(trade) is None
    assert store.dump("paper_positions_v2") == []


def test_an_unknown_price_opens_nothing() -> None:
    engine, store = make_engine()

    with pytest.raises(ValueError, match="NaN"):
        engine.execute_trade(make_trade(real_mid=math.nan))
    assert store.dump("paper_positions_v2") == []


def test_an_unknown_volatility_is_stored_as_missing() -> None:
    engine, store = make_engine()

    engine.execute_trade(make_trade(real_iv=math.nan))

    assert store.dump("paper_positions_v2")[0]["entry_iv"] is None


def test_an_incomplete_trade_says_what_is_missing() -> None:
    engine, _ = make_engine()
    trade = make_trade()
    del trade["expiration_str"]

    with pytest.raises(KeyError, match="expiration_str"):
        engine.execute_trade(trade)


def test_settings_that_are_there_are_kept() -> None:
    engine, store = make_engine()
    engine.set_config("capital", "80000")

    again = PaperTradingEngineV2(store=store, clock=store.clock, tickers=CannedTickers({}))

    assert again.get_config("capital") == "80000"
    assert again.get_config("max_position_size") == "0.05"
    assert again.get_config("nothing like it") == "0"
