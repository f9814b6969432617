"""Today's frozen levels beside their record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alphagex import clock
from alphagex.clock import Session
from apps.gex.score.words import Record, State, record_of, state_of
from apps.market.blocks import Block, NotReadyError
from apps.market.history.sessions import session_before
from apps.market.models import FrozenLevel, Snapshot
from apps.market.notices import BADGE_KINDS, Badge
from apps.market.scorecard.freezing import freezes_at
from apps.market.scorecard.record import SESSIONS, LevelRecord, MoveRecord, newest_frozen, records
from apps.market.templatetags.numbers import ET_FORMS, points, signed_percent, strike

_Kind = FrozenLevel.Kind
_LEVELS = ((_Kind.FLIP, "Flip"), (_Kind.CALL_WALL, "Call wall"), (_Kind.PUT_WALL, "Put wall"))
_MOVES = ((_Kind.EXPECTED_MOVE, "one σ to the close"), (_Kind.DAILY_MOVE, "one σ a session, from 30-day volatility"))
_GRACE = timedelta(minutes=5)  # for the worker that freezes
_DAY, _FULL = "%a %-d %b", ET_FORMS["full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of level. basis: how a move is reckoned. frozen and distance, or `missing`, a sentence."""

    key: str
    label: str
    basis: str
    frozen: str
    distance: str
    missing: str
    state: State | None
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """when: session and moment of freezing. notes: whose numbers, how old, by which prices they were scored.

    gap: that the session due was not frozen, or empty.
    """

    when: str
    gap: str
    lines: list[Line]
    notes: list[str]
    sessions: int
    badge: Badge


def build(symbol: str, at: datetime) -> Scorecard:
    """Return the session frozen last, its scores so far, and the record. Raises NotReadyError before the first one."""
    rows = newest_frozen(symbol, at=at)
    due = _session_due(at)
    if not rows:
        raise NotReadyError(
            "No levels frozen yet",
            "Flip, walls and expected move of watched symbols are kept at 09:25 ET of each session and scored after "
            f"its close. Next on {clock.session_after(due.day).day:{_DAY}}.",
        )
    one = rows[0]
    session = clock.session_on_or_before(one.day)
    found = records(symbol, truth=one.truth, at=at)
    by_kind = {row.kind: row for row in rows}
    lines = [_line(kind, label, "", by_kind.get(kind), found.get(kind), session, at) for kind, label in _LEVELS]
    moves = [(kind, basis) for kind, basis in _MOVES if kind in by_kind or kind in found]
    for kind, basis in moves or _MOVES[:1]:
        lines.append(_line(kind, "Expected move", basis, by_kind.get(kind), found.get(kind), session, at))
    return Scorecard(
        when=f"Session of {session.day:{_DAY}}, frozen at {clock.in_new_york(one.frozen_at):%H:%M} ET",
        gap=_gap(session, due),
        lines=lines,
        notes=[note for note in (_whence(one), _scored_by(rows, at)) if note],
        sessions=SESSIONS,
        badge=_badge(one),
    )


def _session_due(at: datetime) -> Session:
    """Return the session that should have been frozen last at `at`."""
    session = clock.session_on_or_before(clock.in_new_york(at).date())
    return session if at >= freezes_at(session) + _GRACE else session_before(session.day)


def _line(
    kind: str,
    label: str,
    basis: str,
    row: FrozenLevel | None,
    found: LevelRecord | MoveRecord | None,
    session: Session,
    at: datetime,
) -> Line:
    frozen = _frozen(row) if row else ""
    distance = f"{signed_percent(row.level / row.spot - 1)} from {points(row.spot)}" if row and row.level else ""
    if row and row.upper is not None:
        distance = f"±{points(row.upper - row.spot)} around {points(row.spot)}"
    return Line(
        key=kind,
        label=label,
        basis=basis,
        frozen=frozen,
        distance=distance,
        missing="" if row else "None known then",
        state=state_of(row, session, at=at) if row else None,
        record=record_of(found),
    )


def _frozen(row: FrozenLevel) -> str:
    if row.lower is not None:
        return f"{points(row.lower)} to {points(row.upper)}"
    return points(row.level) if row.kind == _Kind.FLIP else strike(row.level)


def _gap(shown: Session, due: Session) -> str:
    if shown.day >= due.day:
        return ""
    return f"{due.day:{_DAY}} was not frozen: at 09:25 ET the desk had no levels as recent as the close before."


def _whence(row: FrozenLevel) -> str:
    """Return whose levels these are and how old they were when frozen."""
    as_of = clock.in_new_york(row.as_of)
    simulated = " Nothing is real." if row.truth == Snapshot.Kind.SIMULATED else ""
    if as_of.date() < row.day:
        return f"{row.label}, quotes of {as_of:{_FULL}}: nothing newer was known.{simulated}"
    return f"{row.label}, quotes of {as_of:{_FULL}}.{simulated}"


def _scored_by(rows: list[FrozenLevel], at: datetime) -> str:
    scored = next((row for row in rows if row.scored_at is not None and row.scored_at <= at), None)
    if scored is None:
        return ""
    by = "the daily bar" if scored.prices == FrozenLevel.Prices.DAILY_BAR else "the desk's own quotes of the session"
    return (
        f"Scored by {by}: open {points(scored.open)}, high {points(scored.high)}, low {points(scored.low)}, "
        f"close {points(scored.close)}."
    )


def _badge(row: FrozenLevel) -> Badge:
    as_of = clock.in_new_york(row.as_of)
    label = row.label.partition(",")[0]
    return {
        "kind": BADGE_KINDS[row.truth],  # type: ignore[index]
        "text": f"{label} {as_of:%H:%M}" if as_of.date() == row.day else f"{label} {as_of:%a %H:%M}",
        "label": "",
        "as_of": row.as_of,
        "stale_after": None,
        "origin": f"{row.label}, as of {as_of:{_FULL}}, frozen at {clock.in_new_york(row.frozen_at):{_FULL}}.",
    }


BLOCK = Block(key="scorecard", title="Did these levels hold?", template="gex/score/card.html", build=build, wide=True)
