"""Gamma by strike: walls, the interpolated flip, and the strikes within one week's move of spot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from legacy_engines.gamma.trading_volatility.fetch import UpstreamError
from legacy_engines.gamma.trading_volatility.parsing import number

DEFAULT_IV = 0.20
WINDOW_YEARS = 7 / 252
NET_GAMMA = "net_gamma_$_at_strike"
AGGREGATE_KEYS = ("implied_volatility", "gex_flip_price", "skew_adjusted_gex")


def strike_profile(symbol: str, entry: Mapping[str, Any], last_latest: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return strikes near spot, flip and walls of `/gex/gammaOI`, in points; gamma in USD, unsigned.

    last_latest: the last body of `/gex/latest`, whose IV serves when this entry has none.
    """
    array = entry.get("gamma_array")
    if not array:
        raise UpstreamError("no_strikes", "No gamma_array in response")
    strikes = [_strike(item) for item in array if item and "strike" in item]
    spot = number(entry, "price")
    iv = window_iv(symbol, entry, last_latest)
    profile: dict[str, Any] = {
        "strikes": near_spot(strikes, spot=spot, iv=iv),
        "spot_price": spot,
        "flip_point": flip_point(array) or spot,
        "call_wall": wall(strikes, "call_gamma"),
        "put_wall": wall(strikes, "put_gamma"),
        "symbol": symbol,
    }
    if all(key in entry for key in AGGREGATE_KEYS):
        profile["aggregate_from_gammaOI"] = {
            "net_gex": number(entry, "skew_adjusted_gex"),
            "implied_volatility": iv,
            "put_call_ratio": number(entry, "put_call_ratio_open_interest"),
            "collection_date": entry.get("collection_date", ""),
        }
    return profile


def window_iv(symbol: str, entry: Mapping[str, Any], last_latest: Mapping[str, Any] | None) -> float:
    """Return the IV (fraction) that sizes the window: the entry's, else the last latest answer's, else 20 %."""
    if "implied_volatility" in entry:
        return float(entry["implied_volatility"])
    if last_latest:
        return float(last_latest.get(symbol, {}).get("implied_volatility", DEFAULT_IV))
    return DEFAULT_IV


def near_spot(strikes: list[dict[str, float]], *, spot: float, iv: float) -> list[dict[str, float]]:
    """Return the strikes within spot ± spot · iv · sqrt(7/252), edges included."""
    move = spot * iv * math.sqrt(WINDOW_YEARS)
    low, high = spot - move, spot + move
    return [strike for strike in strikes if low <= strike["strike"] <= high]


def wall(strikes: list[dict[str, float]], side: str) -> float:
    """Return the strike with the most gamma on a side: the first of equals, 0 when all is zero or NaN."""
    most: float = 0
    found: float = 0
    for strike in strikes:
        if strike[side] > most:
            most, found = strike[side], strike["strike"]
    return found


def flip_point(array: Sequence[Any]) -> float | None:
    """Return where net gamma first changes sign between neighbours, linearly interpolated, or None.

    Deliberate (gamma Q8): neighbours are taken as they come, unsorted and anywhere on the board, and a net gamma of
    exactly zero at a strike hides the crossing.
    """
    for i in range(len(array) - 1):
        here, there = array[i], array[i + 1]
        if NET_GAMMA in here and NET_GAMMA in there:
            a, b = float(here[NET_GAMMA]), float(there[NET_GAMMA])
            if a * b < 0:
                low, high = float(here["strike"]), float(there["strike"])
                return low + (high - low) * (-a / (b - a))
    return None


def _strike(item: Mapping[str, Any]) -> dict[str, float]:
    return {
        "strike": float(item["strike"]),
        "call_gamma": abs(number(item, "call_gamma")),
        "put_gamma": abs(number(item, "put_gamma")),
    }
