"""What is let go as it grows old: a table of ages, and deleting in small batches so that nobody waits.

Ages count in whole sessions, so that it does not matter at which hour this runs, how often, or whether a night was
missed. The last snapshot of a session stays for good, and whatever a stage keeps the stages before it kept.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection
from django.db.models import Q

from alphagex import clock
from alphagex.clock import Session
from apps.market.history.sessions import sessions_between, settled_at
from apps.market.models import Duty, Feed, MarketData, Snapshot, SnapshotDetail, SnapshotQuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """From `age_days` on, the last of every `keep_every` stays, and the last of the session; None: only that one."""

    what: Literal["details", "snapshots"]
    age_days: int
    keep_every: timedelta | None


POLICY = (
    Stage(what="details", age_days=3, keep_every=timedelta(minutes=30)),
    Stage(what="details", age_days=30, keep_every=None),
    Stage(what="snapshots", age_days=14, keep_every=timedelta(minutes=5)),
    Stage(what="snapshots", age_days=180, keep_every=None),
)
KEEP_DUTIES = timedelta(days=90)
KEEP_DATA_UNASKED = timedelta(days=365)
BATCH = 4_000  # rows of one transaction
SESSIONS_AT_ONCE = 20  # looked through by one statement
FIRST_DAY = clock.FIRST_DAY + timedelta(days=30)  # the calendar knows nothing older; nor do the sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinned:
    """Rows that were let go."""

    details: int = 0
    snapshots: int = 0
    duties: int = 0
    data: int = 0


def thin(at: datetime) -> Thinned:
    """Let go of what the policy no longer keeps at `at`. Safe to run at any time, twice, or to be interrupted.

    Never touched: the newest snapshot of a symbol, imported chains, and figures by session.
    """
    duties, _ = Duty.objects.filter(slot__lt=at - KEEP_DUTIES).delete()
    gone: Counter[str] = Counter()
    for symbol in Feed.objects.order_by("symbol").values_list("symbol", flat=True):
        for stage in POLICY:
            for sessions in _due_sessions(symbol, stage, at=at):
                gone += _thin_sessions(symbol, stage, sessions, at=at)
    return Thinned(
        details=gone[SnapshotDetail._meta.label],
        snapshots=gone[Snapshot._meta.label],
        duties=duties,
        data=_forget_data(at - KEEP_DATA_UNASKED),
    )


def _forget_data(before: datetime) -> int:
    """Drop answers nobody asked for since `before`: whoever asks leaves a fetch, or a failure, behind."""
    quiet = Q(fetched_at__lt=before) | Q(fetched_at=None, last_error_at__isnull=False)
    unfailed = Q(last_error_at__lt=before) | Q(last_error_at=None)
    return MarketData.objects.filter(quiet, unfailed).delete()[0]


def _due_sessions(symbol: str, stage: Stage, *, at: datetime) -> Iterator[list[Session]]:
    """Return the sessions the stage is for, oldest first, some at a time."""
    today = clock.in_new_york(at).date()
    until = today - timedelta(days=stage.age_days)
    later = [other.age_days for other in POLICY if other.what == stage.what and other.age_days > stage.age_days]
    since = max(today - timedelta(days=min(later)), FIRST_DAY) if later else FIRST_DAY
    first = (
        _thinnable(symbol)
        .filter(as_of__gte=clock.midnight(since))
        .order_by("as_of")
        .values_list("as_of", flat=True)[:1]
    )
    due = [session for oldest in first for session in sessions_between(oldest, at) if since <= session.day < until]
    for start in range(0, len(due), SESSIONS_AT_ONCE):
        yield due[start : start + SESSIONS_AT_ONCE]


def _thinnable(symbol: str) -> SnapshotQuerySet:
    """Return the snapshots that grow old; imported chains do not."""
    return Snapshot.objects.filter(symbol=symbol, stale_after__isnull=False)


def _thin_sessions(symbol: str, stage: Stage, sessions: list[Session], *, at: datetime) -> Counter[str]:
    """Delete what the stage does not keep of these sessions, batch by batch; return the rows by model."""
    gone: Counter[str] = Counter()
    while True:
        surplus = _surplus(symbol, stage, sessions, at=at)
        if stage.what == "details":
            gone += Counter(SnapshotDetail.objects.filter(pk__in=surplus).delete()[1])
        else:
            gone += Counter(Snapshot.objects.filter(pk__in=surplus).delete()[1])
        if len(surplus) < BATCH:
            return gone


def _surplus(symbol: str, stage: Stage, sessions: list[Session], *, at: datetime) -> list[int]:
    """Return the ids of up to BATCH snapshots that are not kept, or whose details are not."""
    ends = [clock.session_after(session.day).opens for session in sessions]
    arguments: dict[str, Any] = {
        "symbol": symbol,
        "opens": [session.opens for session in sessions],
        "settled": [settled_at(session) for session in sessions],
        "ends": ends,
        # Bounds the planner can see: without them it reads the whole table.
        "first": sessions[0].opens,
        "last": ends[-1],
        "every": stage.keep_every,
        # A replay brings old quotes: they, too, stay for as long as they are new here.
        "received_before": at - timedelta(days=stage.age_days),
        "of_details": stage.what == "details",
        "batch": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SURPLUS, arguments)
        return [pk for (pk,) in cursor.fetchall()]


# A session lasts until the next one opens. Its last snapshot is the last before its numbers stand; where there is
# none, the first after that: a quarter of an hour past the close is nearer to it than the next morning.
_SURPLUS = """
WITH ranked AS (
    SELECT snapshot.id, snapshot.seq, snapshot.received_at, session.ends,
        row_number() OVER (
            PARTITION BY snapshot.source, session.opens
            ORDER BY snapshot.as_of < session.settled DESC,
                CASE WHEN snapshot.as_of < session.settled THEN snapshot.as_of END DESC,
                snapshot.as_of, snapshot.seq DESC
        ) AS place_in_session,
        row_number() OVER (
            PARTITION BY snapshot.source, session.opens, date_bin(%(every)s, snapshot.as_of, session.opens)
            ORDER BY snapshot.as_of DESC, snapshot.seq DESC
        ) AS place_in_stretch
    FROM unnest(%(opens)s::timestamptz[], %(settled)s::timestamptz[], %(ends)s::timestamptz[])
        AS session (opens, settled, ends)
    JOIN market_snapshot snapshot
        ON snapshot.symbol = %(symbol)s AND snapshot.as_of >= session.opens AND snapshot.as_of < session.ends
    WHERE snapshot.stale_after IS NOT NULL AND snapshot.as_of >= %(first)s AND snapshot.as_of < %(last)s
)
SELECT id FROM ranked
WHERE place_in_session > 1
    AND (%(every)s::interval IS NULL OR place_in_stretch > 1)
    AND received_at < greatest(%(received_before)s, ends + interval '1 day')
    AND seq < (SELECT max(seq) FROM market_snapshot WHERE symbol = %(symbol)s)
    AND (NOT %(of_details)s OR EXISTS (SELECT FROM market_snapshot_detail WHERE snapshot_id = id))
LIMIT %(batch)s
"""
