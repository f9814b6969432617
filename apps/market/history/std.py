"""Prices one and seven standard deviations away: as the source sent them, or from implied volatility."""

import math
from collections.abc import Mapping
from typing import Any

StdLevels = dict[str, float]
"""`std_1_pos`, `std_1_neg`, `std_7_pos`, `std_7_neg`: points."""

TRADING_DAYS = 252
_SPELLINGS = {
    "std_1_pos": ("+1STD (1-day)", "price_plus_1_day_std"),
    "std_1_neg": ("-1STD (1-day)", "price_minus_1_day_std"),
    "std_7_pos": ("+1STD (7-day)", "price_plus_7_day_std"),
    "std_7_neg": ("-1STD (7-day)", "price_minus_7_day_std"),
}


def levels_sent(answer: Any) -> StdLevels | None:
    """Return the levels in an answer to LEVELS, in either of the vendor's spellings; None unless all four are there."""
    if not isinstance(answer, Mapping):
        return None
    levels = {ours: _first_number(answer, keys) for ours, keys in _SPELLINGS.items()}
    found = {name: value for name, value in levels.items() if value}
    return found if len(found) == len(_SPELLINGS) else None


def levels_implied(spot: float, implied_volatility: float) -> StdLevels:
    """Return spot -+ spot x IV x sqrt(days / 252). spot: points. implied_volatility: fraction a year."""
    levels = {}
    for days in (1, 7):
        away = spot * implied_volatility * math.sqrt(days / TRADING_DAYS)
        levels[f"std_{days}_pos"], levels[f"std_{days}_neg"] = spot + away, spot - away
    return levels


def number(value: Any) -> float | None:
    """Return a vendor's value as a finite float; None for missing, empty, `null`, NaN and whatever is no number."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _first_number(answer: Mapping[str, Any], keys: tuple[str, ...]) -> float | None:
    return next((found for key in keys if (found := number(answer.get(key)))), None)
