"""What an analysis says, in the shapes of Trading Volatility v1. Numbers are plain; 0 where there is no such level."""

import math
from datetime import datetime
from typing import Any

import numpy as np

from apps.market.exposure.result import Exposure
from apps.market.sources.protocol import SourceUnavailable

TRADING_DAYS = 252
# Net gamma against gross gamma at which the vendor-like rating steps up, from 1 (deep short gamma) to 5 (deep long).
RATING_STEPS = (-0.25, -0.05, 0.05, 0.25)
LARGEST_LEVELS = 5


def gamma_day(exposure: Exposure) -> dict[str, Any]:
    """Return a row of `/gex/history`, marked with the moment it was collected."""
    return {
        "collection_date": f"{exposure.as_of:%Y-%m-%d_%H%M}",
        "price": exposure.spot,
        "gex_flip_price": flip_price(exposure),
        "skew_adjusted_gex": exposure.net_gex,
        "implied_volatility": exposure.implied_volatility,
        "put_call_ratio_open_interest": exposure.put_call_ratio,
        "rating": rating(exposure),
        "gamma_formation": gamma_formation(exposure),
    }


def expiration_gamma(exposure: Exposure, *, expiry: str) -> dict[str, Any]:
    """Return the object of `/gex/gamma`. exposure: of the contracts of that expiration alone."""
    net = exposure.by_strike.call_gex + exposure.by_strike.put_gex
    return {
        "price": exposure.spot,
        "expiry": expiry,
        "collection_date": collected(exposure.as_of),
        "gamma_array": [
            {"strike": strike, "gamma": gamma}
            for strike, gamma in zip(exposure.by_strike.strike.tolist(), net.tolist(), strict=True)
        ],
    }


def levels(exposure: Exposure) -> dict[str, Any]:
    """Return the object of `/gex/levels` in both spellings: flip, the strikes with the most net gamma, deviations."""
    net = np.abs(exposure.by_strike.call_gex + exposure.by_strike.put_gex)
    largest = exposure.by_strike.strike[np.argsort(-net, kind="stable")[:LARGEST_LEVELS]].tolist()
    volatility = known(exposure.implied_volatility, f"volatility of {exposure.symbol}")
    facts: dict[str, Any] = {"collection_date": collected(exposure.as_of), "gex_flip": flip_price(exposure)}
    for place, strike in enumerate(largest):
        facts |= {f"GEX_{place}": strike, f"gex_{place}": strike}
    for days in (1, 7):
        deviation = exposure.spot * standard_deviation(volatility, days=days)
        above, below = round(exposure.spot + deviation, 2), round(exposure.spot - deviation, 2)
        facts |= {
            f"+1STD ({days}-day)": above,
            f"-1STD ({days}-day)": below,
            f"price_plus_{days}_day_std": above,
            f"price_minus_{days}_day_std": below,
        }
    return facts


def standard_deviation(volatility: float, *, days: int) -> float:
    """Return one standard deviation over a number of trading days, in the unit of `volatility` (a year's)."""
    return volatility * math.sqrt(days / TRADING_DAYS)


def known(figure: float | None, what: str) -> float:
    """Return a figure that every simulated chain has. Raises SourceUnavailable if this one has not."""
    if figure is None:
        raise SourceUnavailable(f"The simulated market has no {what}. Ask for another moment.")
    return figure


def flip_price(exposure: Exposure) -> float:
    """Return the flip, 0 where net gamma has none."""
    return round(exposure.flip_point, 2) if exposure.flip_point is not None else 0.0


def rating(exposure: Exposure) -> int:
    """Return 1 to 5 by how much of the gross gamma is left as net."""
    share = exposure.net_gex / exposure.gross_gex
    return 1 + sum(share >= step for step in RATING_STEPS)


def gamma_formation(exposure: Exposure) -> int:
    """Return 1 where net gamma is long, else 0."""
    return int(exposure.net_gex > 0)


def collected(at: datetime) -> str:
    """Return a moment as the vendor prints it, New York without offset."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
