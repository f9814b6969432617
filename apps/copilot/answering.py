"""Answer a question: gather what the copilot may see, let the engine ask Claude or its rules, and write it down."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.conf import settings

from alphagex import clock
from apps.copilot.claude import ClaudeError, Limits, StoppedError, StreamingClaude
from apps.copilot.engine import answered, desk_block, desk_data, engine_for, facts_of_desk, instructions, known_at_first
from apps.copilot.figures.facts import facts_in
from apps.copilot.memory import TraderMemory
from apps.copilot.models import Turn
from apps.copilot.proposals import as_json
from apps.copilot.recording import EVERY_SECONDS, Writer
from apps.copilot.rules_trade import rules_idea
from apps.copilot.seen import NothingKnownError, Seen, access_of
from apps.copilot.tools import ToolBox
from apps.market import facts
from apps.market.tickers import EngineClock
from apps.market.watching import note_watched
from legacy_engines.copilot.coach import PsychologicalCoach
from legacy_engines.copilot.json_values import make_json_serializable
from legacy_engines.copilot.state import Message
from legacy_engines.ports import NoticeLevel

log = structlog.get_logger(__name__)
NO_KEY = "No Claude key is set: this is the engine's rule-based answer."
INSTEAD = "{why} Below is the engine's rule-based answer."
CUT = "{why} The answer ends here."
CUT_BY_LENGTH = "Claude reached its limit of length; the answer ends here."
_TRADE_MODES = (Turn.Mode.ANALYZE, Turn.Mode.TRADE)
_OLD_TURNS = 20


@dataclass
class Notices:
    """What the engine says while it works. Its warnings are the coach's and the sources'."""

    warnings: list[str] = field(default_factory=list)

    def __call__(self, level: NoticeLevel, text: str) -> None:
        if level == "warning":
            self.warnings.append(text)

    @property
    def of_sources(self) -> list[str]:
        """Return what is not the coach's, whose words are a list."""
        return [text for text in self.warnings if not text.startswith("- ")]


def answer(turn_id: int, *, limits: Limits | None = None, every_seconds: float = EVERY_SECONDS) -> None:
    """Answer a waiting question. One that is taken or settled already is left alone."""
    at = clock.now()
    claimed = Turn.objects.filter(pk=turn_id, status=Turn.Status.WAITING)
    if not claimed.update(status=Turn.Status.WRITING, started_at=at, alive_at=at):
        return
    turn = Turn.objects.select_related("chat__owner__preferences").get(pk=turn_id)
    writer = Writer(turn, every_seconds=every_seconds)
    try:
        _answer(turn, writer, at=at, limits=limits or Limits.from_settings())
    except StoppedError:
        return  # settled by somebody else
    except NothingKnownError as error:
        note_watched([turn.symbol], at=at)
        writer.finish("", status=Turn.Status.FAILED, author=Turn.Author.NOBODY, notice=str(error))
    except Exception:
        writer.finish(
            writer.so_far,
            status=Turn.Status.CUT if writer.so_far else Turn.Status.FAILED,
            author=Turn.Author.CLAUDE if writer.so_far else Turn.Author.NOBODY,
            notice="The desk could not put the answer together. The log says why.",
        )
        raise


def _answer(turn: Turn, writer: Writer, *, at: datetime, limits: Limits) -> None:
    owner = turn.chat.owner
    # A worker may wait for the network, so what is due is fetched and not only put in the line.
    seen = Seen(owner=owner, symbol=turn.symbol, at=at, access=access_of(owner), ask=partial(facts.fetched, at=at))
    memory = TraderMemory(owner, is_open=seen.access.record)
    history = history_before(turn)
    notices = Notices()
    common: dict[str, Any] = {
        "context_data": make_json_serializable(seen.market_data),
        "cautions": seen.cautions,
        "warning": coach_warning(turn, history, at=at),
    }
    if coach_refuses(turn, history, at=at):
        text = engine_text(turn, seen, memory, history, notices)
        writer.finish(text, status=Turn.Status.DONE, author=Turn.Author.COACH, **common | {"warning": ""})
        return
    if not settings.CLAUDE_API_KEY:
        _by_rules(turn, writer, seen, memory, NO_KEY, common)
        return
    _by_claude(turn, writer, seen, memory, history, notices, common, limits=limits)


