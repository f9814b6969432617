"""What charts and the API read: narrow rows, each query on one index however much is stored.

The newest and a day read (symbol, seq) and (symbol, as_of) of the snapshots; a year reads the figures by session.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, FloatField, Func

from alphagex import clock
from apps.market.history.sessions import settled_at
from apps.market.models import DayFigures, Snapshot


def _seconds(column: str) -> Func:
    """Return a moment as Unix seconds: read row by row, dates and their zones cost more than everything else."""
    return Func(F(column), template="EXTRACT(EPOCH FROM %(expressions)s)::float8", output_field=FloatField())


_POINT = (
    "seq", _seconds("as_of"), "source", "kind", "source_label", _seconds("stale_after"), "spot", "net_gex", "gross_gex",
    "flip_point", "call_wall", "put_wall", "zero_dte_share", "implied_volatility", "put_call_ratio",
)  # fmt: skip
_DAY = (
    "day", "source", "truth", "label", "open", "high", "low", "close", "net_gex_open", "net_gex_high", "net_gex_low",
    "net_gex", "gross_gex", "flip_point", "call_wall", "put_wall", "implied_volatility", "put_call_ratio", "rating",
    "gamma_formation", "snapshots", "first_as_of", "last_as_of", "is_final",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """A snapshot's key figures. spot, levels: points. Gamma: USD per 1 % move. truth: as Origin.kind.

    as_of, stale_after: aware, New York. Fields in the order of the query.
    """

    seq: int
    as_of: datetime
    source: str
    truth: str
    label: str
    stale_after: datetime | None
    spot: float
    net_gex: float
    gross_gex: float
    flip_point: float | None
    call_wall: float | None
    put_wall: float | None
    zero_dte_share: float | None
    implied_volatility: float | None
    put_call_ratio: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """A session's figures, None where nobody knows them. Prices: points. Gamma: USD per 1 % move.

    first_as_of, last_as_of: what the desk itself saw of the session (New York); None for a backfilled day.
    """

    day: date
    source: str
    truth: str
    label: str
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    net_gex_open: float | None
    net_gex_high: float | None
    net_gex_low: float | None
    net_gex: float | None
    gross_gex: float | None
    flip_point: float | None
    call_wall: float | None
    put_wall: float | None
    implied_volatility: float | None
    put_call_ratio: float | None
    rating: float | None
    gamma_formation: float | None
    snapshots: int
    first_as_of: datetime | None
    last_as_of: datetime | None
    is_final: bool


def newest(symbol: str) -> Point | None:
    """Return the symbol's newest snapshot, None before the first."""
    row = Snapshot.objects.of(symbol).values_list(*_POINT).first()
    return _point(row) if row else None


def day(symbol: str, session_day: date, *, every: timedelta | None = None) -> list[Point]:
    """Return the snapshots of a session, oldest first; empty on a day without one.

    every: only the last of each such stretch of time. Where the source was changed during the session, only what the
    last one said: numbers of two sources make no line.
    """
    session = clock.session_on(session_day)
    if session is None:
        return []
    rows = (
        Snapshot.objects.filter(symbol=symbol, as_of__gte=session.opens, as_of__lt=settled_at(session))
        .order_by("as_of", "seq")
        .values_list(*_POINT)
    )
    points = [_point(row) for row in rows]
    if points:
        last_source = max(points, key=lambda point: point.seq).source
        points = [point for point in points if point.source == last_source]
    return points if every is None else _thinned(points, every, session.opens)


def year(symbol: str, *, until: date, days: int = 365, source: str | None = None) -> list[Day]:
    """Return the figures of the sessions in the `days` calendar days up to and with `until`, oldest first.

    source: whose; the newest snapshot's where none is named.
    """
    whose = source or source_of(symbol)
    rows = (
        DayFigures.objects.filter(symbol=symbol, source=whose, day__gt=until - timedelta(days=days), day__lte=until)
        .order_by("day")
        .values_list(*_DAY)
    )
    return [_day(row) for row in rows]


def source_of(symbol: str) -> str:
    """Return whose numbers a symbol shows: the newest snapshot's source, else the newest day's, else nobody's ("")."""
    if found := Snapshot.objects.of(symbol).values_list("source", flat=True).first():
        return found
    return DayFigures.objects.filter(symbol=symbol).order_by("-day").values_list("source", flat=True).first() or ""


def _thinned(points: Iterable[Point], every: timedelta, start: datetime) -> list[Point]:
    last_of = {(point.as_of - start) // every: point for point in points}
    return list(last_of.values())


def _point(row: Any) -> Point:
    seq, as_of, source, kind, label, stale_after, spot, *figures = row
    late = None if stale_after is None else clock.from_timestamp(stale_after)
    return Point(seq, clock.from_timestamp(as_of), source, kind, label, late, float(spot), *figures)


def _day(row: Any) -> Day:
    return Day(*(_plain(value) for value in row))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return clock.in_new_york(value) if isinstance(value, datetime) else value
