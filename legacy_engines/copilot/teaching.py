"""A lesson on gamma exposure without the model, with today's figures as the example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from legacy_engines.copilot.context import BILLION
from legacy_engines.gex.mm_state import determine_mm_state

EXTREME_NEGATIVE, EXTREME_POSITIVE = -2, 2  # billions of USD of net GEX

REGIMES: Final[Mapping[str, str]] = {
    "EXTREME_NEGATIVE": (
        "Net GEX is deeply negative: dealers must trade with the move, so momentum feeds itself.\n"
        "- Buy calls on dips, with tight stops.\n"
        "- Take profits quickly.\n"
        "- It works best on Monday and Tuesday."
    ),
    "EXTREME_POSITIVE": (
        "Net GEX is strongly positive: dealers trade against the move, so price stays in a range.\n"
        "- Sell premium.\n"
        "- Fade the extremes.\n"
        "- It works best on Thursday and Friday."
    ),
    "NEUTRAL": (
        "Net GEX is between -2B and 2B: hedging alone neither drives price nor pins it.\n"
        "- Wait for a clear regime.\n"
        "- Trade tight iron condors and adjust them when price moves.\n"
        "- Do not force directional trades."
    ),
}
"""What the present regime means, by its name."""

BASICS = (
    "## What GEX is\n"
    "Gamma exposure is the dollar amount dealers must buy or sell to stay hedged when price moves. "
    "Short gamma makes them chase price, long gamma makes them lean against it."
)
CHECKLIST = (
    "## Checklist\n"
    "- Which side of zero is net GEX on, and how far?\n"
    "- How far is price from the flip?\n"
    "- Where are the call wall and the put wall?\n"
    "- Which weekday is it, and when must you be out?\n"
    "- Where is the stop, and what does it cost?"
)
MISTAKES = (
    "## Usual mistakes\n"
    "- Buying calls above 2B of net GEX.\n"
    "- Buying puts below -1B.\n"
    "- Holding directionals past Wednesday 15:00.\n"
    "- Buying options on Thursday and Friday.\n"
    "- Trading without a plan."
)
FOLLOW_UPS = (
    "## Ask next\n"
    "- How do dealers hedge as price nears the flip?\n"
    "- What makes a wall hold or break?\n"
    "- How does gamma run off through the week?"
)


def fallback_teaching(market_data: Mapping[str, Any], topic: str) -> str:
    """Return the lesson as text. A spot that is zero or missing raises ZeroDivisionError, a None TypeError."""
    net_gex = market_data.get("net_gex", 0)
    spot = market_data.get("spot_price", 0)
    flip = market_data.get("flip_point", 0)
    billions = net_gex / BILLION
    away = f"{abs(spot - flip):.2f} points, {abs((spot - flip) / spot * 100):.1f}%"
    sections = [
        f"# Lesson: {topic}",
        f"Net GEX: ${billions:.2f}B\nPrice: ${spot:.2f}\nFlip: ${flip:.2f}\nDealers: {determine_mm_state(net_gex)}",
        BASICS,
        f"## Today's regime\n{REGIMES[_regime(billions)]}",
        f"## The flip point\nBelow the flip dealers amplify moves, above it they dampen them.\n"
        f"Flip at ${flip:.2f}, price at ${spot:.2f}: {away} apart.",
        CHECKLIST,
        MISTAKES,
        FOLLOW_UPS,
    ]
    return "\n\n".join(sections)


def _regime(billions: float) -> str:
    if billions < EXTREME_NEGATIVE:
        return "EXTREME_NEGATIVE"
    return "EXTREME_POSITIVE" if billions > EXTREME_POSITIVE else "NEUTRAL"