def _by_claude(
    turn: Turn,
    writer: Writer,
    seen: Seen,
    memory: TraderMemory,
    history: list[Message],
    notices: Notices,
    common: dict[str, Any],
    *,
    limits: Limits,
) -> None:
    box = ToolBox(seen=seen, memory=memory)
    data = desk_data(seen)

    def begin(messages: list[Message], system: str) -> str:
        writer.know(known_at_first(turn, messages, system, data))
        return instructions(system)

    def run_tool(name: str, arguments: Any) -> tuple[str, bool]:
        result = box.run(name, arguments)
        writer.know(box.found)
        return result

    claude = StreamingClaude(
        listener=writer,
        tools=box.descriptions(),
        run_tool=run_tool,
        limits=limits,
        beside=desk_block(data),
        on_start=begin,
    )
    failure: list[ClaudeError] = []

    def ask(**request: Any) -> str:
        # The engine turns every failure into its rule-based answer; which it was is needed here.
        try:
            return claude(**request)
        except ClaudeError as error:
            failure.append(error)
            raise

    engine = engine_for(seen, memory, model=settings.CLAUDE_MODEL, history=list(history), transport=ask, notify=notices)
    try:
        text = answered(engine, turn, seen)
    finally:
        if claude.was_asked:
            writer.count(model=settings.CLAUDE_MODEL, read=claude.usage.read, written=claude.usage.written)
    common["ideas"] = box.kept_ideas()
    common["cautions"] = [*seen.cautions, *notices.of_sources]
    if memory.logged:
        common["confidence_score"] = float(memory.logged["confidence_score"])
    if not failure:
        notice = CUT_BY_LENGTH if claude.is_cut_short else ""
        status = Turn.Status.CUT if claude.is_cut_short else Turn.Status.DONE
        writer.finish(text, status=status, author=Turn.Author.CLAUDE, notice=notice, **common)
        return
    why = failure[0]
    log.info("copilot_answer_failed", turn=turn.pk, reason=str(why))
    if isinstance(why, StoppedError):
        return
    if writer.so_far.strip():
        notice = CUT.format(why=why)
        writer.finish(writer.so_far, status=Turn.Status.CUT, author=Turn.Author.CLAUDE, notice=notice, **common)
    else:
        _by_rules(turn, writer, seen, memory, INSTEAD.format(why=why), common)


def _by_rules(
    turn: Turn, writer: Writer, seen: Seen, memory: TraderMemory, notice: str, common: dict[str, Any]
) -> None:
    """Answer without Claude."""
    text = engine_text(turn, seen, memory, [], Notices())
    data = desk_data(seen)
    asked = facts_in(turn.user_message, source="your question", origin="asked")
    # What is in no data is the rule's own estimate or constant: nobody made it up.
    writer.know([*facts_of_desk(data), *asked, *facts_in(text, source="engine's rules", origin="computed")])
    if turn.mode in _TRADE_MODES:
        common = common | {"ideas": [as_json(rules_idea(seen))]}
    writer.finish(text, status=Turn.Status.DONE, author=Turn.Author.RULES, notice=notice, **common)


def engine_text(turn: Turn, seen: Seen, memory: TraderMemory, history: list[Message], notices: Notices) -> str:
    """Return what the engine says without Claude."""
    engine = engine_for(seen, memory, model="", history=list(history), transport=None, notify=notices)
    return answered(engine, turn, seen)


def history_before(turn: Turn) -> list[Message]:
    """Return what was said before in the conversation, oldest first."""
    earlier = turn.chat.turns.filter(pk__lt=turn.pk).order_by("-pk").values_list("user_message", "ai_response")
    found: list[Message] = []
    for question, text in reversed(earlier[:_OLD_TURNS]):
        found.append({"role": "user", "content": question})
        if text.strip():
            found.append({"role": "assistant", "content": text})
    return found


def coach_warning(turn: Turn, history: list[Message], *, at: datetime) -> str:
    """Return what the coach says beside an answer, empty where nothing is wrong, or it refuses altogether."""
    behavior = _behavior(turn, history, at=at)
    return "\n".join(str(flag["message"]) for flag in behavior["red_flags"])


def coach_refuses(turn: Turn, history: list[Message], *, at: datetime) -> bool:
    """Return whether the coach lets no trade pass now. The engine asks it for analyses alone."""
    return bool(_behavior(turn, history, at=at)["severity"] == "critical")


def _behavior(turn: Turn, history: list[Message], *, at: datetime) -> dict[str, Any]:
    if turn.mode not in _TRADE_MODES:
        return {"severity": "normal", "red_flags": []}
    return PsychologicalCoach(clock=EngineClock(at)).analyze_behavior(history, turn.user_message)
