"""Black-Scholes prices against parity, finite differences and the edges without guard."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.pricing import BlackScholesPricer

PRICES = st.floats(10, 1000)
YEARS = st.floats(0.005, 2)
VOLATILITIES = st.floats(0.05, 1.5)
RATES = st.floats(0, 0.1)


def price(spot: float, strike: float, years: float, volatility: float, kind: str, rate: float = 0.045) -> float:
    return BlackScholesPricer(rate).calculate_option_price(spot, strike, years, volatility, kind)["price"]


def test_the_textbook_option_costs_what_the_textbook_says() -> None:
    # Hull, Options, Futures and Other Derivatives, example 15.6: 4.76 for the call, 0.81 for the put.
    assert price(42, 40, 0.5, 0.2, "call", 0.1) == pytest.approx(4.7594, abs=1e-4)
    assert price(42, 40, 0.5, 0.2, "put", 0.1) == pytest.approx(0.8086, abs=1e-4)


@given(PRICES, PRICES, YEARS, VOLATILITIES, RATES)
def test_put_call_parity_holds(spot: float, strike: float, years: float, volatility: float, rate: float) -> None:
    difference = price(spot, strike, years, volatility, "call", rate) - price(
        spot, strike, years, volatility, "put", rate
    )
    assert difference == pytest.approx(spot - strike * math.exp(-rate * years), abs=1e-9)


@given(PRICES, st.floats(0.8, 1.2), st.floats(0.05, 2), st.floats(0.1, 1.0), st.sampled_from(["call", "put"]))
def test_delta_gamma_and_vega_are_slopes_of_the_price(
    spot: float, moneyness: float, years: float, volatility: float, kind: str
) -> None:
    strike, step = spot * moneyness, spot * 1e-4
    greeks = BlackScholesPricer().calculate_option_price(spot, strike, years, volatility, kind)
    up, down = price(spot + step, strike, years, volatility, kind), price(spot - step, strike, years, volatility, kind)
    middle = greeks["price"]
    assert greeks["delta"] == pytest.approx((up - down) / (2 * step), abs=1e-5)
    assert greeks["gamma"] == pytest.approx((up - 2 * middle + down) / step**2, rel=1e-3, abs=1e-6 / spot)
    richer = price(spot, strike, years, volatility + 1e-4, kind)
    poorer = price(spot, strike, years, volatility - 1e-4, kind)
    assert greeks["vega"] == pytest.approx((richer - poorer) / 2e-4 / 100, rel=1e-4, abs=1e-7 * spot)


@given(PRICES, st.floats(0.8, 1.2), st.floats(0.05, 2), st.floats(0.1, 1.0))
def test_theta_of_a_call_is_its_daily_decay_and_that_of_a_put_carries_the_old_sign(
    spot: float, moneyness: float, years: float, volatility: float
) -> None:
    strike, rate = spot * moneyness, 0.045
    pricer = BlackScholesPricer(rate)
    call = pricer.calculate_option_price(spot, strike, years, volatility, "call")
    later, sooner = (price(spot, strike, years + step, volatility, "call") for step in (1e-5, -1e-5))
    assert call["theta"] == pytest.approx(-(later - sooner) / 2e-5 / 365, rel=1e-3, abs=1e-6 * spot)
    put = pricer.calculate_option_price(spot, strike, years, volatility, "put")
    later, sooner = (price(spot, strike, years + step, volatility, "put") for step in (1e-5, -1e-5))
    true_theta = -(later - sooner) / 2e-5 / 365
    interest = rate * strike * math.exp(-rate * years) * NormalDist().cdf(-put["d2"]) / 365
    assert put["theta"] == pytest.approx(true_theta - 2 * interest, rel=1e-3, abs=1e-6 * spot)


def test_any_text_but_call_is_a_put() -> None:
    pricer = BlackScholesPricer()
    put = pricer.calculate_option_price(100, 102, 0.1, 0.25, "put")
    assert pricer.calculate_option_price(100, 102, 0.1, 0.25, "straddle") == put
    assert pricer.calculate_option_price(100, 102, 0.1, 0.25, "CaLL")["delta"] > 0 > put["delta"]


def test_at_expiry_the_price_is_intrinsic_and_the_curvature_unknown() -> None:
    expired = BlackScholesPricer().calculate_option_price(100, 90, 0, 0.25)
    assert (expired["price"], expired["delta"], expired["vega"]) == (10, 1, 0)
    assert math.isnan(expired["gamma"])
    assert math.isnan(expired["theta"])
    assert all(math.isnan(figure) for figure in BlackScholesPricer().calculate_option_price(100, 100, 0, 0.2).values())


@pytest.mark.parametrize(
    "arguments",
    [
        (100.0, 0, 0.1, 0.25, "call"),
        (None, 100.0, 0.1, 0.25, "call"),
        ("100", 100.0, 0.1, 0.25, "call"),
        (100.0, 100.0, "soon", 0.25, "call"),
        (100.0, 100.0, 0.1, None, "call"),
        (100.0, 100.0, 0.1, 0.25, None),
    ],
)
def test_what_cannot_be_priced_gives_nothing(arguments: tuple[float, float, float, float, str]) -> None:
    assert BlackScholesPricer().calculate_option_price(*arguments) == {}


@pytest.mark.parametrize("strike_and_years", [(-5.0, 0.1), (100.0, -0.1), (float("nan"), 0.1)])
def test_what_has_no_price_is_not_a_number(strike_and_years: tuple[float, float]) -> None:
    figures = BlackScholesPricer().calculate_option_price(100.0, *strike_and_years, 0.2)
    assert figures
    assert all(math.isnan(figure) for figure in figures.values())
