"""Chains from the price source."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.chains import RealOptionsChainFetcher
from tests.parity.areas.intelligence_markets import CannedTickers
from tests.parity.worlds import SOME_TUESDAY, StandingClock

NEAR, FAR = "2025-10-24", "2025-10-31"


def listing(*strikes: Any, price: float = 100.0, **more: Any) -> dict[str, Any]:
    rows = [{"strike": strike, "bid": 1.0} for strike in strikes]
    chain = {expiry: {"calls": rows, "puts": rows[::-1]} for expiry in (NEAR, FAR)}
    return {"options": [NEAR, FAR], "history_close": [99.0, price], "chain": chain, **more}


class Desk:
    """A fetcher and what it did."""

    def __init__(self, spy: dict[str, Any]) -> None:
        self.clock = StandingClock(SOME_TUESDAY)
        self.tickers = CannedTickers({"SPY": spy})
        self.notices: list[str] = []
        self.fetcher = RealOptionsChainFetcher(
            tickers=self.tickers, clock=self.clock, notify=lambda level, text: self.notices.append(level)
        )


def test_a_chain_has_the_last_price_the_first_expiry_and_plain_rows() -> None:
    chain = Desk(listing(95.0, 105.0)).fetcher.get_options_chain("SPY")
    assert list(chain) == ["symbol", "current_price", "expiry", "calls", "puts", "timestamp"]
    assert chain["current_price"] == 100.0
    assert chain["expiry"] == NEAR
    assert chain["calls"][0] == {"strike": 95.0, "bid": 1.0}
    assert chain["timestamp"] == "2025-10-21T14:30:00+00:00"


def test_an_unlisted_expiry_becomes_the_first_one() -> None:
    desk = Desk(listing(95.0))
    assert desk.fetcher.get_options_chain("SPY", FAR)["expiry"] == FAR
    assert desk.fetcher.get_options_chain("SPY", "2030-01-01")["expiry"] == NEAR


def test_a_chain_is_kept_for_five_minutes_and_again_after_whole_days() -> None:
    desk = Desk(listing(95.0))
    desk.fetcher.get_options_chain("SPY")
    for seconds, looks in ((299, 1), (1, 2), (86_400 + 299, 2), (1, 3)):
        desk.clock.advance(seconds)
        desk.fetcher.get_options_chain("SPY")
        assert len(desk.tickers.looked_up) == looks


def test_a_limited_source_is_asked_three_times() -> None:
    desk = Desk(listing(95.0, raise_sequence=["HTTP 429", "Rate limit reached", "Too Many Requests"]))
    assert desk.fetcher.get_options_chain("SPY") == {}
    assert desk.clock.sleeps == [2, 5]
    assert desk.notices == ["warning", "warning", "error"]
    assert desk.fetcher.get_options_chain("SPY")["symbol"] == "SPY"


def test_any_other_failure_is_final_and_not_remembered() -> None:
    desk = Desk(listing(95.0, raise_sequence=["boom", None]))
    assert desk.fetcher.get_options_chain("SPY") == {}
    assert (desk.notices, desk.clock.sleeps) == (["warning"], [])
    assert desk.fetcher.get_options_chain("SPY") != {}
    assert desk.fetcher.get_options_chain("ZZZ") == {}


def test_no_expirations_are_an_empty_answer_and_no_price_a_failure() -> None:
    quiet, priceless = Desk(listing(95.0, options=[])), Desk(listing(95.0, history_close=[]))
    assert quiet.fetcher.get_options_chain("SPY") == {}
    assert quiet.notices == []
    assert priceless.fetcher.get_options_chain("SPY") == {}
    assert priceless.notices == ["warning"]


@given(st.lists(st.floats(60, 140), min_size=1, max_size=20), st.floats(-1, 1))
def test_the_best_strike_is_the_first_of_the_nearest(strikes: list[float], target: float) -> None:
    def distance(strike: float) -> float:
        return abs(max(0.0, min(1.0, 0.5 + (100.0 - strike) / 100.0)) - target)

    best = Desk(listing(*strikes)).fetcher.find_best_strike("SPY", "Call", target)
    assert best["strike"] == min(strikes, key=distance)


def test_a_negative_target_finds_the_highest_strike() -> None:
    assert Desk(listing(95.0, 100.0, 105.0)).fetcher.find_best_strike("SPY", "put", -0.5)["strike"] == 105.0


def test_an_empty_side_a_missing_chain_and_an_absurd_target_find_nothing() -> None:
    assert Desk(listing()).fetcher.find_best_strike("SPY", "call") == {}
    assert Desk(listing(95.0)).fetcher.find_best_strike("ZZZ", "call") == {}
    assert Desk(listing(95.0)).fetcher.find_best_strike("SPY", "call", 2000) == {}
    assert Desk(listing(95.0)).fetcher.find_best_strike("SPY", "call", math.nan) == {}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("price", [0.0, math.nan])
def test_a_price_of_zero_or_none_takes_the_first_row(price: float) -> None:
    assert Desk(listing(95.0, 105.0, price=price)).fetcher.find_best_strike("SPY", "call")["strike"] == 95.0


def test_a_type_that_is_no_text_raises() -> None:
    fetcher: Any = Desk(listing(95.0)).fetcher
    with pytest.raises(AttributeError):
        fetcher.find_best_strike("SPY", None)
