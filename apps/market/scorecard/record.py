"""The scores of the last sessions, counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from apps.market.history.sessions import finished_sessions
from apps.market.models import FrozenLevel, Snapshot
from apps.market.scorecard.scoring import MoveOutcome, Share, share
from apps.market.tracking import stores

SESSIONS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRecord:
    """sessions: with a score. held: of those touched."""

    sessions: int
    held: Share
    broken: int
    closed_beyond: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord:
    """closed_inside: of the sessions with a score. never_left: those that did not leave the band intraday either."""

    closed_inside: Share
    never_left: int


def newest_frozen(symbol: str, *, at: datetime) -> list[FrozenLevel]:
    """Return the levels of the session frozen last up to `at`, of this desk's source; empty when none ever was."""
    frozen = FrozenLevel.objects.filter(symbol=symbol, source=stores.own_source(), frozen_at__lte=at)
    newest = frozen.order_by("-day").values("day")[:1]
    return list(frozen.filter(day__in=newest))


def records(symbol: str, *, truth: str, at: datetime) -> dict[str, LevelRecord | MoveRecord]:
    """Return what became of each kind of level in the last 60 finished sessions, by kind; only kinds with a score.

    Scores of this desk's source. truth: simulated ones and others never count together.
    """
    simulated = Q(truth=Snapshot.Kind.SIMULATED)
    scored = FrozenLevel.objects.filter(
        simulated if truth == Snapshot.Kind.SIMULATED else ~simulated,
        symbol=symbol,
        source=stores.own_source(),
        day__gte=finished_sessions(SESSIONS, at=at)[0].day,
        scored_at__lte=at,
    )
    counted = (
        scored.order_by()
        .values("kind")
        .annotate(
            sessions=Count("pk"),
            touched=Count("pk", filter=Q(touched=True)),
            held=Count("pk", filter=Q(held=True)),
            broken=Count("pk", filter=Q(broken=True)),
            closed_beyond=Count("pk", filter=Q(closed_beyond=True)),
            inside=Count("pk", filter=Q(move_outcome=MoveOutcome.INSIDE)),
            exceeded=Count("pk", filter=Q(move_outcome=MoveOutcome.EXCEEDED)),
        )
    )
    moves = {FrozenLevel.Kind.EXPECTED_MOVE, FrozenLevel.Kind.DAILY_MOVE}
    return {row["kind"]: _move_record(row) if row["kind"] in moves else _level_record(row) for row in counted}


def _level_record(row: Mapping[str, Any]) -> LevelRecord:
    held = share(row["held"], row["touched"])
    return LevelRecord(sessions=row["sessions"], held=held, broken=row["broken"], closed_beyond=row["closed_beyond"])


def _move_record(row: Mapping[str, Any]) -> MoveRecord:
    inside = share(row["inside"] + row["exceeded"], row["sessions"])
    return MoveRecord(closed_inside=inside, never_left=row["inside"])
