"""View 2: how the week's gamma runs off from Monday to Friday."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from legacy_engines.gamma.weekly.calendar import DAY_NAMES, Week
from legacy_engines.gamma.weekly.totals import remaining
from legacy_engines.gamma.weekly.weekly_strategies import weekly_strategies

WEDNESDAY = DAY_NAMES.index("Wednesday")
THURSDAY = DAY_NAMES.index("Thursday")
FRONT_LOADED_BELOW = 60
BACK_LOADED_ABOVE = 80


def weekly_evolution(week: Week, totals: Sequence[float]) -> dict[str, Any]:
    """Return the view. totals: USD of gamma expiring on each day, not all zero."""
    baseline = remaining(totals, 0)
    friday = totals[-1]
    decay = (baseline - friday) / baseline * 100
    breakdown = daily_breakdown(week, totals, baseline)
    return {
        "monday_baseline": baseline,
        "friday_end": friday,
        "total_decay_pct": decay,
        "decay_pattern": decay_pattern(breakdown[WEDNESDAY]["pct_of_week"]),
        "daily_breakdown": breakdown,
        "strategies": weekly_strategies(
            decay,
            monday_pct=breakdown[0]["pct_of_week"],
            thursday_pct=breakdown[THURSDAY]["pct_of_week"],
        ),
    }


def daily_breakdown(week: Week, totals: Sequence[float], baseline: float) -> list[dict[str, Any]]:
    """Return one entry per day with the gamma still open that morning.

    Expired gamma is subtracted day by day, so tiny residues may stay where nothing is left.
    """
    left = baseline
    previous: float | None = None
    entries = []
    for day, total in zip(week.days, totals, strict=True):
        entries.append(
            {
                "day": day.abbreviation,
                "day_name": day.name,
                "date": day.date,
                "cumulative_gamma": left,
                "pct_of_week": left / baseline * 100,
                "change_from_previous": None if previous is None else change_percent(left, previous),
                "is_today": day.is_today,
                "has_expiration": total > 0,
            }
        )
        previous = left
        if total > 0:
            left -= total
    return entries


def change_percent(left: float, previous: float) -> float:
    """Return the change against the day before in percent, 0 when nothing was left then."""
    return (left - previous) / previous * 100 if previous > 0 else 0


def decay_pattern(wednesday_pct: float) -> str:
    """Return when most of the week's gamma expires, by what is left on Wednesday morning."""
    if wednesday_pct < FRONT_LOADED_BELOW:
        return "FRONT_LOADED"
    return "BACK_LOADED" if wednesday_pct > BACK_LOADED_ABOVE else "BALANCED"
