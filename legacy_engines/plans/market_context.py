"""The levels of the day in words: where spot, flip and walls are and what that picture means."""

from __future__ import annotations

from typing import Any

from legacy_engines.plans.levels import billions, dollars, percent_from, signed_percent


def market_context(
    symbol: str, spot: float, net_gex: float, flip: float, call_wall: float, put_wall: float
) -> dict[str, Any]:
    """Return the levels with their distance from spot. Spot zero is a ZeroDivisionError."""
    return {
        "current_price": dollars(spot),
        "net_gex": billions(net_gex),
        "gamma_flip": _level(flip, spot),
        "call_wall": _level(call_wall, spot),
        "put_wall": _level(put_wall, spot),
        "expected_range": f"{dollars(put_wall)} - {dollars(call_wall)}",
        "key_insight": key_insight(net_gex, spot, flip),
    }


def key_insight(net_gex: float, spot: float, flip: float) -> str:
    """Return the one sentence to remember. Only net GEX, in USD, decides."""
    if net_gex < -2e9:
        return (
            "MASSIVE NEGATIVE GEX - dealers are trapped short gamma and chase every move; "
            "any rally can turn into a violent squeeze"
        )
    if net_gex < -1e9:
        return "NEGATIVE GEX SETUP - dealer hedging adds to moves; the bias is up, buy dips rather than strength"
    if net_gex > 3e9:
        return "FORTRESS MODE - dealers defend the range from both sides; fade the extremes and sell premium"
    if net_gex > 1e9:
        return "POSITIVE GEX - dealers dampen moves; expect a range and let condors earn theta"
    return "BALANCED - dealer hedging sets no direction; wait for a clean break of the flip"


def _level(level: float, spot: float) -> str:
    return f"{dollars(level)} ({signed_percent(percent_from(level, spot))})"
