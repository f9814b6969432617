"""What changed since the session before: the metrics and the standard deviation levels of the old program.

What one of the two days does not know is left out and said; a change is never computed against a guess.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apps.market import facts
from apps.market.history import series
from apps.market.history.series import Point
from apps.market.history.sessions import newest_session, session_before
from apps.market.history.std import StdLevels, levels_implied, levels_sent
from apps.market.models import DayFigures
from apps.market.sources.protocol import Kind, Question
from legacy_engines.gamma.trading_volatility.day_over_day import METRICS
from legacy_engines.gamma.trading_volatility.day_over_day import day_over_day as compare_days
from legacy_engines.gex.std_levels import std_level_changes

SENT = "sent by the source"
IMPLIED = "from implied volatility"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOverDay:
    """changes: by metric, as the engine returns them. missing: metrics one of the days does not know.

    previous_day: the session compared with, None while no symbol is known. problem: why nothing is compared, or empty.
    """

    symbol: str
    source: str
    day: date | None
    previous_day: date | None
    changes: dict[str, dict[str, Any]]
    missing: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StdChanges:
    """current, previous: the four levels and `spot_price`, points; None where they are not known.

    basis: whether the source sent the levels or implied volatility gives them; both days always by the same one.
    changes: metrics, interpretation and chart as the engine returns them, or its notice without a previous session.
    """

    symbol: str
    source: str
    day: date | None
    previous_day: date | None
    basis: str
    current: StdLevels | None
    previous: StdLevels | None
    changes: dict[str, Any]
    problem: str


def yesterday(symbol: str, day: date, *, source: str | None = None) -> dict[str, float] | None:
    """Return the figures of the session before `day` under the names of the vendor's history, as the engine reads them.

    None where that session is not stored for the source (the newest snapshot's where none is named); what the row
    does not know is left out.
    """
    row = _row_before(symbol, day, source or series.source_of(symbol))
    return _as_vendor_row(row) if row else None


def day_over_day(symbol: str) -> DayOverDay:
    """Return how the newest snapshot differs from the session before its own."""
    now = series.newest(symbol)
    if now is None:
        return DayOverDay(
            symbol=symbol, source="", day=None, previous_day=None, changes={}, missing=(), problem=_nothing(symbol)
        )
    day = newest_session(now.as_of).day
    before = session_before(day).day
    row = _row_before(symbol, day, now.source)
    then = _as_vendor_row(row) if row else {}
    current = _as_client_data(now)
    known = [ours for ours, theirs in METRICS if ours in current and theirs in then]
    return DayOverDay(
        symbol=symbol,
        source=now.source,
        day=day,
        previous_day=before,
        changes=compare_days(current, {theirs: then[theirs] for ours, theirs in METRICS if ours in known}),
        missing=tuple(ours for ours, _ in METRICS if ours not in known) if row else (),
        problem="" if row else _no_day(symbol, before, now.label),
    )


def std_levels(symbol: str, *, at: datetime) -> StdChanges:
    """Return the one and seven standard deviation levels of now and of the session before, and how they moved."""
    now = series.newest(symbol)
    if now is None:
        return StdChanges(
            symbol=symbol, source="", day=None, previous_day=None, basis="", current=None, previous=None,
            changes={}, problem=_nothing(symbol),
        )  # fmt: skip
    day = newest_session(now.as_of).day
    before = session_before(day).day
    row = _row_before(symbol, day, now.source)
    sent, sent_before = _levels_now(now, symbol, at=at), _levels_kept(row)
    implied, implied_before = _implied(now.spot, now.implied_volatility), _implied_by(row)
    # Levels of two methods differ by the method: both days go by the vendor's, or both by implied volatility.
    by_vendor = sent is not None and (sent_before is not None or implied is None or implied_before is None)
    current, previous = (sent, sent_before) if by_vendor else (implied, implied_before)
    if current is not None:
        current = current | {"spot_price": now.spot}
    return StdChanges(
        symbol=symbol,
        source=now.source,
        day=day,
        previous_day=before,
        basis=SENT if by_vendor else IMPLIED,
        current=current,
        previous=previous,
        changes=std_level_changes(current, previous) if current else {},
        problem=_why_no_levels(symbol, now, row, before, current=current, previous=previous),
    )


def _row_before(symbol: str, day: date, source: str) -> DayFigures | None:
    return DayFigures.objects.filter(symbol=symbol, source=source, day=session_before(day).day).first()


def _as_vendor_row(row: DayFigures) -> dict[str, float]:
    values = {
        "gex_flip_price": row.flip_point,
        "skew_adjusted_gex": row.net_gex,
        "implied_volatility": row.implied_volatility,
        "put_call_ratio_open_interest": row.put_call_ratio,
        "rating": row.rating,
        "gamma_formation": row.gamma_formation,
    }
    return {name: value for name, value in values.items() if value is not None}


def _as_client_data(now: Point) -> dict[str, float]:
    values = {
        "flip_point": now.flip_point,
        "net_gex": now.net_gex,
        "implied_volatility": now.implied_volatility,
        "put_call_ratio": now.put_call_ratio,
    }
    return {name: value for name, value in values.items() if value is not None}


def _levels_now(now: Point, symbol: str, *, at: datetime) -> StdLevels | None:
    """Return what the snapshot's own source sent during its session; an imported chain has no levels beside it."""
    fact = facts.newest(Question(kind=Kind.LEVELS, symbol=symbol), at=at)
    if fact.source != now.source or fact.as_of is None:
        return None
    return levels_sent(fact.value) if newest_session(fact.as_of) == newest_session(now.as_of) else None


def _levels_kept(row: DayFigures | None) -> StdLevels | None:
    if row is None or row.std_levels is None or row.close is None:
        return None
    return dict(row.std_levels) | {"spot_price": float(row.close)}


def _implied(spot: float, implied_volatility: float | None) -> StdLevels | None:
    return levels_implied(spot, implied_volatility) if implied_volatility else None


def _implied_by(row: DayFigures | None) -> StdLevels | None:
    if row is None or row.close is None:
        return None
    levels = _implied(float(row.close), row.implied_volatility)
    return None if levels is None else levels | {"spot_price": float(row.close)}


def _why_no_levels(
    symbol: str,
    now: Point,
    row: DayFigures | None,
    before: date,
    *,
    current: StdLevels | None,
    previous: StdLevels | None,
) -> str:
    if current is None:
        return f"{now.label} tells no implied volatility of {symbol}, so there are no standard deviation levels."
    if row is None:
        return _no_day(symbol, before, now.label)
    if previous is None:
        return f"Of {symbol} on {before} neither levels nor both close and implied volatility are known."
    return ""


def _nothing(symbol: str) -> str:
    return f"There is no snapshot of {symbol} yet."


def _no_day(symbol: str, day: date, label: str) -> str:
    return (
        f"The session of {day} is not stored for {symbol} ({label}). Fill it with: manage.py backfill {symbol} --days 5"
    )
