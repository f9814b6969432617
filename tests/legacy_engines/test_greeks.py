"""Greeks against what must hold for every European option."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from legacy_engines.options.greeks import GreeksCalculator

SPOTS = st.floats(20, 1000)
MONEYNESS = st.floats(0.8, 1.2)
YEARS = st.floats(0.02, 2)
VOLATILITIES = st.floats(0.05, 1)
RATES = st.floats(-0.02, 0.1)


def greeks(*arguments: Any, **keywords: Any) -> dict[str, float]:
    return GreeksCalculator.calculate_greeks(*arguments, **keywords)


@given(SPOTS, MONEYNESS, YEARS, VOLATILITIES, RATES)
def test_put_call_parity(spot: float, moneyness: float, years: float, volatility: float, rate: float) -> None:
    strike = spot * moneyness
    call, put = (greeks(spot, strike, years, volatility, rate, kind) for kind in ("call", "put"))
    assert call["price"] - put["price"] == pytest.approx(spot - strike * math.exp(-rate * years), abs=0.011)
    assert call["delta"] - put["delta"] == pytest.approx(1, abs=0.0011)
    assert call["gamma"] == put["gamma"]
    assert call["vega"] == put["vega"]


@given(SPOTS, MONEYNESS, YEARS, VOLATILITIES)
def test_signs_and_bounds(spot: float, moneyness: float, years: float, volatility: float) -> None:
    call = greeks(spot, spot * moneyness, years, volatility)
    assert 0 <= call["delta"] <= 1
    assert call["gamma"] >= 0
    assert call["vega"] >= 0
    assert call["theta"] <= 0
    assert max(0, spot - spot * moneyness) - 0.006 <= call["price"] <= spot + 0.006


@given(SPOTS, MONEYNESS, YEARS, st.floats(0.05, 0.5))
def test_gamma_is_the_slope_of_delta(spot: float, moneyness: float, years: float, volatility: float) -> None:
    strike, step = spot * moneyness, spot * 0.05
    up, down = (greeks(spot + sign * step, strike, years, volatility)["delta"] for sign in (1, -1))
    middle = greeks(spot, strike, years, volatility)["gamma"]
    assume(volatility * math.sqrt(years) > 0.15)
    assert (up - down) / (2 * step) == pytest.approx(middle, abs=0.1 * middle + 0.001 / step + 0.0001)


def test_expired_options_are_valued_with_one_day() -> None:
    assert greeks(583.2, 585, 0, 0.2) == greeks(583.2, 585, -3, 0.2) == greeks(583.2, 585, 1 / 365, 0.2)


@pytest.mark.parametrize("kind", ["call", "put"])
def test_the_carry_is_multiplied_from_left_to_right(kind: str) -> None:
    # Rate times strike overflows before the discount could bring it back: the old order of factors.
    theta = greeks(1e308 if kind == "call" else 585, 1e308, 0.02, 1e-200, 1000, kind)["theta"]
    assert theta == (-math.inf if kind == "call" else math.inf)


def test_every_type_but_call_is_a_put() -> None:
    assert greeks(583.2, 585, 0.02, 0.2, option_type="straddle") == greeks(583.2, 585, 0.02, 0.2, option_type="PUT")
    assert greeks(583.2, 585, 0.02, 0.2, option_type="CALL")["delta"] > 0


def test_order_and_rounding() -> None:
    answer = greeks(583.2, 585, 0.02, 0.2)
    assert list(answer) == ["delta", "gamma", "theta", "vega", "price"]
    assert all(
        round(answer[name], digits) == answer[name] for name, digits in (("delta", 3), ("gamma", 4), ("price", 2))
    )


@pytest.mark.parametrize(
    "arguments",
    [(None, 585, 0.02, 0.2), (583.2, None, 0.02, 0.2), (583.2, 585, None, 0.2), (583.2, 585, 0.02, None)],
)
def test_none_has_no_greeks(arguments: tuple[Any, ...]) -> None:
    assert greeks(*arguments) == {}


def test_text_a_zero_strike_and_a_type_that_is_no_text_have_no_greeks() -> None:
    assert greeks("583", 585, 0.02, 0.2) == {}
    assert greeks(583.2, 0, 0.02, 0.2) == {}
    assert greeks(583.2, 585, 0.02, 0.2, option_type=None) == {}


@pytest.mark.filterwarnings("error")
def test_impossible_numbers_go_through_without_warnings() -> None:
    assert math.isnan(greeks(583.2, 585, 0.02, math.nan)["price"])
    assert math.isnan(greeks(583.2, -5, 0.02, 0.2)["delta"])
    assert greeks(0, 585, 0.02, 0.2)["delta"] == 0
    without_volatility = greeks(583.2, 585, 0.02, 0)
    assert math.isnan(without_volatility["gamma"])
    assert without_volatility["delta"] == 0
