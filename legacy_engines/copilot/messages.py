"""What is asked of the model: the user messages of a market analysis, a challenged idea and a lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from legacy_engines.copilot.context import as_json
from legacy_engines.copilot.guidance import gamma_block, gamma_guidance, usable
from legacy_engines.copilot.state import Message

WINDOW = 10

REQUIREMENTS = """\
REQUIREMENTS
1. Start the answer with the ticker: {symbol}
2. Use the real option chain above; if it is empty, say so and invent no quotes.
3. Include the Greeks.
4. Take the number of contracts from the position sizing.
5. Give at least one concrete trade.
6. State its probability.
7. Never answer "no setup".
8. Quote the real bid and ask.
9. Explain what the Greeks do to the trade.
10. Give exact entry and exit.
11. Follow the gamma guidance."""

REMINDER = (
    "The gamma guidance above, what to favour and what to avoid, is binding. "
    "It rests on measured decay, not on opinion."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisFacts:
    """Everything a market analysis is asked with. account_size: USD. risk_pct: percent of the account."""

    symbol: str
    context: Mapping[str, Any]
    options_data: Mapping[str, Any]
    account_size: Any
    risk_pct: Any
    position_sizing: Mapping[str, Any]
    record: str
    strategies: Mapping[str, Any]
    zones: Mapping[str, Any]
    gamma_intel: Mapping[str, Any] | None
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedAnalysis:
    """A market analysis ready to be sent: the conversation to send and the market data it rests on."""

    question: str
    market_data: dict[str, Any]
    messages: list[Message]


def analysis_message(facts: AnalysisFacts) -> str:
    """Return the final user message of a market analysis. A missing highest risk day raises TypeError."""
    account = f"account ${facts.account_size}, risk {facts.risk_pct}% per trade"
    gamma = gamma_block(facts.gamma_intel) if facts.gamma_intel and usable(facts.gamma_intel) else ""
    sections = [
        f"SYMBOL: {facts.symbol}",
        f"MARKET CONTEXT\n{as_json(facts.context)}",
        f"OPTIONS DATA\n{as_json(facts.options_data)}",
        f"POSITION SIZING ({account})\n{as_json(facts.position_sizing)}",
        f"TRADING RECORD\n{facts.record}",
        f"BEST STRATEGIES\n{as_json(facts.strategies)}",
        f"PROFITABLE ZONES\n{as_json(facts.zones)}",
        *([f"WEEKLY GAMMA\n{gamma}"] if gamma else []),
        gamma_guidance(facts.gamma_intel),
        f"QUESTION: {facts.question}",
        REQUIREMENTS.format(symbol=facts.symbol),
        f"Size for {account}.",
        REMINDER,
    ]
    return "\n\n".join(sections)


def with_history(history: Sequence[Message], final: str) -> list[Message]:
    """Return copies of the last ten messages and the final one.

    Deliberate (intelligence 10): the window may start with an answer, and the question comes twice, raw and dressed.
    The application drops leading answers, as the API wants the conversation to start with the user.
    """
    return [*(dict(message) for message in history[-WINDOW:]), {"role": "user", "content": final}]


def challenge_message(
    idea: str, *, context: Mapping[str, Any], risk: Mapping[str, Any], record: str, strategies: Mapping[str, Any]
) -> str:
    """Return the request to take a trade idea apart."""
    return "\n\n".join(
        [
            "You are my trading mentor. Challenge this idea as hard as you can; do not agree to be polite.",
            f"IDEA: {idea}",
            f"MARKET CONTEXT\n{as_json(context)}",
            f"RISK ANALYSIS\n{as_json(risk)}",
            f"TRADING RECORD\n{record}",
            f"BEST STRATEGIES\n{as_json(strategies)}",
            "ANSWER\n"
            "1. Verdict: GOOD, RISKY or TERRIBLE.\n"
            "2. How it fails, including what dealers do against it and my own win rate.\n"
            "3. Risk to reward.\n"
            "4. Two or three better trades.\n"
            "5. If it is good: entry, target, stop and what invalidates it.\n"
            "6. What to learn from it.\n"
            "Refuse directional trades late on Wednesday, on Thursday and on Friday.",
        ]
    )


def teaching_message(topic: str, *, context: Mapping[str, Any], personal_stats: Mapping[str, Any]) -> str:
    """Return the request for a lesson on a topic with today's market as the example."""
    return "\n\n".join(
        [
            "You are an educator for options traders. Teach me the topic with the market as it is right now.",
            f"TOPIC: {topic}",
            f"MARKET CONTEXT\n{as_json(context)}",
            f"MY STATISTICS\n{as_json(personal_stats)}",
            "LESSON\n"
            "1. The concept.\n"
            "2. A live example with today's figures.\n"
            "3. What goes on in the dealer's head.\n"
            "4. A checklist to use.\n"
            "5. The usual mistakes.\n"
            "6. What my own statistics say about it.\n"
            "7. One thing to take away for today.",
        ]
    )
