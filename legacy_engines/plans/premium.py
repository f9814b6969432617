"""Model prices in plans: Black-Scholes, or a fixed premium when the model gives nothing."""

from __future__ import annotations

from typing import Any, Protocol

DAYS_PER_YEAR = 365
DIRECTIONAL_VOLATILITY = 0.20
CONDOR_VOLATILITY = 0.15


class Pricer(Protocol):
    """What `BlackScholesPricer` offers: an empty dictionary stands for "no price"."""

    def calculate_option_price(
        self, spot: float, strike: float, time_to_expiry: float, volatility: float, option_type: str = "call"
    ) -> dict[str, Any]: ...


def premium(
    pricer: Pricer,
    spot: float,
    strike: float,
    days: int,
    *,
    fallback: float,
    volatility: float = DIRECTIONAL_VOLATILITY,
    kind: str = "call",
) -> float:
    """Return the price of one share's option. days: calendar days to expiration; volatility: annual fraction."""
    priced = pricer.calculate_option_price(spot, strike, days / DAYS_PER_YEAR, volatility, kind)
    return float(priced["price"]) if priced else fallback
