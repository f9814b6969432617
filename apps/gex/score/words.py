"""Scores and records in a trader's words."""

from dataclasses import dataclass
from datetime import datetime

from alphagex.clock import Session
from apps.market.models import FrozenLevel
from apps.market.scorecard.record import LevelRecord, MoveRecord
from apps.market.scorecard.scoring import MoveOutcome, Share
from apps.market.templatetags.numbers import count, percent

_MOVES = {
    MoveOutcome.INSIDE: ("Inside", "gain"),
    MoveOutcome.EXCEEDED: ("Exceeded, closed inside", "warn"),
    MoveOutcome.CLOSED_OUTSIDE: ("Closed outside", "loss"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A word with its colour class, and why where that needs saying."""

    text: str
    tone: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The share in words, and the counts behind it."""

    text: str
    more: str = ""


def state_of(row: FrozenLevel, session: Session, *, at: datetime) -> State:
    """Return how a frozen level stands: open until the close, then what became of it."""
    if row.scored_at is not None and row.scored_at <= at:
        text, tone = _MOVES[MoveOutcome(row.move_outcome)] if row.move_outcome else _of_level(row)
        return State(text=text, tone=tone)
    if at < session.closes:
        return State(text="Open")
    if row.unscored_reason:
        return State(text="Not scored", tone="warn", why=row.unscored_reason)
    return State(text="Awaits the day's prices")


def _of_level(row: FrozenLevel) -> tuple[str, str]:
    if not row.touched:
        return "Not touched", ""
    if row.closed_beyond:
        return ("Broken, closed beyond" if row.broken else "Closed beyond"), "loss"
    return ("Broken, closed back", "warn") if row.broken else ("Touched, held", "gain")


def record_of(found: LevelRecord | MoveRecord | None) -> Record:
    """Return the record as a sentence."""
    if found is None:
        return Record(text="No session scored yet.")
    if isinstance(found, MoveRecord):
        inside = found.closed_inside
        sessions = _count(inside.trials, "session")
        return Record(
            text=f"closed inside {inside.hits} of {sessions}{_how_sure(inside)}",
            more=f"never left it in {found.never_left}",
        )
    sessions = _count(found.sessions, "session")
    if not found.held.trials:
        return Record(text=f"not touched in {sessions}")
    return Record(
        text=f"held {found.held.hits} of {found.held.trials} touched{_how_sure(found.held)}",
        more=f"{sessions}, broken in {found.broken}, closed beyond in {found.closed_beyond}",
    )


def _how_sure(share: Share) -> str:
    if share.low is None or share.high is None:
        return ", too few"
    return f", {percent(share.fraction, 0)} ({count(share.low * 100)} to {percent(share.high, 0)})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
