"""A closed trade looked at again: what went right, what went wrong, and a grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SQUEEZE_GEX = -1e9
PINNING_GEX = 2e9

GOOD_ENTRY_DAY = "Entered early in the week, with time for the move to work"
BAD_ENTRY_DAY = "Bought options late in the week, into the weekend's decay"
QUICK_TRADE = "In and out quickly (days held: {days}), before decay could do much"
HELD_TOO_LONG = "Held too long (days held: {days}): a gamma move is usually over sooner"
CALL_WITH_NEGATIVE_GEX = "Calls in negative GEX: dealer hedging adds force to a move up"
CALL_AGAINST_POSITIVE_GEX = "Calls against strongly positive GEX: dealers sold into the rally"
PUT_AGAINST_NEGATIVE_GEX = "Puts against negative GEX: a squeeze higher could run them over at any time"

EXCELLENT_EXECUTION = "Excellent execution: several rules were kept at once. Repeat this setup."
PROFITABLE_COULD_IMPROVE = "Profitable, with room to improve: wait for more factors to line up."
MULTIPLE_MISTAKES = "Several mistakes came together: go through the checklist before the next entry."
SMALL_MISTAKE = "A loss without a pattern of mistakes: keep the size and the rules."


class PostMortemAnalyzer:
    """Judge a trade by entry day, holding time and net GEX at entry."""

    @staticmethod
    def analyze_trade(trade_data: Mapping[str, Any]) -> dict[str, Any]:
        """Return summary, P&L (USD), its percentage (unrounded), the lines for and against, the lesson and the grade.

        Deliberate (intelligence 9): a P&L of zero or NaN is a loss, and there is no C.
        """
        entry = trade_data.get("entry_price", 0)
        leave = trade_data.get("exit_price", 0)
        pnl = trade_data.get("pnl", 0)
        strategy = trade_data.get("strategy", "Unknown")
        day = trade_data.get("day_entered", "Unknown")
        days = trade_data.get("hold_time_days", 0)
        net_gex = trade_data.get("entry_gex", 0)
        kind = strategy.lower()

        lines = [*_day_lines(day, kind), *_holding_lines(days), *_gamma_lines(kind, net_gex)]
        right = [line for is_right, line in lines if is_right]
        wrong = [line for is_right, line in lines if not is_right]
        grade, lesson = _grade(pnl, right=len(right), wrong=len(wrong))
        return {
            "trade_summary": f"{strategy} - {'WIN' if pnl > 0 else 'LOSS'}",
            "pnl": pnl,
            "pnl_pct": (leave / entry - 1) * 100 if entry > 0 else 0,
            "what_went_right": right,
            "what_went_wrong": wrong,
            "key_lessons": [lesson],
            "grade": grade,
        }


def _day_lines(day: str, kind: str) -> Iterator[tuple[bool, str]]:
    if day in ("Monday", "Tuesday"):
        yield True, GOOD_ENTRY_DAY
    elif day in ("Thursday", "Friday") and "long" in kind:
        yield False, BAD_ENTRY_DAY


def _holding_lines(days: float) -> Iterator[tuple[bool, str]]:
    if days <= 2:
        yield True, QUICK_TRADE.format(days=days)
    elif days >= 4:
        yield False, HELD_TOO_LONG.format(days=days)


def _gamma_lines(kind: str, net_gex: float) -> Iterator[tuple[bool, str]]:
    if "call" in kind and net_gex < SQUEEZE_GEX:
        yield True, CALL_WITH_NEGATIVE_GEX
    elif "call" in kind and net_gex > PINNING_GEX:
        yield False, CALL_AGAINST_POSITIVE_GEX
    if "put" in kind and net_gex < SQUEEZE_GEX:
        yield False, PUT_AGAINST_NEGATIVE_GEX


def _grade(pnl: float, *, right: int, wrong: int) -> tuple[str, str]:
    if pnl > 0:
        return ("A", EXCELLENT_EXECUTION) if right >= 2 else ("B", PROFITABLE_COULD_IMPROVE)
    return ("F", MULTIPLE_MISTAKES) if wrong >= 2 else ("D", SMALL_MISTAKE)
