"""What the auto-trader would buy: the decision tree over net GEX, flip point and spot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SYMBOL: Final = "SPY"
STRIKE_GRID: Final = 5
BILLION: Final = 1e9
SHORT_GAMMA: Final = -1e9
LONG_GAMMA: Final = 1e9
"""Net GEX in US dollars beyond which dealers count as short or long gamma; exactly at it they are neither."""

LEAST_CONFIDENCE: Final = 70
SQUEEZE_CAP: Final = 85
BREAKDOWN_CAP: Final = 80


def grid_strike(price: float) -> int:
    """Return the multiple of 5 points nearest to a price, halves to the even multiple. NaN raises ValueError."""
    return STRIKE_GRID * round(price / STRIKE_GRID)


def flip_distance_percent(spot: float, flip: float) -> float:
    """Return how far the flip lies above spot in percent of spot (below: negative), 0 without a spot."""
    return (flip - spot) / spot * 100 if spot else 0


def find_trade(gex: Mapping[str, Any], spot: float) -> dict[str, Any]:
    """Return the directional trade for the regime.

    gex: `net_gex` in US dollars (default 0) and `flip_point` in points (default spot). A key that holds None raises
    TypeError. Confidence is in percent and may be fractional below its cap.
    """
    net, flip = gex.get("net_gex", 0), gex.get("flip_point", spot)
    distance = flip_distance_percent(spot, flip)
    # Two tests, not one with an else: a NaN flip fails both and ends among the neutral trades.
    if net < SHORT_GAMMA and spot < flip:
        return _squeeze(net, flip, spot, abs(distance))
    if net < SHORT_GAMMA and spot >= flip:
        return _breakdown(net, flip, spot, abs(distance))
    if net > LONG_GAMMA:
        return _range_bound(net, flip, spot)
    return _neutral(net, flip, spot)


def good_enough(trade: Mapping[str, Any]) -> bool:
    """Return whether a directional trade is taken; otherwise an iron condor is sold instead."""
    return bool(trade["confidence"] >= LEAST_CONFIDENCE)


def _squeeze(net: float, flip: float, spot: float, distance: float) -> dict[str, Any]:
    reasoning = (
        f"Dealers are short gamma (net GEX {net / BILLION:.2f} billion dollars) and SPY at {spot:.2f} trades "
        f"{distance:.2f}% under the flip. They buy into strength, so a turn up can run to the flip at {flip:.2f}."
    )
    confidence = min(SQUEEZE_CAP, 70 + distance * 3)
    named = _trade("Negative GEX Squeeze", "call", grid_strike(flip), 5, confidence)
    return {**named, "target": flip, "stop": spot * 0.985, "reasoning": reasoning}


def _breakdown(net: float, flip: float, spot: float, distance: float) -> dict[str, Any]:
    reasoning = (
        f"Dealers are short gamma (net GEX {net / BILLION:.2f} billion dollars) and SPY at {spot:.2f} trades "
        f"{distance:.2f}% over the flip. They sell into weakness, so a slip can run down to the flip at {flip:.2f}."
    )
    confidence = min(BREAKDOWN_CAP, 65 + distance * 3)
    named = _trade("Negative GEX Breakdown", "put", grid_strike(flip), 5, confidence)
    return {**named, "target": flip, "stop": spot * 1.015, "reasoning": reasoning}


def _range_bound(net: float, flip: float, spot: float) -> dict[str, Any]:
    reasoning = (
        f"Dealers are long gamma (net GEX {net / BILLION:.2f} billion dollars): they buy dips and sell rallies, "
        f"which holds SPY in its range and draws it back to the flip at {flip:.2f}."
    )
    return {**_toward_flip("Range-Bound", 70, flip, spot), "reasoning": reasoning}


def _neutral(net: float, flip: float, spot: float) -> dict[str, Any]:
    reasoning = (
        f"Dealer gamma is close to balanced (net GEX {net / BILLION:.2f} billion dollars). SPY at {spot:.2f} leans "
        f"toward the flip at {flip:.2f}, without hedging flows to carry it."
    )
    return {**_toward_flip("Neutral", 65, flip, spot), "reasoning": reasoning}


def _toward_flip(kind: str, confidence: int, flip: float, spot: float) -> dict[str, Any]:
    up = spot < flip
    name, side, stop = ("Bullish", "call", spot * 0.98) if up else ("Bearish", "put", spot * 1.02)
    return {**_trade(f"{kind} {name}", side, grid_strike(spot), 7, confidence), "target": flip, "stop": stop}


def _trade(strategy: str, side: str, strike: int, dte: int, confidence: float) -> dict[str, Any]:
    # Deliberate (trading Q-7): dte is a label; the expiry bought is the next Friday.
    return {
        "symbol": SYMBOL,
        "strategy": strategy,
        "action": f"BUY_{side.upper()}",
        "option_type": side,
        "strike": strike,
        "dte": dte,
        "confidence": confidence,
    }
