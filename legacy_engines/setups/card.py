"""How the old program showed a setup: grade, estimated profit, the bars of risk and reward (legacy pages, C-8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

HIGH_CONFIDENCE: Final = 80
GRADES: Final = ((HIGH_CONFIDENCE, "A", "🏆"), (70, "B", "⭐"))
OTHER_GRADE: Final = ("C", "📊")
PROFIT_PER_PERCENT: Final = 4.2  # dollars
DEFAULT_RISK: Final = 420.0  # dollars
DEFAULT_RISK_REWARD: Final = 2.0
UNKNOWN_PROFIT: Final = "TBD"


def grade_of(confidence: float) -> tuple[str, str]:
    """Return letter and badge of a confidence in percent."""
    return next(((letter, badge) for least, letter, badge in GRADES if confidence >= least), OTHER_GRADE)


def estimated_profit(setup: Mapping[str, Any]) -> str:
    """Return "+$N", or TBD where entry or first target is no plain number once the dollar sign is gone."""
    entry, target = _number(setup.get("entry")), _number(setup.get("target_1"))
    if not entry or target is None:
        return UNKNOWN_PROFIT
    return f"+${abs((target - entry) / entry * 100 * PROFIT_PER_PERCENT):.0f}"


def risk_and_reward(setup: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """Return (ratio, risk, reward) in dollars, None where the text of `max_risk` is no number."""
    ratio = float(setup.get("risk_reward", DEFAULT_RISK_REWARD))
    risk = _number(setup.get("max_risk", DEFAULT_RISK))
    return None if risk is None else (ratio, risk, risk * ratio)


def high_confidence(setups: list[dict[str, Any]]) -> int:
    """Return how many setups reach 80 % (C-10)."""
    return sum(setup.get("confidence", 0) >= HIGH_CONFIDENCE for setup in setups)


def _number(text: Any) -> float | None:
    try:
        return float(str(text).replace("$", "").replace(",", ""))
    except ValueError:
        return None
