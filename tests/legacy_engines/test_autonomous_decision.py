"""What the auto-trader decides: direction, strikes, sizes, expiries, condor, exits."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.trading.autonomous import condor_mark, long_mark, model_key, old_adviser, working_adviser
from legacy_engines.trading.autonomous.adviser import LONGEST_REASON, NoAdviserError, exit_prompt, parsed_decision
from legacy_engines.trading.autonomous.condor import condor_strikes
from legacy_engines.trading.autonomous.decision import find_trade, good_enough, grid_strike
from legacy_engines.trading.autonomous.exits import expired, fallback_exit, fallback_exit_of, hard_stop
from legacy_engines.trading.autonomous.expiries import days_to_expiry, monthly_expiration, weekly_expiration
from legacy_engines.trading.autonomous.sizing import condor_contracts, directional_contracts

THIS_FRIDAY = "2025-10-24"
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
MONEY = st.floats(-1e7, 1e7)
POSITION = {
    "strategy": "Range-Bound Bullish",
    "action": "BUY_CALL",
    "strike": 600.0,
    "option_type": "call",
    "entry_price": 1.5,
    "contracts": 2,
    "entry_net_gex": 2e9,
    "entry_flip_point": 602.0,
    "entry_spot_price": 598.0,
    "trade_reasoning": "a reason",
}


# The decision


@given(st.floats(0.01, 10_000))
def test_a_strike_lies_on_the_grid_within_half_a_step(price: float) -> None:
    strike = grid_strike(price)

    assert isinstance(strike, int)
    assert strike % 5 == 0
    assert abs(strike - price) <= 2.5


@pytest.mark.parametrize(("price", "strike"), [(602.5, 600), (607.5, 610), (597.5, 600)])
def test_half_a_step_goes_to_the_even_multiple(price: float, strike: int) -> None:
    assert grid_strike(price) == strike


@given(st.floats(-1e11, 1e11), st.floats(100, 1000), st.floats(100, 1000))
def test_calls_are_bought_under_the_flip_and_puts_over_it(net: float, flip: float, spot: float) -> None:
    trade = find_trade({"net_gex": net, "flip_point": flip}, spot)

    assert trade["action"] == ("BUY_CALL" if spot < flip else "BUY_PUT")
    assert (trade["stop"] < spot) is (spot < flip)
    assert trade["target"] == flip
    assert 65 <= trade["confidence"] <= 85


@pytest.mark.parametrize(
    ("net", "strategy"),
    [
        (-1e9 - 1, "Negative GEX Squeeze"),
        (-1e9, "Neutral Bullish"),
        (1e9, "Neutral Bullish"),
        (1e9 + 1, "Range-Bound Bullish"),
    ],
)
def test_a_regime_begins_beyond_a_billion(net: float, strategy: str) -> None:
    assert find_trade({"net_gex": net, "flip_point": 610.0}, 600.0)["strategy"] == strategy


def test_long_gamma_without_a_flip_ends_bearish() -> None:
    trade = find_trade({"net_gex": 2e9, "flip_point": math.nan}, 600.0)

    assert trade["strategy"] == "Range-Bound Bearish"


def test_confidence_reaches_its_cap_as_a_whole_number() -> None:
    assert find_trade({"net_gex": -2e9, "flip_point": 700.0}, 600.0)["confidence"] == 85
    assert find_trade({"net_gex": -2e9, "flip_point": 500.0}, 600.0)["confidence"] == 80


def test_seventy_is_confident_enough() -> None:
    assert good_enough({"confidence": 70})
    assert not good_enough({"confidence": 69.99})


@pytest.mark.parametrize("gex", [{"net_gex": None}, {"net_gex": 2e9, "flip_point": None}])
def test_a_key_without_a_value_is_an_error(gex: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        find_trade(gex, 600.0)


# Sizes and expiries


@given(MONEY, st.floats(0.01, 1e6))
def test_a_directional_trade_is_one_to_ten_contracts_within_its_budget(available: float, unit_cost: float) -> None:
    contracts = directional_contracts(available, unit_cost)

    assert 1 <= contracts <= 10
    assert contracts == 1 or contracts * unit_cost <= min(available * 0.25, 1250) * (1 + 1e-12)


@given(MONEY)
def test_one_to_five_condors_are_sold(available: float) -> None:
    assert 1 <= condor_contracts(available, 500) <= 5


def test_the_sizes_stop_at_ten_contracts_and_five_condors() -> None:
    assert directional_contracts(5000, 113) == 10
    assert directional_contracts(5000, 114) == 10
    assert directional_contracts(1e6, 625) == 2
    assert directional_contracts(1e6, 625.1) == 1
    assert condor_contracts(12_499, 500) == 4
    assert condor_contracts(1e6, 500) == 5


@given(DAYS, st.integers(-10, 7))
def test_a_short_dated_option_expires_on_the_next_friday(today: date, dte: int) -> None:
    expiry = weekly_expiration(today, dte)

    assert expiry.weekday() == 4
    assert 1 <= (expiry - today).days <= 7


@given(DAYS, st.integers(8, 90))
def test_a_longer_option_expires_one_to_two_weeks_out(today: date, dte: int) -> None:
    expiry = weekly_expiration(today, dte)

    assert expiry.weekday() == 4
    assert 7 <= (expiry - today).days <= 13


@given(DAYS, st.integers(0, 90))
def test_a_monthly_option_expires_on_the_third_friday(today: date, dte: int) -> None:
    expiry, target = monthly_expiration(today, dte), today + timedelta(days=dte)

    assert expiry.weekday() == 4
    assert 15 <= expiry.day <= 21
    assert (expiry.year, expiry.month) == (target.year, target.month)


def test_the_day_before_expiry_already_counts_as_none_left() -> None:
    assert days_to_expiry(THIS_FRIDAY, datetime(2025, 10, 23, 0, 0, 1)) == 0
    assert days_to_expiry(THIS_FRIDAY, datetime(2025, 10, 23)) == 1
    assert days_to_expiry(THIS_FRIDAY, datetime(2025, 10, 24, 10)) == -1


# The condor


@given(st.floats(50, 10_000))
def test_a_condor_surrounds_spot(spot: float) -> None:
    strikes = condor_strikes(spot)

    assert strikes.put_buy + 5 == strikes.put_sell < spot < strikes.call_sell == strikes.call_buy - 5


@given(st.floats(0.01, 5), st.integers(1, 5), st.floats(0.01, 5))
def test_a_condor_earns_what_it_gets_cheaper(entry: float, contracts: int, cost: float) -> None:
    quotes = [{"mid": cost}, {"mid": 0.0}, {"mid": 0.0}, {"mid": 0.0}]

    mark = condor_mark(entry, contracts, quotes)

    assert mark.price == cost
    assert (mark.pnl > 0) is (cost < entry)
    assert mark.pnl_percent == pytest.approx((entry - cost) / entry * 100, abs=1e-9)


def test_a_position_that_cost_nothing_has_no_percentage() -> None:
    assert long_mark(0.0, 2, 1.0).pnl_percent == 0
    assert long_mark(-1.0, 2, 1.0).pnl_percent == 0
    assert condor_mark(0.0, 2, [{"mid": 1.0}] * 4).pnl_percent == 0


# Exits


def test_half_of_the_entry_value_lost_is_the_hard_stop() -> None:
    assert hard_stop(-50.0)[0]
    assert not hard_stop(-49.99)[0]
    assert not hard_stop(math.nan)[0]


def test_no_day_left_is_expired() -> None:
    assert expired(0)[0]
    assert not expired(1)[0]


@pytest.mark.parametrize(
    ("entry", "percent", "dte", "now", "begins"),
    [
        (1e9, 40.0, 5, 1e9, "Profit taken"),
        (1e9, 39.99, 5, 1e9, ""),
        (1e9, -30.0, 5, 1e9, "Stop loss"),
        (1e9, -29.99, 5, 1e9, ""),
        (1e9, 0.0, 1, -1e9, "Expiring"),
        (1e9, 0.0, 2, -1e9, "GEX flip"),
        (-1e9, 0.0, 2, 1e9, "GEX flip"),
        (-1e9, 0.0, 2, 0.0, ""),
        (0.0, 0.0, 2, 1e9, ""),
        (math.nan, 0.0, 2, 1e9, ""),
    ],
)
def test_the_rules_act_in_their_order(entry: float, percent: float, dte: int, now: float, begins: str) -> None:
    leave, reason = fallback_exit(entry, percent, dte, now)

    assert leave is bool(begins)
    assert reason.startswith(begins)


@given(st.floats(-1e10, 1e10), st.floats(-1e10, 1e10))
def test_a_change_of_sides_is_symmetric(entry: float, now: float) -> None:
    assert fallback_exit(entry, 0.0, 9, now)[0] is fallback_exit(-entry, 0.0, 9, -now)[0]


def test_gamma_that_is_not_known_now_is_no_change_of_sides() -> None:
    assert not any(fallback_exit_of({"entry_net_gex": entry}, 0.0, 9, {})[0] for entry in (-1e9, 1e9))


@given(st.text())
def test_a_reply_closes_only_when_it_says_so(reply: str) -> None:
    decision = parsed_decision(reply)

    assert decision["should_close"] is ("DECISION: CLOSE" in reply.upper())
    assert len(decision["reason"]) <= LONGEST_REASON + len("...")


def test_the_reason_is_the_first_line_after_its_word() -> None:
    decision = parsed_decision("decision: close\nreason:  the flip is lost \nand more\nREASON: no")

    assert decision == {"should_close": True, "reason": "the flip is lost"}


def test_a_reason_of_a_hundred_characters_is_kept_whole() -> None:
    assert parsed_decision(f"DECISION: CLOSE\nREASON: {'x' * 100}")["reason"] == "x" * 100
    assert parsed_decision(f"DECISION: CLOSE\nREASON: {'x' * 101}")["reason"] == "x" * 100 + "..."


def test_the_prompt_needs_every_figure_of_the_position() -> None:
    assert "strike 600 CALL" in exit_prompt(POSITION, 1.0, 1.0, 600.0, {}, 3)
    with pytest.raises(TypeError):
        exit_prompt({**POSITION, "entry_spot_price": None}, 1.0, 1.0, 600.0, {}, 3)


def test_the_key_is_looked_for_in_the_environment_first() -> None:
    assert model_key({"CLAUDE_API_KEY": "a", "claude_api_key": "b"}, {"claude_api_key": "c"}) == "a"
    assert model_key({"claude_api_key": "b"}, {"claude_api_key": "c"}) == "b"
    assert model_key({"CLAUDE_API_KEY": ""}, {"claude_api_key": "c"}) == "c"
    assert model_key({}, {}) is None


def test_without_a_model_the_old_adviser_holds_and_the_working_one_leaves_it_to_the_rules() -> None:
    assert not old_adviser(None)({}, 45.0, 1.0, 1.0, {}, 3)["should_close"]
    with pytest.raises(NoAdviserError):
        working_adviser(None)({}, 45.0, 1.0, 1.0, {}, 3)
