"""What net GEX and the distance to the flip say about the day."""

from __future__ import annotations

from typing import Any

from legacy_engines.plans.levels import billions, signed_percent

# (below this net GEX in USD, volatility, trend, size multiplier), most negative first
SHORT_GAMMA = (
    (-2e9, "EXPLOSIVE VOLATILITY", "STRONG UPTREND LIKELY", 1.5),
    (-1e9, "HIGH VOLATILITY", "UPWARD BIAS", 1.2),
)
# (above this net GEX in USD, ...), most positive first
LONG_GAMMA = (
    (3e9, "SUPPRESSED VOLATILITY", "RANGE-BOUND", 0.8),
    (1e9, "LOW VOLATILITY", "CONSOLIDATION", 1.0),
)
BALANCED = ("NORMAL VOLATILITY", "BALANCED", 1.0)
AT_FLIP = 0.5  # percent of spot around the flip that count as being there


def regime_from_gex(net_gex: float, spot: float, flip: float, call_wall: float, put_wall: float) -> dict[str, Any]:
    """Return the regime. net_gex: USD; the rest points. The walls are not used.

    Spot zero with a flip is a ZeroDivisionError, None a TypeError; NaN net GEX is a normal day.
    """
    volatility, trend, size_multiplier = _volatility(net_gex)
    distance = (spot - flip) / spot * 100 if flip > 0 else 0
    return {
        "type": volatility,
        "volatility": volatility,
        "trend": trend,
        "position": _position(distance),
        "net_gex_billions": billions(net_gex),
        "flip_distance_pct": signed_percent(distance),
        "size_multiplier": size_multiplier,
        "mm_behavior": "SELLING RALLIES / BUYING DIPS" if net_gex > 1e9 else "BUYING RALLIES / SELLING DIPS",
    }


def _volatility(net_gex: float) -> tuple[str, str, float]:
    for limit, volatility, trend, size_multiplier in SHORT_GAMMA:
        if net_gex < limit:
            return volatility, trend, size_multiplier
    for limit, volatility, trend, size_multiplier in LONG_GAMMA:
        if net_gex > limit:
            return volatility, trend, size_multiplier
    return BALANCED


def _position(distance: float) -> str:
    if distance > AT_FLIP:
        return "ABOVE FLIP - MMs SUPPRESSING"
    return "BELOW FLIP - MMs AMPLIFYING" if distance < -AT_FLIP else "AT FLIP - CRITICAL ZONE"
