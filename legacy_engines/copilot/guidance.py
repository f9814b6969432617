"""What this week's gamma decay means for the choice of strategy, and the gamma figures shown to the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BILLION = 1e9
DANGEROUS = frozenset({"EXTREME", "ELEVATED"})
HIGH_DECAY_PERCENT = 60
EARLY_WEEK = frozenset({"Monday", "Tuesday", "Wednesday"})
THURSDAY = 3  # index in the daily breakdown, which starts on Monday

STANDARD_NOTES = "standard thresholds apply"
UNAVAILABLE = (
    "Gamma guidance: no weekly gamma data. Take a balanced approach with moderate positioning "
    "and let price confirm before adding size."
)


def usable(gamma_intel: Mapping[str, Any] | None) -> bool:
    """Return whether weekly gamma intelligence is there and says it succeeded."""
    return bool(gamma_intel and gamma_intel.get("success"))


def gamma_guidance(gamma_intel: Mapping[str, Any] | None) -> str:
    """Return which strategies to favour and avoid, from the first rule that applies. Percents are rounded to whole."""
    if not gamma_intel or not usable(gamma_intel):
        return UNAVAILABLE
    daily = gamma_intel["daily_impact"]
    if daily["risk_level"] in DANGEROUS:
        return _extreme_decay(daily["impact_pct"])
    weekly = gamma_intel["weekly_evolution"]
    decay = weekly["total_decay_pct"]
    if not decay > HIGH_DECAY_PERCENT:
        return _balanced(decay)
    breakdown = weekly["daily_breakdown"]
    if gamma_intel.get("current_day", "Unknown") in EARLY_WEEK:
        return _high_decay_early(decay, breakdown[THURSDAY]["pct_of_week"])
    return _high_decay_late(decay, breakdown[-1]["pct_of_week"], breakdown[0]["pct_of_week"])


def gamma_block(gamma_intel: Mapping[str, Any]) -> str:
    """Return today's, this week's and each day's gamma figures: USD in billions, percents whole."""
    weekly = gamma_intel["weekly_evolution"]
    volatility = gamma_intel["volatility_potential"]
    highest = volatility["highest_risk_day"]
    return "\n".join(
        [
            *_daily_lines(gamma_intel["daily_impact"]),
            *_weekly_lines(weekly),
            "Volatility potential by day:",
            *(f"- {day['day_name']}: {day['vol_pct']:.0f}% ({day['risk_level']})" for day in volatility["by_day"]),
            f"Highest risk day: {highest['day_name']} at {highest['vol_pct']:.0f}%",
        ]
    )


def _daily_lines(daily: Mapping[str, Any]) -> list[str]:
    notes = daily["context_notes"]
    return [
        f"Gamma today: {_billions(daily['today_total_gamma'])}",
        f"After today's close: {_billions(daily['tomorrow_total_gamma'])}",
        f"Expiring today: {_billions(daily['expiring_today'])}, an impact of {daily['impact_pct']:.0f}%",
        f"Daily risk level: {daily['risk_level']}",
        f"Risk notes: {' | '.join(notes) if notes else STANDARD_NOTES}",
    ]


def _weekly_lines(weekly: Mapping[str, Any]) -> list[str]:
    breakdown = weekly["daily_breakdown"]
    current = next((f"{day['pct_of_week']}%" for day in breakdown if day["is_today"]), "N/A")
    return [
        f"Monday baseline: {_billions(weekly['monday_baseline'])}",
        f"Left of the week's gamma now: {current}",
        f"Friday end: {_billions(weekly['friday_end'])}, {breakdown[-1]['pct_of_week']:.0f}% of the week",
        f"Weekly decay: {weekly['total_decay_pct']:.0f}%, pattern {weekly['decay_pattern']}",
    ]


def _billions(dollars: float) -> str:
    return f"${dollars / BILLION:.2f}B"


def _extreme_decay(impact: float) -> str:
    return "\n".join(
        [
            f"Gamma guidance: extreme decay. {impact:.0f}% of gamma expires today.",
            f"- With {impact:.0f}% gone, what pins price now will not pin it after the close.",
            "- AVOID: iron condors, credit spreads, range plays.",
            "- FAVOUR: directional options of 0.4 to 0.5 delta, at-the-money straddles, "
            "and positioning at 15:45 for the next day.",
        ]
    )


def _high_decay_early(decay: float, thursday: float) -> str:
    return "\n".join(
        [
            f"Gamma guidance: high decay, early in the week. {decay:.0f}% of the week's gamma runs off by Friday.",
            f"- By Thursday {thursday:.0f}% of it is left, so the pin holds now and loosens later.",
            "- FAVOUR: iron condors, credit spreads and other theta trades with wings at 0.15 to 0.20 delta.",
            "- AVOID: directional options and 0DTE.",
            "- SWITCH on Thursday or Friday, once the pin is gone.",
        ]
    )


def _high_decay_late(decay: float, last: float, first: float) -> str:
    return "\n".join(
        [
            f"Gamma guidance: high decay, late in the week. {decay:.0f}% of the week's gamma runs off.",
            f"- Friday keeps {last:.0f}% of it; the week began with {first:.0f}%.",
            f"- With {last:.0f}% left, dealers hardly dampen moves.",
            "- FAVOUR: directional options of 0.5 to 0.6 delta, momentum, expiries of next week.",
            "- AVOID: iron condors and selling premium.",
        ]
    )


def _balanced(decay: float) -> str:
    return (
        f"Gamma guidance: balanced. Weekly decay is {decay:.0f}%: every kind of strategy is viable; "
        "choose by price, walls and volatility."
    )
