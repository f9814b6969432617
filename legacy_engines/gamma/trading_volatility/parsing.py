"""The vendor's objects, whose values are mostly strings, as the dictionaries the engines read.

A key that is missing takes its default; one that is there but is no number raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEVEL_NAMES = {"gex_0": "GEX_0", "gex_1": "GEX_1", "gex_2": "GEX_2", "gex_3": "GEX_3"}
STD_NAMES = {
    "std_1day_pos": "+1STD (1-day)",
    "std_1day_neg": "-1STD (1-day)",
    "std_7day_pos": "+1STD (7-day)",
    "std_7day_neg": "-1STD (7-day)",
}


def number(entry: Mapping[str, Any], key: str, default: float = 0) -> float:
    """Return the value as a float: numbers, booleans and numeric strings."""
    return float(entry.get(key, default))


def net_gamma(symbol: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return net GEX (USD per 1 % move), flip (points), put/call ratio and IV (fraction) of `/gex/latest`."""
    return {
        "symbol": symbol,
        "spot_price": number(entry, "price"),
        "net_gex": number(entry, "skew_adjusted_gex"),
        "flip_point": number(entry, "gex_flip_price"),
        # Deliberate (gamma Q5): this answer has no walls; callers merge them from the strike profile.
        "call_wall": 0,
        "put_wall": 0,
        "put_call_ratio": number(entry, "put_call_ratio_open_interest"),
        "implied_volatility": number(entry, "implied_volatility"),
        "collection_date": entry.get("collection_date", ""),
        "raw_data": entry,
    }


def expiration_gamma(symbol: str, expiration: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gamma of one expiration of `/gex/gamma`. total_gamma: USD, the sum of absolute values by strike."""
    strikes = entry.get("gamma_array", [])
    total: float = 0
    # A plain loop: from Python 3.12 `sum` compensates, which changes last digits.
    for strike in strikes:
        if strike:
            total += abs(number(strike, "gamma"))
    return {
        "symbol": symbol,
        "expiration": expiration,
        "expiry_date": entry.get("expiry", "unknown"),
        "price": number(entry, "price"),
        "collection_date": entry.get("collection_date", ""),
        "gamma_array": strikes,
        "total_gamma": total,
    }


def gex_levels(symbol: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return flip, GEX levels 0 to 3 and standard-deviation levels of `/gex/levels`: points, 0 where there is none."""
    # Deliberate (gamma Q4): only these spellings are read; the source renames the vendor's lower-case ones before.
    names = LEVEL_NAMES | STD_NAMES
    return {
        "gex_flip": level(entry.get("gex_flip") or entry.get("Gex Flip")),
        **{ours: level(entry.get(theirs)) for ours, theirs in names.items()},
        "symbol": symbol,
    }


def level(value: Any) -> float:
    """Return the value as a float, 0 for anything that is no number: None, empty text, `null`, a list."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
