"""Black-Scholes-Merton greeks on arrays: the one delta, and the gamma, vanna and charm that follow from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from apps.market.chain import FloatArray

INV_SQRT_2PI = 1.0 / np.sqrt(2.0 * np.pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Per share, one entry per contract. gamma: 1/point. vanna: delta per 1.00 of IV. charm: delta per year passing."""

    gamma: FloatArray
    delta: FloatArray
    vanna: FloatArray
    charm: FloatArray


def d1(
    spot: float, strike: FloatArray, iv: FloatArray, years: FloatArray, *, rate: float, dividend_yield: float
) -> FloatArray:
    """Return d1. spot, strike: points above zero. iv: fraction per year, above zero. years: above zero."""
    drift = (rate - dividend_yield + 0.5 * iv * iv) * years
    return np.asarray((np.log(spot / strike) + drift) / (iv * np.sqrt(years)))


def delta(
    spot: float,
    strike: FloatArray,
    iv: FloatArray,
    years: FloatArray,
    is_call: NDArray[np.bool_],
    *,
    rate: float,
    dividend_yield: float,
) -> FloatArray:
    """Return delta per share: 0 to 1 for calls, -1 to 0 for puts (times the dividend discount)."""
    at = d1(spot, strike, iv, years, rate=rate, dividend_yield=dividend_yield)
    return _delta(at, np.exp(-dividend_yield * years), is_call)


def _delta(at: FloatArray, discount: FloatArray, is_call: NDArray[np.bool_]) -> FloatArray:
    return np.asarray(discount * (ndtr(at) - ~is_call))


def greeks(
    spot: float,
    strike: FloatArray,
    iv: FloatArray,
    years: FloatArray,
    is_call: NDArray[np.bool_],
    *,
    rate: float,
    dividend_yield: float,
) -> Greeks:
    """Return all four greeks in one pass. Shapes as in `d1`; nothing here checks for expired or unquoted contracts."""
    deviation = iv * np.sqrt(years)  # one standard deviation of log spot until settlement
    at = d1(spot, strike, iv, years, rate=rate, dividend_yield=dividend_yield)
    d2 = at - deviation
    discount = np.exp(-dividend_yield * years)
    density = discount * INV_SQRT_2PI * np.exp(-0.5 * at * at)
    own = _delta(at, discount, is_call)
    carry = 2.0 * (rate - dividend_yield) * years - d2 * deviation
    return Greeks(
        gamma=density / (spot * deviation),
        delta=own,
        vanna=-density * d2 / iv,
        # q e^(-qT) N(d1) for calls, less q e^(-qT) for puts: in both cases q times the contract's own delta.
        charm=dividend_yield * own - density * carry / (2.0 * years * deviation),
    )
