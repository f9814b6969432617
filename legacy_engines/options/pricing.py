"""Black-Scholes price and sensitivities of one European option without dividends."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

DAYS_PER_YEAR = 365


class BlackScholesPricer:
    """Price options at one interest rate. risk_free_rate: annual fraction, continuously compounded."""

    def __init__(self, risk_free_rate: float = 0.045) -> None:
        self.risk_free_rate = risk_free_rate

    def calculate_option_price(
        self, spot: float, strike: float, time_to_expiry: float, volatility: float, option_type: str = "call"
    ) -> dict[str, float]:
        """Return price, delta, gamma, vega (per volatility point), theta (per calendar day), d1 and d2.

        spot, strike: dollars. time_to_expiry: years. volatility: annual fraction. option_type: "call" in any case, any
        other text is a put. There is no guard at zero time or volatility: the arithmetic is IEEE and gives infinities
        and NaN. What cannot be computed at all (None, text, a plain zero strike) gives an empty dictionary.
        """
        try:
            with np.errstate(all="ignore"):
                return self._price(spot, strike, time_to_expiry, volatility, option_type.lower() == "call")
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            return {}

    def _price(
        self, spot: float, strike: float, time_to_expiry: float, volatility: float, call: bool
    ) -> dict[str, float]:
        """Return the closed formulas of Black and Scholes (1973); see Hull, Options, Futures and Other Derivatives."""
        rate = self.risk_free_rate
        root: Any = np.sqrt(time_to_expiry)
        d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * time_to_expiry) / (volatility * root)
        d2 = d1 - volatility * root
        density = np.exp(-(d1**2) / 2.0) / np.sqrt(2 * np.pi)
        discount = np.exp(-rate * time_to_expiry)
        if call:
            price = spot * ndtr(d1) - strike * discount * ndtr(d2)
            delta, exercised = ndtr(d1), ndtr(d2)
        else:
            price = strike * discount * ndtr(-d2) - spot * ndtr(-d1)
            delta, exercised = -ndtr(-d1), ndtr(-d2)
        # Deliberate (core Q9): the interest term of a put is subtracted, as for a call.
        interest = rate * strike * discount * exercised
        theta = (-spot * density * volatility / (2 * root) - interest) / DAYS_PER_YEAR
        return {
            "price": price,
            "delta": delta,
            "gamma": density / (spot * volatility * root),
            "vega": spot * density * root / 100,
            "theta": theta,
            "d1": d1,
            "d2": d2,
        }
