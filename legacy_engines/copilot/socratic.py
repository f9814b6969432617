"""Answer a request for a trade with the questions a trader should have answered first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ALWAYS = (
    "What is net GEX right now, in billions, and which side of zero is it on?",
    "Are dealers trapped and forced to chase price, or defending and leaning against it?",
    "Which weekday is it, and what does that do to a directional option?",
    "Where is your stop, and what will you do the moment it trades?",
)
BRANCHES: Final[Mapping[str, tuple[str, str, str]]] = {
    "CALL_BUY": (
        "Why should price go up from here rather than tomorrow?",
        "Which GEX level holds the trade up if price dips first?",
        "What happens to your calls if net GEX is positive and dealers sell the rally?",
    ),
    "PUT_BUY": (
        "Why should price go down from here rather than tomorrow?",
        "Which GEX level gives way, and what lies below it?",
        "Are dealers forced to buy the dip you are betting on?",
    ),
    "PREMIUM": (
        "What range do you expect until expiration, in points?",
        "How much premium do you collect for each dollar at risk?",
        "Which event or level ends the range and the trade with it?",
    ),
    "GENERAL": (
        "How many dollars do you want to make on this trade?",
        "What is the most you may lose on it?",
        "When must the move have happened for the trade to be right?",
    ),
}
"""The three closing questions, by what the request is about."""
SOCRATIC_REQUESTS = ("should i", "what should", "tell me", "give me", "best trade")


class SocraticQuestioner:
    """Ask instead of answering. Deliberate (intelligence 16): the market analysis does not use it."""

    @staticmethod
    def generate_questions(query: str, market_data: Mapping[str, Any]) -> list[str]:
        """Return seven numbered questions: four that always apply and three on the kind of trade asked for."""
        questions = (*ALWAYS, *BRANCHES[_branch(query.lower())])
        return [f"{number}. {question}" for number, question in enumerate(questions, 1)]

    @staticmethod
    def should_use_socratic_mode(query: str) -> bool:
        """Return whether the request asks to be told what to do."""
        text = query.lower()
        return any(phrase in text for phrase in SOCRATIC_REQUESTS)


def _branch(text: str) -> str:
    if "buy" in text and "call" in text:
        return "CALL_BUY"
    if "buy" in text and "put" in text:
        return "PUT_BUY"
    return "PREMIUM" if "sell" in text or "premium" in text else "GENERAL"
