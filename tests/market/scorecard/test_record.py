"""What the last 60 sessions add up to, per symbol, source and kind of level."""

from datetime import timedelta
from typing import Any

import pytest

from alphagex import clock
from apps.market.models import FrozenLevel
from apps.market.scorecard.record import LevelRecord, MoveRecord, newest_frozen, records
from apps.market.scorecard.scoring import share
from tests.market.scorecard.material import frozen
from tests.market.tracking.material import ny

AT = ny("2026-11-18 20:00")
Kind = FrozenLevel.Kind
Outcome = FrozenLevel.MoveOutcome

pytestmark = pytest.mark.usefixtures("simulated")


def sessions_back(count: int) -> list[str]:
    """Return the last `count` sessions up to AT, newest first."""
    days: list[str] = []
    day = AT.date()
    while len(days) < count:
        if clock.session_on(day):
            days.append(day.isoformat())
        day -= timedelta(days=1)
    return days


def scored(day: str, *, touched: bool = True, held: bool = True, **columns: Any) -> None:
    usual: dict[str, Any] = {
        "scored_at": ny(f"{day} 16:20"),
        "touched": touched,
        "held": held,
        "closed_beyond": touched and not held,
    }
    usual["broken"] = touched and not held
    frozen(day=day, **(usual | columns))


def test_held_of_touched_with_interval_and_the_counts_behind_it() -> None:
    for place, day in enumerate(sessions_back(40)):
        scored(day, touched=place < 17, held=place < 12)
    found = records("SPY", truth="simulated", at=AT)
    assert found == {Kind.CALL_WALL: LevelRecord(sessions=40, held=share(12, 17), broken=5, closed_beyond=5)}


def test_only_the_last_60_sessions_count() -> None:
    days = sessions_back(61)
    scored(days[60])
    assert records("SPY", truth="simulated", at=AT) == {}
    scored(days[59])
    found = records("SPY", truth="simulated", at=AT)[Kind.CALL_WALL]
    assert isinstance(found, LevelRecord)
    assert found.sessions == 1


def test_symbols_sources_and_simulated_answers_stand_apart() -> None:
    scored("2026-11-17")
    scored("2026-11-17", symbol="QQQ")
    scored("2026-11-17", source="cboe")
    scored("2026-11-16", truth="delayed")
    scored("2026-11-13", truth="live")
    counts = {
        truth: records("SPY", truth=truth, at=AT)[Kind.CALL_WALL].sessions  # type: ignore[union-attr]
        for truth in ("simulated", "delayed", "live")
    }
    assert counts == {"simulated": 1, "delayed": 2, "live": 2}


def test_moves_are_counted_by_kind() -> None:
    for place, day in enumerate(sessions_back(10)):
        outcome = (Outcome.INSIDE, Outcome.EXCEEDED, Outcome.CLOSED_OUTSIDE)[0 if place < 4 else 1 if place < 7 else 2]
        frozen(
            day=day, kind=Kind.EXPECTED_MOVE, lower=98.0, upper=102.0, scored_at=ny(f"{day} 16:20"),
            move_outcome=outcome,
        )  # fmt: skip
    frozen(kind=Kind.DAILY_MOVE, lower=99.0, upper=101.0, scored_at=AT, move_outcome=Outcome.INSIDE)
    assert records("SPY", truth="simulated", at=AT) == {
        Kind.EXPECTED_MOVE: MoveRecord(closed_inside=share(7, 10), never_left=4),
        Kind.DAILY_MOVE: MoveRecord(closed_inside=share(1, 1), never_left=1),
    }


def test_open_and_later_scores_do_not_count() -> None:
    frozen(day="2026-11-17")
    scored("2026-11-18")
    assert records("SPY", truth="simulated", at=ny("2026-11-18 16:19")) == {}


def test_the_newest_frozen_session_is_shown_from_its_freezing_on() -> None:
    frozen(day="2026-11-17")
    frozen(day="2026-11-18")
    frozen(day="2026-11-18", kind=Kind.FLIP, level=99.0)
    frozen(day="2026-11-18", kind=Kind.PUT_WALL, source="cboe")
    assert {row.day.day for row in newest_frozen("SPY", at=ny("2026-11-18 09:24"))} == {17}
    assert {row.kind for row in newest_frozen("SPY", at=AT)} == {Kind.FLIP, Kind.CALL_WALL}
    assert newest_frozen("QQQ", at=AT) == []
