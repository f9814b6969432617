"""The limits of the three views, in percent of gamma."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DAILY_IMPACT: Final[Mapping[str, int]] = MappingProxyType({"minimal": 5, "moderate": 15, "elevated": 30})
VOLATILITY_POTENTIAL: Final[Mapping[str, int]] = MappingProxyType({"low": 15, "moderate": 40, "high": 60})
WEEKLY_EVOLUTION: Final[Mapping[str, int]] = MappingProxyType({"low": 30, "moderate": 60, "high": 80})
"""`low` is reported but nothing reads it."""

RED, AMBER, BLUE, GREEN = "#FF4444", "#FFB800", "#00D4FF", "#00FF88"


def thresholds_used() -> dict[str, dict[str, int]]:
    """Return all limits as they are reported."""
    return {
        "daily_impact": dict(DAILY_IMPACT),
        "volatility_potential": dict(VOLATILITY_POTENTIAL),
        "weekly_evolution": dict(WEEKLY_EVOLUTION),
    }


def share_percent(part: float, whole: float) -> float:
    """Return part of whole in percent, 0 when there is no whole."""
    return part / whole * 100 if whole != 0 else 0
