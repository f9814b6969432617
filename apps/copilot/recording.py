"""An answer while it is written: kept in PostgreSQL at intervals, and told to its reader's pages block by block.

Every message about an answer has a number of one sequence, which the answer's row keeps. A page that returns says the
newest number it has; whatever has a higher one is told again, whole. So a lost message, a reload and a second web
process all end in the same text. Whoever settles an answer changes its status; the writer's next step then finds
nothing to write to and stops.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import redis
import structlog
from django.db import connection
from django.template.loader import render_to_string

from alphagex import clock
from apps.copilot.claude import StoppedError
from apps.copilot.costs import cost_of
from apps.copilot.figures.checking import Known
from apps.copilot.figures.facts import Fact, unique
from apps.copilot.models import Turn
from apps.copilot.page import shown_turn
from apps.copilot.prose import rendered
from apps.market.personal import PersonalMessage, message_for, tell

log = structlog.get_logger(__name__)
TOPIC = "copilot"
EVERY_SECONDS = 0.25
SIGN_OF_LIFE_SECONDS = 1.0
STOPPED = "You stopped it here."


class Writer:
    """Writes one answer down."""

    def __init__(self, turn: Turn, *, every_seconds: float = EVERY_SECONDS) -> None:
        self.turn = turn
        self.so_far = ""
        self.facts: list[Fact] = []
        self._known = Known(())
        self.steps: list[dict[str, str]] = []
        self._every = every_seconds
        self._owner_id = turn.chat.owner_id
        self._written_at = self._alive_at = monotonic()
        self._blocks: list[str] = []
        self._said = ""
        self._is_new = True

    def know(self, facts: Iterable[Fact]) -> None:
        """Add figures the answer is given. Raises StoppedError."""
        self.facts = unique([*self.facts, *facts])
        self._known = Known(self.facts)
        self._change(facts=[one.as_json() for one in self.facts], alive_at=clock.now())

    def text(self, delta: str) -> None:
        self.so_far += delta
        if self._is_new or monotonic() - self._written_at >= self._every:
            self.write()

    def idle(self) -> None:
        """Write what waits, and now and then give a sign of life. Raises StoppedError."""
        if self.so_far != self._said:
            self.write()
        elif monotonic() - self._alive_at >= SIGN_OF_LIFE_SECONDS:
            self._alive_at = monotonic()
            self._change(alive_at=clock.now())

    def step(self, name: str, result: str) -> None:
        if self.so_far != self._said:
            self.write()
        self.steps.append({"name": name.replace("_", " "), "result": result[:2_000]})
        self._change(steps=self.steps, alive_at=clock.now())
        self._tell("step", {"step": self.steps[-1]["name"]}, number=0)

    def write(self) -> None:
        """Keep the text so far, and tell the blocks that have changed. Raises StoppedError."""
        self._is_new = False
        number = next_number()
        self._change(ai_response=self.so_far, alive_at=clock.now(), number=number)
        blocks = rendered(self.so_far, self._known, is_open=True).blocks
        first = _first_difference(self._blocks, blocks)
        data = {
            "first": first,
            "blocks": blocks[first:],
            "offset": len(self._said),
            "text": self.so_far[len(self._said) :],
        }
        self._blocks, self._said = blocks, self.so_far
        self._tell("chunk", data, number=number)
        self._written_at = self._alive_at = monotonic()

    def finish(self, text: str, *, status: str, author: str, notice: str = "", **more: Any) -> bool:
        """Settle the answer; False where it was settled before."""
        prose = rendered(text, self._known)
        settled = {
            "ai_response": text,
            "status": status,
            "author": author,
            "notice": notice,
            "answer_html": prose.blocks,
            "figures": [one.as_json() for one in prose.figures],
            "steps": self.steps,
            "finished_at": clock.now(),
            "number": next_number(),
            **more,
        }
        try:
            self._change(**settled)
        except StoppedError:
            return False
        announce(self.turn.pk)
        return True

    def count(self, *, model: str, read: int, written: int) -> None:
        """Keep what the answer took, however it ended."""
        cost = cost_of(model, input_tokens=read, output_tokens=written)
        kept = {"model": model, "input_tokens": read, "output_tokens": written, "cost": cost}
        Turn.objects.filter(pk=self.turn.pk).update(**kept)

    def _change(self, **values: Any) -> None:
        if not Turn.objects.filter(pk=self.turn.pk, status=Turn.Status.WRITING).update(**values):
            raise StoppedError(STOPPED)

    def _tell(self, kind: str, data: dict[str, Any], *, number: int) -> None:
        whose = {"turn": self.turn.pk, "chat": self.turn.chat_id}
        _try_to_tell(self._owner_id, kind, whose | data, number=number)


def settle(turn: Turn, *, status: str, notice: str, at: datetime) -> bool:
    """End a running answer as it stands, keeping what had come; False where it has ended already."""
    known = Known(Fact.from_json(one) for one in turn.facts)
    prose = rendered(turn.ai_response, known)
    author = Turn.Author.CLAUDE if turn.ai_response else Turn.Author.NOBODY
    changed = Turn.objects.filter(pk=turn.pk, status__in=Turn.RUNNING, number=turn.number).update(
        status=status,
        author=author,
        notice=notice,
        answer_html=prose.blocks,
        figures=[one.as_json() for one in prose.figures],
        finished_at=at,
        number=next_number(),
    )
    if changed:
        announce(turn.pk)
    return bool(changed)


def announce(turn_id: int) -> None:
    """Tell the reader's pages that an answer is settled."""
    turn = Turn.objects.select_related("chat__owner").get(pk=turn_id)
    message = settled_message(turn)
    _try_to_tell(message.user_id, message.kind, message.data, html=message.html, number=message.number)


def settled_message(turn: Turn) -> PersonalMessage:
    """Return the message that brings a page to a settled answer."""
    shown = shown_turn(turn)
    html = render_to_string("copilot/_turn.html", {"turn": shown})
    html += render_to_string("copilot/_figures.html", {"turn": shown})
    data = {"turn": turn.pk, "chat": turn.chat_id, "status": turn.status, "text": turn.ai_response}
    return message_for(turn.chat.owner_id, TOPIC, "done", data, html=html, number=turn.number)


def growing_message(turn: Turn) -> PersonalMessage:
    """Return the message that brings a page to a running answer: the whole of it."""
    known = Known(Fact.from_json(one) for one in turn.facts)
    blocks = rendered(turn.ai_response, known, is_open=True).blocks
    data = {"turn": turn.pk, "chat": turn.chat_id, "first": 0, "blocks": blocks, "offset": 0, "text": turn.ai_response}
    return message_for(turn.chat.owner_id, TOPIC, "chunk", data, number=turn.number)


def next_number() -> int:
    """Return the next number of the sequence all messages share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('copilot_message_number')")
        return int(cursor.fetchone()[0])


def _first_difference(old: Sequence[str], new: Sequence[str]) -> int:
    for place, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return place
    return min(len(old), len(new))


def _try_to_tell(user_id: int, kind: str, data: dict[str, Any], *, number: int, html: str = "") -> None:
    """Tell the pages. Without Redis they catch up from the database when it is back, so the answer goes on."""
    try:
        tell(user_id, TOPIC, kind, data, html=html, number=number)
    except redis.RedisError as error:
        log.warning("copilot_message_not_sent", kind=kind, error=type(error).__name__)
