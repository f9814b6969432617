"""Intelligence, part 1: the copilot, the coach and the Socratic questions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from legacy_engines.copilot import ClaudeRequestError, TraderState
from legacy_engines.copilot.claude import NO_ANSWER, REFUSAL
from legacy_engines.intelligence_and_strategies import ClaudeIntelligence, PsychologicalCoach, SocraticQuestioner
from tests.parity.areas import intelligence_claude_text as text_of
from tests.parity.areas.intelligence_markets import UNLISTED_TIMES, CannedTickers, FrozenClock, UnreadableSettings
from tests.parity.areas.intelligence_values import typed
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import CannedSession, SqliteStore, clock_of

LOGGED = ("user_message", "ai_response", "context_data", "confidence_score")


class CannedGex:
    """The shared GEX client, and what it was asked for."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.asked: str | None = None

    def get_gex_data(self, symbol: str) -> dict[str, Any]:
        self.asked = symbol
        if self.answer and self.answer.get("$raise"):
            raise ConnectionError("the GEX source does not answer")
        return self.answer


class World:
    """A copilot in the world of a case, and what it does there."""

    def __init__(self, case: Case) -> None:
        state = case.state
        clock = FrozenClock(clock_of(case).instant.isoformat())
        self.session = CannedSession([_as_connection_error(entry) for entry in case.env.get("http") or []])
        self.store = SqliteStore(clock, tables=state.get("db") != "no_tables")
        for table, rows in (case.env.get("db_rows") or {}).items():
            nothing = {UNLISTED_TIMES[table]: None} if table in UNLISTED_TIMES else {}
            self.store.load({table: [{**nothing, **row} for row in rows]})
        self.notices: list[tuple[str, str]] = []
        self.gex = CannedGex(state["gex_api"]) if "gex_api" in state else None
        self.trader = TraderState(
            conversation_history=list(state.get("conversation_history") or []),
            settings=state.get("session_state") or {},
        )
        self.claude = ClaudeIntelligence(
            clock=clock,
            session=self.session,
            tickers=CannedTickers(case.env.get("yfinance") or {}),
            store=self.store,
            state=self.trader,
            environ=state.get("environ") or {},
            settings=UnreadableSettings() if state.get("secrets_unavailable") else state.get("secrets") or {},
            gex_client=self.gex,
            notify=lambda level, text: self.notices.append((level, text)),
        )
        for series, entry in (state.get("cache") or {}).items():
            age = timedelta(seconds=entry["age_seconds"])
            self.claude.fred.cache[series] = (entry["value"], clock.now() - age)

    def has_failed(self) -> bool:
        """Return whether it was said that the model gave no answer."""
        return any(text.startswith(NO_ANSWER) for _, text in self.notices)

    def levels(self) -> list[str]:
        return [level for level, _ in self.notices]

    def posted(self) -> dict[str, Any] | None:
        return next((sent for sent in self.session.requests if sent["method"] == "POST"), None)

    def log(self) -> list[dict[str, Any]] | None:
        try:
            rows = self.store.dump("conversations")
        except sqlite3.OperationalError:
            return None
        for row in rows:
            row["context_data"] = json.loads(row["context_data"])
        return [{name: row[name] for name in LOGGED} for row in rows]


