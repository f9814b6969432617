"""Option quotes: which contract is quoted, and what becomes of numbers that are missing."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.quotes import (
    find_best_strike_from_real_data,
    get_real_option_price,
    get_real_option_price_v2,
)
from tests.parity.areas.trading_autonomous_world import CannedTickers

FRIDAY = "2025-10-24"
COLUMNS = ["contractSymbol", "strike", "lastPrice", "bid", "ask", "volume", "openInterest", "impliedVolatility"]


def contract(strike: float, **changes: Any) -> list[Any]:
    values = dict(zip(COLUMNS, [f"C{strike}", strike, 1.5, 1.0, 2.0, 10, 20, 0.2], strict=True)) | changes
    return [values[name] for name in COLUMNS]


def make_tickers(*calls: list[Any], puts: list[list[Any]] | None = None) -> CannedTickers:
    sides = {
        "calls": {"columns": COLUMNS, "rows": list(calls)},
        "puts": {"columns": COLUMNS, "rows": puts or []},
    }
    return CannedTickers({"SPY": {FRIDAY: sides}})


@given(st.lists(st.floats(1, 10_000), min_size=1, max_size=8), st.floats(1, 10_000))
def test_no_listed_strike_is_nearer_than_the_quoted_one(strikes: list[float], wanted: float) -> None:
    quote = get_real_option_price("SPY", wanted, "call", FRIDAY, tickers=make_tickers(*map(contract, strikes)))

    assert abs(quote["strike"] - wanted) == min(abs(strike - wanted) for strike in strikes)


def test_of_two_strikes_equally_near_the_first_listed_is_quoted() -> None:
    tickers = make_tickers(contract(605.0), contract(595.0))

    assert get_real_option_price("SPY", 600.0, "call", FRIDAY, tickers=tickers)["strike"] == 605.0


@pytest.mark.parametrize("side", ["put", "iron_condor", "spread", ""])
def test_whatever_is_no_call_is_quoted_as_a_put(side: str) -> None:
    tickers = make_tickers(contract(600.0), puts=[contract(600.0, bid=4.0, ask=5.0)])

    assert get_real_option_price("SPY", 600.0, side, FRIDAY, tickers=tickers)["mid"] == 4.5


@pytest.mark.parametrize("column", ["volume", "openInterest"])
def test_an_untraded_contract_has_no_quote(column: str) -> None:
    tickers = make_tickers(contract(595.0), contract(600.0, **{column: math.nan}))

    assert set(get_real_option_price("SPY", 600.0, "call", FRIDAY, tickers=tickers)) == {"error"}
    assert set(get_real_option_price_v2("SPY", 600.0, "call", FRIDAY, tickers=tickers)) == {"error"}


def test_a_missing_bid_stays_missing_in_the_mid() -> None:
    tickers = make_tickers(contract(600.0, bid=math.nan))

    quote = get_real_option_price("SPY", 600.0, "call", FRIDAY, tickers=tickers)

    assert math.isnan(quote["bid"])
    assert math.isnan(quote["mid"])


def test_a_column_without_any_number_is_an_error() -> None:
    tickers = make_tickers(contract(600.0, ask=None))

    assert "error" in get_real_option_price("SPY", 600.0, "call", FRIDAY, tickers=tickers)


@pytest.mark.parametrize(
    ("symbol", "side", "expiration"), [("QQQ", "call", FRIDAY), ("SPY", "call", "2025-10-31"), ("SPY", None, FRIDAY)]
)
def test_what_is_not_listed_is_an_error_that_says_what_was_asked(symbol: str, side: Any, expiration: str) -> None:
    quote = get_real_option_price(symbol, 600.0, side, expiration, tickers=make_tickers(contract(600.0)))

    assert set(quote) == {"error"}
    assert symbol in quote["error"]
    assert expiration in quote["error"]


def test_an_empty_chain_is_an_error() -> None:
    assert "error" in get_real_option_price("SPY", 600.0, "call", FRIDAY, tickers=make_tickers())


def test_the_second_account_reads_greeks_where_there_are_any() -> None:
    plain = get_real_option_price_v2("SPY", 600.0, "call", FRIDAY, tickers=make_tickers(contract(600.0)))
    side = {"columns": [*COLUMNS, "delta", "gamma"], "rows": [[*contract(600.0), 0.5, math.nan]]}
    tickers = CannedTickers({"SPY": {FRIDAY: {"calls": side, "puts": side}}})
    greeks = get_real_option_price_v2("SPY", 600.0, "call", FRIDAY, tickers=tickers)

    assert (plain["delta"], plain["gamma"]) == (None, None)
    assert greeks["delta"] == 0.5
    assert math.isnan(greeks["gamma"])
    assert "mid" not in greeks


@pytest.mark.parametrize(("target", "found"), [(400.0, 450.0), (600.0, 550.0), (500.0, 500.0)])
def test_the_best_strike_lies_within_a_tenth_of_spot(target: float, found: float) -> None:
    tickers = make_tickers(*(contract(strike) for strike in (449.99, 450.0, 500.0, 550.0, 550.01)))

    strike, data = find_best_strike_from_real_data("SPY", FRIDAY, target, "call", 500.0, tickers=tickers)

    assert strike == data["strike"] == found


def test_no_strike_within_reach_gives_the_target_back() -> None:
    strike, data = find_best_strike_from_real_data(
        "SPY", FRIDAY, 500.0, "call", 2500.0, tickers=make_tickers(contract(500.0))
    )

    assert strike == 500.0
    assert set(data) == {"error"}
