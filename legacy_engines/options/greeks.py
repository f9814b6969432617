"""Black-Scholes value and sensitivities of one option, rounded for reading."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

SHORTEST_YEARS = 1 / 365
DECIMALS = {"delta": 3, "gamma": 4, "theta": 3, "vega": 3, "price": 2}


class GreeksCalculator:
    """European options without dividends. The formulas are those of Hull, Options, Futures and Other Derivatives."""

    @staticmethod
    def calculate_greeks(
        spot: float,
        strike: float,
        time_to_expiry: float,
        volatility: float,
        rate: float = 0.05,
        option_type: str = "call",
    ) -> dict[str, float]:
        """Return delta, gamma (per point), theta (per calendar day), vega (per volatility point) and price per share.

        spot, strike: points. time_to_expiry: years, a day if not above zero. volatility, rate: fractions a year.
        Any type that is not a call is a put. Impossible numbers go through IEEE arithmetic to NaN or infinity; what
        cannot be calculated with at all (None, text, a strike of zero) gives `{}`.
        """
        try:
            years = SHORTEST_YEARS if time_to_expiry <= 0 else time_to_expiry
            with np.errstate(all="ignore"):
                exact = _greeks(spot, strike, years, volatility, rate, is_call=option_type.lower() == "call")
                return {name: float(np.round(exact[name], digits)) for name, digits in DECIMALS.items()}
        except (ArithmeticError, TypeError, ValueError, AttributeError):
            return {}


def _greeks(
    spot: float, strike: float, years: float, volatility: float, rate: float, *, is_call: bool
) -> dict[str, float]:
    root = np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + volatility**2 / 2) * years) / (volatility * root)
    d2 = d1 - volatility * root
    density = np.exp(-(d1**2) / 2) / np.sqrt(2 * np.pi)
    discount = np.exp(-rate * years)
    discounted = strike * discount
    decay = -spot * density * volatility / (2 * root)
    if is_call:
        delta, carry = ndtr(d1), -rate * strike * discount * ndtr(d2)
        price = spot * ndtr(d1) - discounted * ndtr(d2)
    else:
        delta, carry = -ndtr(-d1), rate * strike * discount * ndtr(-d2)
        price = discounted * ndtr(-d2) - spot * ndtr(-d1)
    return {
        "delta": delta,
        "gamma": density / (spot * volatility * root),
        "theta": (decay + carry) / 365,
        "vega": spot * density * root / 100,
        "price": price,
    }
