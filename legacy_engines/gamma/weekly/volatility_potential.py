"""View 3: the week's risk calendar, the share of open gamma that each day takes away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from legacy_engines.gamma.weekly.calendar import Week
from legacy_engines.gamma.weekly.thresholds import AMBER, BLUE, GREEN, RED, VOLATILITY_POTENTIAL, share_percent
from legacy_engines.gamma.weekly.totals import remaining
from legacy_engines.gamma.weekly.volatility_strategies import volatility_strategies


def volatility_potential(week: Week, totals: Sequence[float]) -> dict[str, Any]:
    """Return the view. totals: USD of gamma expiring on each day; vol_pct: percent."""
    by_day = risk_calendar(week, totals)
    highest = highest_risk_day(by_day)
    return {"by_day": by_day, "highest_risk_day": highest, "strategies": _strategies(highest)}


def risk_calendar(week: Week, totals: Sequence[float]) -> list[dict[str, Any]]:
    """Return one entry per day."""
    entries = []
    for i, (day, total) in enumerate(zip(week.days, totals, strict=True)):
        available = remaining(totals, i)
        # Deliberate (gamma Q9): on the last day with gamma this is always 100 %, so that day is EXTREME by nature.
        vol_pct = share_percent(total, available)
        level, color = risk_level(vol_pct)
        entries.append(
            {
                "day": day.abbreviation,
                "day_name": day.name,
                "date": day.date,
                "expiring_gamma": total,
                "total_available": available,
                "vol_pct": vol_pct,
                "risk_level": level,
                "risk_color": color,
                "is_today": day.is_today,
                "has_expiration": total > 0,
            }
        )
    return entries


def risk_level(vol_pct: float) -> tuple[str, str]:
    """Return risk level and colour; each limit belongs to the level above it."""
    if vol_pct >= VOLATILITY_POTENTIAL["high"]:
        return "EXTREME", RED
    if vol_pct >= VOLATILITY_POTENTIAL["moderate"]:
        return "HIGH", AMBER
    if vol_pct >= VOLATILITY_POTENTIAL["low"]:
        return "MODERATE", BLUE
    return "LOW", GREEN


def highest_risk_day(by_day: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the entry with the largest share, the earliest of equals, None when no day has any."""
    most: float = 0
    highest = None
    for entry in by_day:
        if entry["vol_pct"] > most:
            most, highest = entry["vol_pct"], entry
    return highest


def _strategies(highest: dict[str, Any] | None) -> list[dict[str, str]]:
    if highest is None or not highest["vol_pct"] >= VOLATILITY_POTENTIAL["high"]:
        return []
    return volatility_strategies(day_name=highest["day_name"], vol_pct=highest["vol_pct"])
