"""The auto-trader's settings, capital and performance."""

from __future__ import annotations

import math
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.trading.autonomous import AutonomousPaperTrader
from tests.legacy_engines.test_autonomous import TUESDAY, make_position, make_trader
from tests.parity.worlds import SqliteStore, StandingClock


def test_the_first_settings_are_written_once() -> None:
    trader, _, store = make_trader()
    trader.set_config("capital", "7500")

    again = AutonomousPaperTrader(store=store, clock=store.clock)

    assert again.get_config("capital") == "7500"
    assert again.get_config("nothing like it") == "0"


def test_half_written_settings_are_refused() -> None:
    store = SqliteStore(StandingClock(TUESDAY))
    store.insert("autonomous_config", {"key": "last_trade_date", "value": ""})

    with pytest.raises(sqlite3.IntegrityError):
        AutonomousPaperTrader(store=store, clock=store.clock)
    assert len(store.dump("autonomous_config")) == 1


@given(st.lists(st.tuples(st.floats(-50, 50), st.integers(0, 10)), max_size=5))
def test_open_positions_bind_what_they_cost(positions: list[tuple[float, int]]) -> None:
    trader, _, store = make_trader()
    for price, contracts in positions:
        make_position(store, entry_price=price, contracts=contracts)
    make_position(store, status="CLOSED", entry_price=9.0)

    bound = 5000 - trader.get_available_capital()

    assert bound == pytest.approx(sum(abs(price * contracts * 100) for price, contracts in positions), abs=1e-6)


def test_profits_that_are_unknown_count_as_trades_only() -> None:
    trader, _, store = make_trader()
    for profit in (100.0, 0.0, -40.0, None):
        make_position(store, status="CLOSED", realized_pnl=profit)
    make_position(store, unrealized_pnl=15.0)

    performance = trader.get_performance()

    assert (performance["realized_pnl"], performance["unrealized_pnl"]) == (60.0, 15.0)
    assert (performance["total_trades"], performance["open_positions"], performance["win_rate"]) == (4, 1, 25.0)
    assert performance["return_pct"] == pytest.approx(1.5)


def test_without_capital_the_return_is_infinite_or_undefined() -> None:
    trader, _, store = make_trader()
    trader.set_config("capital", "0")

    with pytest.raises(ZeroDivisionError):
        trader.get_performance()
    make_position(store, status="CLOSED", realized_pnl=10.0)
    assert trader.get_performance()["return_pct"] == math.inf


@pytest.mark.parametrize("capital", ["", "much"])
def test_a_capital_that_is_no_number_is_an_error(capital: str) -> None:
    trader, _, _ = make_trader()
    trader.set_config("capital", capital)

    with pytest.raises(ValueError, match="could not convert"):
        trader.get_performance()


def test_a_profit_that_is_no_number_is_an_error() -> None:
    trader, _, store = make_trader()
    make_position(store, status="CLOSED", realized_pnl="n/a")

    with pytest.raises(TypeError):
        trader.get_performance()
