"""View 1: how much of the gamma that is still on the board expires today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from legacy_engines.gamma.weekly.calendar import Week
from legacy_engines.gamma.weekly.daily_strategies import daily_strategies
from legacy_engines.gamma.weekly.thresholds import AMBER, BLUE, DAILY_IMPACT, GREEN, RED, share_percent
from legacy_engines.gamma.weekly.totals import remaining

FRIDAY_MULTIPLIER = 0.67
HIGH_VIX = 20
HIGH_VIX_MULTIPLIER = 0.75


def daily_impact(week: Week, totals: Sequence[float], *, current_vix: float) -> dict[str, Any]:
    """Return the view. totals: USD of gamma expiring on each day; impact_pct: percent."""
    today = week.today
    available = remaining(totals, today)
    impact = share_percent(totals[today], available)
    multiplier, notes = context(week.days[today].name, current_vix)
    limits = {name: limit * multiplier for name, limit in DAILY_IMPACT.items()}
    level, color = impact_level(impact, limits)
    return {
        "today_total_gamma": available,
        "tomorrow_total_gamma": remaining(totals, today + 1),
        "expiring_today": totals[today],
        "impact_pct": impact,
        "risk_level": level,
        "risk_color": color,
        "context_notes": notes,
        "threshold_multiplier": multiplier,
        "adjusted_thresholds": limits,
        "strategies": daily_strategies(level, impact_pct=impact, day_name=week.days[today].name),
    }


def context(day_name: str, current_vix: float) -> tuple[float, list[str]]:
    """Return what tightens the limits today: a multiplier, and the reasons in words."""
    multiplier = 1.0
    notes = []
    # Deliberate (gamma Q10): a Friday's impact is 100 % or 0 %, so this multiplier never changes its level.
    if day_name == "Friday":
        multiplier = FRIDAY_MULTIPLIER
        notes.append("Friday: weekly options expire, so the limits are a third tighter")
    if current_vix > HIGH_VIX:
        multiplier *= HIGH_VIX_MULTIPLIER
        notes.append(f"VIX {current_vix:.1f} is above {HIGH_VIX}, so the limits are a quarter tighter")
    return multiplier, notes


def impact_level(impact_pct: float, limits: dict[str, float]) -> tuple[str, str]:
    """Return risk level and colour; each limit belongs to the level above it."""
    if impact_pct >= limits["elevated"]:
        return "EXTREME", RED
    if impact_pct >= limits["moderate"]:
        return "ELEVATED", AMBER
    if impact_pct >= limits["minimal"]:
        return "MODERATE", BLUE
    return "MINIMAL", GREEN
