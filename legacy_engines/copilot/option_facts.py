"""What the option chain says for a question: contracts near the money, their Greeks and how many to trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from legacy_engines.options.chains import RealOptionsChainFetcher
from legacy_engines.options.greeks import GreeksCalculator
from legacy_engines.risk.contracts import PositionSizingCalculator

EXPIRY_YEARS = 7 / 365
RATE = 0.05
UNKNOWN_VOLATILITY = 0.20
UNKNOWN_PREMIUM = 5.0
STOP_FRACTION = 0.70


def options_near_the_money(fetcher: RealOptionsChainFetcher, symbol: str) -> dict[str, Any]:
    """Return call and put rows, expiry, price (points) and Greeks for 7 days to expiration; empty without a chain."""
    chain = fetcher.get_options_chain(symbol)
    if not chain:
        return {}
    spot = chain["current_price"]
    call = fetcher.find_best_strike(symbol, "call", 0.50)
    # Deliberate (intelligence 2): every estimate is positive, so this finds the highest strike.
    put = fetcher.find_best_strike(symbol, "put", -0.50)
    data: dict[str, Any] = {"atm_call": call, "atm_put": put, "expiry": chain["expiry"], "current_price": spot}
    for kind, row in (("call", call), ("put", put)):
        if row:
            volatility = row.get("impliedVolatility", UNKNOWN_VOLATILITY)
            data[f"{kind}_greeks"] = GreeksCalculator.calculate_greeks(
                spot, row["strike"], EXPIRY_YEARS, volatility, RATE, kind
            )
    return data


def call_sizing(options_data: Mapping[str, Any], *, account_size: float, risk_pct: float) -> dict[str, Any]:
    """Return the size of a trade in the call near the money, stopped at 70 % of its premium (USD per share).

    A premium of zero gives the sizing's error, NaN raises ValueError.
    """
    entry = options_data.get("atm_call", {}).get("lastPrice", UNKNOWN_PREMIUM)
    return PositionSizingCalculator.calculate_contracts(account_size, risk_pct, entry, entry * STOP_FRACTION)
