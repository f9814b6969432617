"""The greeks: against finite differences of the one delta, and against two other libraries."""

import numpy as np
import pytest
import QuantLib as ql
from vollib.black_scholes_merton.greeks.analytical import delta as vollib_delta
from vollib.black_scholes_merton.greeks.analytical import gamma as vollib_gamma

from apps.market.chain import FloatArray
from apps.market.exposure.greeks import delta, greeks

SPOT = 100.0
DAY = 1 / 365


def grid() -> tuple[FloatArray, FloatArray, FloatArray, np.ndarray]:
    """Return strike, IV, years and is_call of 5 x 3 x 4 x 2 contracts."""
    strike, iv, years, call = np.meshgrid(
        [70.0, 95.0, 100.0, 104.0, 150.0], [0.08, 0.25, 0.9], [7 / 365, 0.1, 0.5, 2.0], [True, False]
    )
    return strike.ravel(), iv.ravel(), years.ravel(), call.ravel()


RATES = pytest.mark.parametrize(("rate", "dividend_yield"), [(0.0, 0.0), (0.05, 0.015), (0.01, 0.06)])


@RATES
def test_gamma_is_the_slope_of_delta_in_spot(rate: float, dividend_yield: float) -> None:
    strike, iv, years, call = grid()
    each = greeks(SPOT, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)
    step = 1e-3
    up = delta(SPOT + step, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)
    down = delta(SPOT - step, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)
    np.testing.assert_allclose(each.gamma, (up - down) / (2 * step), rtol=1e-5, atol=1e-9)


@RATES
def test_vanna_is_the_slope_of_delta_in_volatility(rate: float, dividend_yield: float) -> None:
    strike, iv, years, call = grid()
    each = greeks(SPOT, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)
    step = 1e-5
    up = delta(SPOT, strike, iv + step, years, call, rate=rate, dividend_yield=dividend_yield)
    down = delta(SPOT, strike, iv - step, years, call, rate=rate, dividend_yield=dividend_yield)
    np.testing.assert_allclose(each.vanna, (up - down) / (2 * step), rtol=1e-4, atol=1e-7)


@RATES
def test_charm_is_the_change_of_delta_as_time_passes(rate: float, dividend_yield: float) -> None:
    strike, iv, years, call = grid()
    each = greeks(SPOT, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)
    step = DAY / 1000
    later = delta(SPOT, strike, iv, years - step, call, rate=rate, dividend_yield=dividend_yield)
    sooner = delta(SPOT, strike, iv, years + step, call, rate=rate, dividend_yield=dividend_yield)
    np.testing.assert_allclose(each.charm, (later - sooner) / (2 * step), rtol=1e-4, atol=1e-6)


def test_one_day_and_one_vol_point_move_delta_by_about_charm_and_vanna() -> None:
    strike, iv, years = np.array([97.0, 103.0]), np.array([0.2, 0.2]), np.array([0.25, 0.25])
    call = np.array([False, True])
    each = greeks(SPOT, strike, iv, years, call, rate=0.04, dividend_yield=0.01)
    now = delta(SPOT, strike, iv, years, call, rate=0.04, dividend_yield=0.01)
    tomorrow = delta(SPOT, strike, iv, years - DAY, call, rate=0.04, dividend_yield=0.01)
    wilder = delta(SPOT, strike, iv + 0.01, years, call, rate=0.04, dividend_yield=0.01)
    np.testing.assert_allclose(tomorrow - now, each.charm / 365, rtol=0.02)
    np.testing.assert_allclose(wilder - now, each.vanna * 0.01, rtol=0.06)


@RATES
def test_delta_and_gamma_equal_vollib(rate: float, dividend_yield: float) -> None:
    strike, iv, years, call = grid()
    each = greeks(SPOT, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)
    rows = list(zip(strike, years, iv, call, strict=True))
    gammas = [vollib_gamma("c" if c else "p", SPOT, k, t, rate, s, dividend_yield) for k, t, s, c in rows]
    deltas = [vollib_delta("c" if c else "p", SPOT, k, t, rate, s, dividend_yield) for k, t, s, c in rows]
    np.testing.assert_allclose(each.gamma, gammas, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(each.delta, deltas, rtol=1e-9, atol=1e-12)


@RATES
def test_vanna_and_charm_equal_differences_of_quantlib_deltas(rate: float, dividend_yield: float) -> None:
    strike, iv, years, call = grid()
    each = greeks(SPOT, strike, iv, years, call, rate=rate, dividend_yield=dividend_yield)

    def quantlib_delta(k: float, s: float, t: float, c: bool) -> float:
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if c else ql.Option.Put, k)
        forward = SPOT * np.exp((rate - dividend_yield) * t)
        return float(ql.BlackCalculator(payoff, forward, s * np.sqrt(t), np.exp(-rate * t)).delta(SPOT))

    for index, (k, s, t, c) in enumerate(zip(strike, iv, years, call, strict=True)):
        k, s, t, c = float(k), float(s), float(t), bool(c)
        vanna = (quantlib_delta(k, s + 1e-5, t, c) - quantlib_delta(k, s - 1e-5, t, c)) / 2e-5
        charm = (quantlib_delta(k, s, t - 1e-6, c) - quantlib_delta(k, s, t + 1e-6, c)) / 2e-6
        assert each.vanna[index] == pytest.approx(vanna, rel=1e-4, abs=1e-6)
        assert each.charm[index] == pytest.approx(charm, rel=1e-3, abs=1e-5)


def test_call_and_put_delta_differ_by_the_dividend_discount() -> None:
    strike, iv, years, call = grid()
    calls = delta(SPOT, strike, iv, years, np.ones_like(call), rate=0.03, dividend_yield=0.02)
    puts = delta(SPOT, strike, iv, years, np.zeros_like(call), rate=0.03, dividend_yield=0.02)
    np.testing.assert_allclose(calls - puts, np.exp(-0.02 * years), rtol=1e-12)
