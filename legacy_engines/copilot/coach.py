"""Notice the habits that cost traders money: overtrading, revenge, ignored advice, bad hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from legacy_engines.market.market_time import is_market_open
from legacy_engines.ports import Clock, new_york_now, utc_now

TRADE_WORDS = ("trade", "buy", "sell", "calls", "puts", "position")
LOSS_WORDS = ("loss", "lost", "down", "stopped out", "wrong", "failed")
RECENT_MESSAGES = 10
LOSS_MESSAGES = 3
TOO_MANY_REQUESTS = 4
MESSAGES_BEFORE_ADVICE = 4
WEDNESDAY, WEDNESDAY_EXIT_HOUR = 2, 15

REVENGE_TRADING = (
    "Revenge trading: you just spoke of a loss and now want the next trade. "
    "Step away; a trade that has to win money back is sized and timed by emotion."
)
IGNORING_ADVICE = (
    "Ignoring advice: the last answer called this idea bad and you are going back to it. "
    "Say what changed in the market, or leave it."
)
TIMING_VIOLATION = (
    "Timing: it is Wednesday after 3 PM. Directional positions are closed by now, not opened; "
    "decay into Friday works against every long option."
)


class PsychologicalCoach:
    """Look for red flags in a conversation.

    The three attributes are part of the old interface. Deliberate (intelligence 6): no rule reads them.
    """

    def __init__(self, *, clock: Clock) -> None:
        self.clock = clock
        self.session_trade_count = 0
        self.last_loss_time: datetime | None = None
        self.ignored_warnings: list[str] = []

    def analyze_behavior(
        self, conversation_history: Sequence[Mapping[str, Any]], current_request: str
    ) -> dict[str, Any]:
        """Return severity, red flags, the number of recent trade requests and whether coaching is needed.

        Deliberate (intelligence 15): words match inside other words, and the severity is that of the last rule that
        sets it, not the highest.
        """
        request = current_request.lower()
        recent = _said_by("user", conversation_history[-RECENT_MESSAGES:])
        trade_requests = sum(_has(TRADE_WORDS, text.lower()) for text in recent)
        wants_trade = _has(TRADE_WORDS, request)
        severity = "normal"
        flags: list[dict[str, str]] = []

        if trade_requests >= TOO_MANY_REQUESTS:
            flags.append(_flag("OVERTRADING", _overtrading(trade_requests), "high"))
            severity = "high"
        if wants_trade and _has(LOSS_WORDS, " ".join(recent[-LOSS_MESSAGES:]).lower()):
            flags.append(_flag("REVENGE_TRADING", REVENGE_TRADING, "critical"))
            severity = "critical"
        if _ignores_advice(conversation_history, request):
            flags.append(_flag("IGNORING_ADVICE", IGNORING_ADVICE, "medium"))
            severity = "medium" if severity == "normal" else severity
        if wants_trade and not is_market_open(clock=self.clock):
            flags.append(_flag("AFTER_HOURS", self._after_hours(), "low"))
        if self._late_on_wednesday() and _has(("call", "put"), request):
            flags.append(_flag("TIMING_VIOLATION", TIMING_VIOLATION, "critical"))
            severity = "critical"
        return {
            "severity": severity,
            "red_flags": flags,
            "trade_request_count": trade_requests,
            "coaching_needed": bool(flags),
        }

    def _after_hours(self) -> str:
        utc, eastern = utc_now(self.clock), new_york_now(self.clock)
        return (
            f"After hours: the market is closed at {utc:%H:%M} UTC ({eastern:%I:%M %p} ET). "
            "Plan the trade now, price it when quotes are live."
        )

    def _late_on_wednesday(self) -> bool:
        # Deliberate (intelligence 6): Thursday and Friday raise no flag here.
        now = new_york_now(self.clock)
        return now.weekday() == WEDNESDAY and now.hour >= WEDNESDAY_EXIT_HOUR


def _overtrading(count: int) -> str:
    return f"Overtrading: {count} trade requests in your latest messages. Pick the best one and let it work."


def _flag(kind: str, message: str, severity: str) -> dict[str, str]:
    return {"type": kind, "message": message, "severity": severity}


def _has(words: Sequence[str], text: str) -> bool:
    return any(word in text for word in words)


def _said_by(role: str, messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the contents of one side, oldest first; a missing content is empty."""
    return [message.get("content", "") for message in messages if message.get("role") == role]


def _ignores_advice(history: Sequence[Mapping[str, Any]], request: str) -> bool:
    """Return whether the newest answer warned and the request goes on regardless."""
    answers = _said_by("assistant", history) if len(history) >= MESSAGES_BEFORE_ADVICE else []
    if not answers or not answers[-1]:
        return False
    return _has(("terrible", "risky"), answers[-1].lower()) and _has(("still", "but"), request)