def _as_connection_error(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry with any failure as a connection error: in this area `raise` holds no name of an error."""
    return {**entry, "raise": "ConnectionError"} if entry.get("raise") else entry


def request_values(sent: dict[str, Any]) -> dict[str, Any]:
    body = sent["json"]
    return {
        "method": sent["method"],
        "url": sent["url"],
        "timeout": sent["timeout"],
        "headers": {**sent["headers"], "x-api-key": "<key>"},
        "api_key_sent": sent["headers"]["x-api-key"],
        "body_keys": sorted(body),
        "model": body["model"],
        "max_tokens": body["max_tokens"],
        "roles": [message["role"] for message in body["messages"]],
        "system": text_of.system_values(body["system"]),
    }


def run_init(case: Case) -> dict[str, Any]:
    world = World(case)
    return {
        "api_key": world.claude.api_key,
        "model": world.claude.model,
        "conversation_history": world.trader.conversation_history,
        "account_size": world.trader.account_size,
        "risk_pct": world.trader.risk_pct,
        "warning_shown": world.trader.warning_shown,
    }


def run_warning(case: Case) -> dict[str, Any]:
    world = World(case)
    for _ in range(case.kwargs.get("calls", 1)):
        world.claude.show_api_key_warning()
    return {"notices": world.levels(), "shown": world.trader.warning_shown}


def run_settings(case: Case) -> dict[str, Any]:
    world = World(case)
    world.claude.update_account_settings()
    return {"account_size": world.trader.account_size, "risk_pct": world.trader.risk_pct}


def run_log(case: Case) -> dict[str, Any]:
    world = World(case)
    world.claude._log_conversation(*typed(case.args), **typed(case.kwargs))
    return {"rows": world.log(), "notices": world.levels()}


def run_call(case: Case) -> dict[str, Any]:
    world = World(case)
    result: dict[str, Any]
    try:
        result = {"return": world.claude._call_claude_api(*case.args, **case.kwargs)}
    except Exception as error:  # noqa: BLE001 - whatever is raised is part of the recorded outcome
        result = {"raised": "Exception" if isinstance(error, ClaudeRequestError) else type(error).__name__}
    posted = world.posted()
    return {**result, "notices": world.levels(), "request": request_values(posted) if posted else None}


def run_analyze(case: Case) -> dict[str, Any]:
    world = World(case)
    answer = world.claude.analyze_market(*typed(case.args), **typed(case.kwargs))
    warnings = [text for level, text in world.notices if level == "warning"]
    posted = world.posted()
    is_refused = not posted and answer.endswith(REFUSAL)
    result = {
        "notices": world.levels(),
        "psych": text_of.coach_flags([*warnings, answer] if is_refused else warnings),
        "history": world.trader.conversation_history,
        "log": world.log(),
        "gex_symbol_asked": world.gex.asked if world.gex else None,
    }
    if is_refused:
        return {**result, "outcome": "REFUSED"}
    if not posted:
        return {**result, "outcome": "FALLBACK", "fallback": text_of.fallback_analysis_values(answer)}
    messages = posted["json"]["messages"]
    result |= {
        "request": request_values(posted),
        "sent_history": messages[:-1],
        "message": text_of.analysis_values(messages[-1]["content"]),
    }
    if world.has_failed():
        return {**result, "outcome": "API_FAILED_FALLBACK", "fallback": text_of.fallback_analysis_values(answer)}
    return {**result, "outcome": "API", "return": answer}


def recorded_analyze(case: Case) -> Any:
    """Return what is expected with a sizing error, recorded as text, reduced like ours."""
    expected = case.expected
    if not isinstance(expected, dict) or "message" not in expected:
        return expected
    message = expected["message"]
    return {
        **expected,
        "message": {**message, "position_sizing": text_of.sizing_values(message["position_sizing"])},
    }


def asked_once(
    method: str, fallback_of: Callable[[str], dict[str, Any]], message_of: Callable[[str], dict[str, Any]]
) -> Callable[[Case], dict[str, Any]]:
    """Return how a method is run that sends one message, or falls back."""

    def run(case: Case) -> dict[str, Any]:
        world = World(case)
        answer = getattr(world.claude, method)(*typed(case.args), **typed(case.kwargs))
        posted = world.posted()
        result = {"notices": world.levels(), "history": world.trader.conversation_history, "log": world.log()}
        if posted:
            message = posted["json"]["messages"][-1]["content"]
            result |= {"request": request_values(posted), "message": message_of(message)}
        if posted and not world.has_failed():
            return {**result, "outcome": "API", "return": answer}
        outcome = "API_FAILED_FALLBACK" if posted else "FALLBACK"
        return {**result, "outcome": outcome, "fallback": fallback_of(answer)}

    return run


def run_coach(case: Case) -> dict[str, Any]:
    found = PsychologicalCoach(clock=clock_of(case)).analyze_behavior(*case.args, **case.kwargs)
    return {**found, "red_flags": [text_of.coach_values(flag) for flag in found["red_flags"]]}


def called(method: str, values: Callable[[Any], Any] = lambda result: result) -> Callable[[Case], Any]:
    """Return how a method is run that only returns something, of which `values` are recorded."""

    def run(case: Case) -> Any:
        return values(getattr(World(case).claude, method)(*typed(case.args), **typed(case.kwargs)))

    return run


CLAUDE = "intelligence_and_strategies.ClaudeIntelligence."
BINDINGS: dict[str, Binding] = {
    CLAUDE + "__init__": Binding(run_init),
    CLAUDE + "show_api_key_warning": Binding(run_warning),
    CLAUDE + "update_account_settings": Binding(run_settings),
    CLAUDE + "_build_context": Binding(called("_build_context"), ordered=True),
    CLAUDE + "_determine_mm_state": Binding(called("_determine_mm_state")),
    CLAUDE + "_calculate_trade_risk": Binding(called("_calculate_trade_risk", text_of.risk_values), ordered=True),
    CLAUDE + "_call_claude_api": Binding(run_call),
    CLAUDE + "_log_conversation": Binding(run_log),
    CLAUDE + "_fallback_analysis_with_rag": Binding(
        called("_fallback_analysis_with_rag", text_of.fallback_analysis_values)
    ),
    CLAUDE + "_fallback_challenge": Binding(called("_fallback_challenge", text_of.fallback_challenge_values)),
    CLAUDE + "_fallback_teaching": Binding(called("_fallback_teaching", text_of.fallback_teaching_values)),
    CLAUDE + "analyze_market": Binding(run_analyze, recorded=recorded_analyze),
    CLAUDE + "challenge_trade_idea": Binding(
        asked_once("challenge_trade_idea", text_of.fallback_challenge_values, text_of.challenge_values)
    ),
    CLAUDE + "teach_concept": Binding(
        asked_once("teach_concept", text_of.fallback_teaching_values, text_of.teaching_values)
    ),
    "intelligence_and_strategies.PsychologicalCoach.analyze_behavior": Binding(run_coach),
    "intelligence_and_strategies.SocraticQuestioner.generate_questions": Binding(
        lambda case: text_of.question_values(SocraticQuestioner.generate_questions(*case.args, **case.kwargs))
    ),
    "intelligence_and_strategies.SocraticQuestioner.should_use_socratic_mode": Binding(
        lambda case: SocraticQuestioner.should_use_socratic_mode(*case.args, **case.kwargs)
    ),
}
SHELL: dict[str, str] = {}
