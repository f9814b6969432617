"""How recorded texts of this area were reduced to kinds and figures, and how recorded arguments are read."""

from __future__ import annotations

import re
from typing import Any

from tests.parity.areas.trading_autonomous_world import StubSource
from tests.parity.cases import Case, frame

FIGURE = re.compile(r"(?<![\w.,])[+-]?\d[\d,]*(?:\.\d+)?%?")
REASONS = (
    ("early profit", "EARLY_PROFIT"),
    ("profit target", "PROFIT_TARGET"),
    ("stop loss", "STOP_LOSS"),
    ("expiration", "EXPIRATION"),
    ("flip", "GEX_FLIP"),
    ("manual close", "MANUAL"),
)
SUBJECT = re.compile(r"^[^:]+: (.+?)(?: wins (?:only )?-?[\dnan]+% of the time|\. Each wins at least)")
KINDS = {
    "Best strategy": "BEST_STRATEGY",
    "Struggling strategy": "STRUGGLING_STRATEGY",
    "Risk/reward issue": "RISK_REWARD_ISSUE",
    "Excellent risk/reward": "EXCELLENT_R_R",
    "Timing issue": "TIMING_ISSUE",
    "Best symbol": "BEST_SYMBOL",
    "Hot streak": "HOT_STREAK",
    "Cold streak": "COLD_STREAK",
    "Focus on quality": "FOCUS_ON_QUALITY",
    "Excellent win rate": "EXCELLENT_WIN_RATE",
    "Improve risk/reward": "IMPROVE_R_R",
    "Strong edge": "STRONG_EDGE",
    "Build sample size": "BUILD_SAMPLE_SIZE",
    "Winning strategies": "WINNING_STRATEGIES",
    "Positive expectancy": "POSITIVE_EXPECTANCY",
    "Negative expectancy": "NEGATIVE_EXPECTANCY",
}


def figures(text: str) -> list[str]:
    return [figure.replace(",", "") for figure in FIGURE.findall(text)]


def reason(text: str | None) -> Any:
    """Return a reason as it was recorded: its kind and figures; a hold is an empty text."""
    if not text:
        return text
    kind = next((kind for words, kind in REASONS if words in text.lower()), None)
    return {"kind": kind, "numbers": figures(text)} if kind else {"kind": "CUSTOM", "text": text}


def insight(text: str) -> dict[str, Any]:
    """Return an insight or recommendation as it was recorded: kind by title, whom it is about, figures."""
    kind = KINDS.get(text.split(":")[0])
    subject = SUBJECT.match(text) if kind else None
    return {"kind": kind or "DEFAULT", "subject": subject and subject[1], "numbers": figures(text)}


def arguments(case: Case) -> list[Any]:
    given: list[Any] = []
    for argument in case.args:
        if isinstance(argument, dict) and argument.get("__stub__") == "api_client":
            given.append(StubSource(case.state.get("api_client") or {}))
        else:
            given.append(frame(argument) if isinstance(argument, dict) and "columns" in argument else argument)
    return given
