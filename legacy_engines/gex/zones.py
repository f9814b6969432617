"""Where and when the present gamma makes an entry worthwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from legacy_engines.ports import Clock, new_york_now

SQUEEZE_GEX = -1e9
BELOW_SPOT, ABOVE_SPOT = 0.20, 0.30
GRID = 5
POINTS_PAST_FLIP = 1.5
HIGH_CONFIDENCE = 70
DTE = 7

PRIME_45_MIN = "PRIME: the best entries come in the next 45 minutes"
GOOD_30_MIN = "GOOD: about 30 minutes left for a clean entry"
AVOID_UNTIL_AFTERNOON = "AVOID: midday drift, wait for the afternoon"
LATE_CAUTION = "LATE: outside the best hours, only with caution"
TOO_EARLY_UNTIL_2PM = "TOO EARLY: wait until 2 PM ET"
FINAL_HOUR = "FINAL HOUR: quick trades only"

LONG_CALLS_ACTIVE = "LONG CALLS: the zone is active, take entries inside its range"
NO_HIGH_CONFIDENCE_SETUP = "No setup with high confidence at the moment"


class DynamicLevelCalculator:
    """Entry zones. Deliberate (intelligence 18): only the long-call zone is known."""

    def __init__(self, *, clock: Clock) -> None:
        self.clock = clock

    def get_profitable_zones(self, market_data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the zones for net GEX (USD), spot, flip and walls (points); a zone that is not on is None."""
        now = new_york_now(self.clock)
        net_gex, spot = market_data.get("net_gex", 0), market_data.get("spot_price", 0)
        flip = market_data.get("flip_point", 0)
        is_squeeze = net_gex < SQUEEZE_GEX and spot < flip
        zone = self._long_call_zone(spot, flip, market_data, now.hour) if is_squeeze else None
        is_on = zone is not None and zone["confidence"] > HIGH_CONFIDENCE
        return {
            "timestamp": f"{now:%H:%M:%S}",
            "long_call_zone": zone,
            "long_put_zone": None,
            "iron_condor_zone": None,
            "current_opportunity": LONG_CALLS_ACTIVE if is_on else NO_HIGH_CONFIDENCE_SETUP,
        }

    def _long_call_zone(self, spot: float, flip: float, market_data: Mapping[str, Any], hour: int) -> dict[str, Any]:
        low, high = f"${spot - BELOW_SPOT:.2f}", f"${spot + ABOVE_SPOT:.2f}"
        return {
            "active": True,
            "entry_range": f"{low} - {high}",
            "optimal_strike": int(flip / GRID) * GRID + GRID,
            "target_1": flip + POINTS_PAST_FLIP,
            "target_2": market_data.get("call_wall", 0),
            "stop": market_data.get("put_wall", 0),
            "time_window": self._get_time_window("call", hour),
            "confidence": 75 if hour < 11 else 60,
            # Deliberate (intelligence 18): SPY, whatever the symbol.
            "action": f"BUY when SPY trades between {low} and {high}",
            "dte": DTE,
            "best_time": f"{DTE} DTE",
        }

    def _get_time_window(self, direction: str, hour: int) -> str:
        """Return how good the New York hour is for an entry. Deliberate (intelligence 18): before 9 counts as late."""
        if direction == "call":
            if 9 <= hour < 10:
                return PRIME_45_MIN
            if 10 <= hour < 11:
                return GOOD_30_MIN
            return AVOID_UNTIL_AFTERNOON if 11 <= hour < 14 else LATE_CAUTION
        if hour < 14:
            return TOO_EARLY_UNTIL_2PM
        return PRIME_45_MIN if 14 <= hour < 15 else FINAL_HOUR
