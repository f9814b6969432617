"""The three views of a week, put together with what tracking and the pages need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from legacy_engines.gamma.weekly.calendar import Week
from legacy_engines.gamma.weekly.daily_impact import daily_impact
from legacy_engines.gamma.weekly.thresholds import thresholds_used
from legacy_engines.gamma.weekly.totals import usable
from legacy_engines.gamma.weekly.volatility_potential import volatility_potential
from legacy_engines.gamma.weekly.weekly_evolution import weekly_evolution


def weekly_intelligence(
    symbol: str, *, week: Week, totals: Sequence[float], current_vix: float, now: datetime
) -> dict[str, Any]:
    """Return the week's gamma in three views, or an error when no day has gamma.

    totals: USD of gamma expiring Monday to Friday. now: the moment `week` was made from, in New York.
    current_vix: index points, 0 when unknown; None raises TypeError.
    """
    gamma = [usable(total) for total in totals]
    if not any(gamma):
        return no_gamma(symbol, week)
    daily = daily_impact(week, gamma, current_vix=current_vix)
    weekly = weekly_evolution(week, gamma)
    potential = volatility_potential(week, gamma)
    return {
        "success": True,
        "symbol": symbol,
        "week_start": week.start,
        "week_end": week.end,
        "current_day": week.days[week.today].name,
        "current_date": week.current_date,
        "is_weekend": week.is_weekend,
        "is_friday_after_close": week.is_friday_after_close,
        "edge_case": week.edge_case,
        "daily_impact": daily,
        "weekly_evolution": weekly,
        "volatility_potential": potential,
        "tracking": tracking(symbol, daily, weekly, potential, vix=current_vix, now=now),
        "thresholds_used": thresholds_used(),
        "context_aware": True,
        "generated_at": now.isoformat(),
    }


def no_gamma(symbol: str, week: Week) -> dict[str, Any]:
    """Return the answer of a week without gamma. Deliberate (gamma Q21): it has no `success` key."""
    return {
        "error": "No gamma data available for current week",
        "symbol": symbol,
        "week_start": week.start,
        "week_end": week.end,
    }


def tracking(
    symbol: str, daily: dict[str, Any], weekly: dict[str, Any], potential: dict[str, Any], *, vix: float, now: datetime
) -> dict[str, Any]:
    """Return what the correlation tracker stores now; the two actual figures are filled in when the day is over."""
    highest = potential["highest_risk_day"] or {}
    return {
        "timestamp": now.isoformat(),
        "symbol": symbol,
        "vix": vix,
        "gamma_decay_pct": daily["impact_pct"],
        "weekly_decay_pct": weekly["total_decay_pct"],
        "risk_level": daily["risk_level"],
        "highest_risk_day_name": highest.get("day_name"),
        "highest_risk_day_pct": highest.get("vol_pct", 0),
        "actual_price_move_pct": None,
        "actual_intraday_range_pct": None,
    }
