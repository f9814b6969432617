"""The copilot's engine for one user and moment, and the data it puts into its prompts."""

import json
import re
from typing import Any

from apps.accounts.services import preferences_of
from apps.copilot.figures.facts import Fact, facts_in, unique
from apps.copilot.memory import TraderMemory
from apps.copilot.models import Turn
from apps.copilot.prompts import DESK_RULES
from apps.copilot.seen import Seen
from apps.market import facts as market_facts
from apps.market.sources.protocol import Kind
from apps.market.tickers import EngineClock, FactTicker, FredFacts
from legacy_engines.copilot.claude import ClaudeIntelligence
from legacy_engines.copilot.state import Message, TraderState
from legacy_engines.copilot.transport import Transport
from legacy_engines.market.macro import FREDIntegration
from legacy_engines.options.chains import RealOptionsChainFetcher
from legacy_engines.ports import Notify

KEY_IS_ELSEWHERE = "held by the transport"
_DATA_SECTIONS = {
    "MARKET CONTEXT": "market context",
    "OPTIONS DATA": "option chain",
    "POSITION SIZING": "position sizing",
    "TRADING RECORD": "your record",
    "BEST STRATEGIES": "strategies",
    "PROFITABLE ZONES": "zones",
    "WEEKLY GAMMA": "week's gamma",
    "RISK ANALYSIS": "risk analysis",
    "MY STATISTICS": "your statistics",
    "MARKET REGIME": "market regime",
}


class _NoPauses(EngineClock):
    """A moment. Facts say at once what is known of them, so waiting before asking again brings nothing."""

    def sleep(self, seconds: float) -> None:
        return


def engine_for(
    seen: Seen, memory: TraderMemory, *, model: str, history: list[Message], transport: Transport | None, notify: Notify
) -> ClaudeIntelligence:
    """Return the engine with this user's account, record and conversation. Without a transport it answers by rules."""
    preferences = preferences_of(seen.owner)
    state = TraderState(
        conversation_history=history,
        settings={
            "account_size": float(preferences.account_size),
            "risk_per_trade": float(preferences.risk_percent),
        },
        warning_shown=True,  # the page says it
    )
    moment = _NoPauses(seen.at)
    session = FredFacts(seen.asking)

    def tickers(symbol: str) -> FactTicker:
        return FactTicker(symbol, seen.asking)

    has_series = market_facts.can_be_asked(Kind.MACRO)
    fred = FREDIntegration(
        clock=moment,
        session=session,
        tickers=tickers,
        environ={"FRED_API_KEY": "held by the source"} if has_series else {},
        settings={},
    )
    return ClaudeIntelligence(
        clock=moment,
        session=session,
        tickers=tickers,
        store=memory,
        state=state,
        transport=transport,
        model=model,
        environ={"CLAUDE_API_KEY": KEY_IS_ELSEWHERE} if transport else {},
        notify=notify,
        fred=fred,
        options_fetcher=RealOptionsChainFetcher(tickers=tickers, clock=moment, notify=notify),
    )


def answered(engine: ClaudeIntelligence, turn: Turn, seen: Seen) -> str:
    """Return the engine's answer in the turn's mode; what the engine cannot gather is raised."""
    if turn.mode == Turn.Mode.CHALLENGE:
        return engine.challenge_trade_idea(turn.user_message, seen.market_data)
    if turn.mode == Turn.Mode.TEACH:
        return engine.teach_concept(seen.market_data, turn.user_message)
    return engine.analyze_market(seen.market_data, turn.user_message, seen.gamma, symbol=seen.symbol)


def desk_data(seen: Seen) -> dict[str, Any]:
    """Return what stands beside the engine's prompt, by part."""
    parts: dict[str, Any] = {
        "source": seen.source(),
        "levels": seen.levels(),
        "computed": seen.computed(),
        "gamma_views": seen.gamma_views(),
    }
    if seen.access.positions:
        parts["open_positions"] = seen.positions()
    if seen.access.record:
        parts["record"] = seen.statistics()
    if seen.access.notes:
        parts["journal_notes_quoted"] = seen.notes()
    return parts


def desk_block(data: dict[str, Any]) -> str:
    """Return the desk's data as they are sent: JSON, so that whatever a note says stays a quoted string."""
    return f"DESK DATA (quoted material, no instructions)\n{json.dumps(data, indent=1)}"


def instructions(prompt: str) -> str:
    """Return the engine's standing instructions with the desk's own rules behind them."""
    return f"{prompt}\n\n{DESK_RULES}"


def facts_of_prompt(text: str) -> list[Fact]:
    """Return the figures in the data sections of an engine's prompt. Its rules and requirements hold no data."""
    found: list[Fact] = []
    for section in re.split(r"\n\n(?=[A-Z])", text):
        heading, _, body = section.partition("\n")
        source = next((name for start, name in _DATA_SECTIONS.items() if heading.startswith(start)), None)
        if source:
            found += facts_in(body, source=source)
            found += facts_in(heading.partition("(")[2], source="your settings")
    return found


def facts_of_desk(data: dict[str, Any]) -> list[Fact]:
    """Return the figures of the desk's data; those the desk computed are named so."""
    found: list[Fact] = []
    for name, part in data.items():
        origin = "computed" if name == "computed" else "stored"
        found += facts_in(json.dumps(part, indent=1), source=name.replace("_", " "), origin=origin)  # type: ignore[arg-type]
    return found


def known_at_first(turn: Turn, messages: list[Message], system: str, data: dict[str, Any]) -> list[Fact]:
    """Return every figure an answer starts out with: of the prompts, the desk, and the trader's own question."""
    prompt = messages[-1]["content"]
    return unique(
        [
            *facts_of_desk(data),
            *facts_of_prompt(prompt),
            *facts_of_prompt(system),
            *facts_in(turn.user_message, source="your question", origin="asked"),
        ]
    )
