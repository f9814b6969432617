"""Recommendations, conversations with the AI, and the auto trader's log."""

from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Any

import msgspec

from alphagex import clock
from apps.autotrader.models import AutonomousLog
from apps.copilot.models import Chat, Turn
from apps.copilot.prose import plain_blocks
from apps.ideas.models import TradeIdea
from apps.legacy_import.columns import needed, symbol, told
from apps.legacy_import.moments import UTC, at_day_and_time, moment, stamp
from apps.legacy_import.sources import Row
from apps.legacy_import.takers.plain import PlainTaker
from apps.legacy_import.takers.protocol import Import
from apps.legacy_import.values import UnreadableError, Value, amount, number, text, whole
from apps.market.watching import SymbolError, parse_symbol

ORIGIN = "Old program"
USUAL_CONFIDENCE = 50.0


class IdeaTaker:
    """`recommendations`: setups that were logged. What the log here has no column for stays among its details."""

    target = TradeIdea._meta.db_table
    sums = ("confidence", "entry_price")
    identity = ("id", "timestamp", "symbol", "strategy")
    is_of_file = False

    def __init__(self, run: Import) -> None:
        self._run = run

    def read(self, row: Row) -> TradeIdea:
        """Return the idea unsaved. Raises UnreadableError."""
        at = needed(row, "timestamp", lambda value: moment(value, UTC))
        entry: Decimal = needed(row, "entry_price", amount)
        target, stop = told(row, "target_price", number, "target"), told(row, "stop_price", number, "stop")
        details = {
            "target_price": target,
            "stop_price": stop,
            "option_strike": told(row, "option_strike", number),
            "option_type": told(row, "option_type", text),
            "dte": told(row, "dte", whole),
            "outcome": told(row, "outcome", text),
            "pnl": told(row, "pnl", number),
        }
        strategy = needed(row, "strategy", lambda value: text(value, longest=200)).strip()
        if not strategy:
            raise UnreadableError("strategy is missing")
        return TradeIdea(
            user=self._run.owner,
            created_at=at,
            as_of=at,
            taken_for="log",
            origin=ORIGIN,
            symbol=needed(row, "symbol", symbol),
            strategy=strategy,
            confidence=told(row, "confidence", lambda value: number(value, is_percent=True)),
            entry_price=round(entry, 4),
            reasoning=told(row, "reasoning", text) or "",
            mm_behavior=told(row, "mm_behavior", text) or "",
            terms={
                "entry": f"{entry}",
                "target": "" if target is None else f"{target}",
                "stop": "" if stop is None else f"{stop}",
                "max_risk": "",
                "size": "",
                "expiration": None,
                "legs": [],
                "details": {name: value for name, value in details.items() if value is not None},
            },
        )

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store the ideas and return their places."""
        return [(self.target, one.pk) for one in TradeIdea.objects.bulk_create([idea for _, idea in found])]

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Nothing follows."""


class ConversationTaker:
    """`conversations`: questions and answers without a thread. Those of one day become one chat of the copilot."""

    target = Turn._meta.db_table
    sums: Sequence[str] = ()  # a missing confidence becomes the usual one
    identity: Sequence[str] = ()
    is_of_file = False

    def __init__(self, run: Import) -> None:
        self._run = run
        self._chats: dict[str, Chat] = {}

    def read(self, row: Row) -> Turn:
        """Return the turn unsaved and without its chat. Raises UnreadableError."""
        at = needed(row, "timestamp", lambda value: moment(value, UTC))
        context = told(row, "context_data", _context)
        answer = told(row, "ai_response", text) or ""
        confidence = told(row, "confidence_score", lambda value: number(value, is_percent=True))
        return Turn(
            key=row.digest[:40],
            timestamp=at,
            symbol=_symbol_of(context),
            mode=Turn.Mode.ANALYZE,
            user_message=told(row, "user_message", text) or "",
            ai_response=answer,
            answer_html=plain_blocks(answer),
            context_data=context,
            confidence_score=USUAL_CONFIDENCE if confidence is None else confidence,
            status=Turn.Status.DONE,
            author=Turn.Author.CLAUDE,
            started_at=at,
            finished_at=at,
        )

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store the turns in the chats of their days and return their places."""
        for row, turn in found:
            turn.chat = self._chat(turn)
            turn.key = f"{row.digest[:36]}{row.copy}"
        return [(self.target, one.pk) for one in Turn.objects.bulk_create([turn for _, turn in found])]

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Nothing follows."""

    def _chat(self, turn: Turn) -> Chat:
        title = f"{ORIGIN}, {clock.in_new_york(turn.timestamp):%-d %b %Y}"
        if title not in self._chats:
            self._chats[title], _ = Chat.objects.get_or_create(
                owner=self._run.owner,
                title=title,
                defaults={"created_at": turn.timestamp, "changed_at": turn.timestamp},
            )
        chat = self._chats[title]
        if turn.timestamp > chat.changed_at:
            chat.changed_at = turn.timestamp
            chat.save(update_fields=["changed_at"])
        return chat


class LogTaker(PlainTaker):
    """The auto trader's log. Its lines name positions by their old ids; ids that name none are let go."""

    def __init__(self, run: Import) -> None:
        super().__init__(AutonomousLog, ours={"owner": run.owner}, zone=run.zone)
        self.sums = [name for name in self.sums if name != "position_id"]
        self._run = run

    def read(self, row: Row) -> AutonomousLog:
        """Return the line unsaved. Raises UnreadableError."""
        found = super().read(row)
        if not isinstance(found, AutonomousLog):
            raise TypeError("A log line is read into another model.")
        at = at_day_and_time(row.get("date"), row.get("time"), self._run.zone, without_time=time.min)
        if at is None or not found.time.strip():
            raise UnreadableError("date or time is missing")
        found.date, found.time = stamp(at).split(" ")
        found.position_id = self._run.positions.get(str(found.position_id))
        return found


def _context(value: Value) -> dict[str, Any]:
    """Return the market data of an answer; what is no JSON object stays readable as text."""
    found = text(value)
    if not found:
        return {}
    try:
        decoded = msgspec.json.decode(found)
    except (msgspec.DecodeError, RecursionError):
        return {"text": found}
    return decoded if isinstance(decoded, dict) and _is_storable(found) else {"text": found}


def _is_storable(found: str) -> bool:
    return "\\u0000" not in found


def _symbol_of(context: Mapping[str, Any]) -> str:
    try:
        return parse_symbol(str(context.get("symbol", "")))
    except SymbolError:
        return ""
