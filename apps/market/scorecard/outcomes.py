"""Scores what was frozen, once the session's prices are in."""

from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from alphagex import clock
from alphagex.clock import Session
from apps.market.duties.errors import NotYetError
from apps.market.history.sessions import settled_at
from apps.market.models import FrozenLevel, Snapshot
from apps.market.scorecard.prices import MONTH_OF_BARS, DailyBars, daily_bars, own_quotes
from apps.market.scorecard.scoring import SessionPrices, score_level, score_move
from apps.market.tracking import stores

log = structlog.get_logger(__name__)
WAITS_FOR_BARS = timedelta(hours=12)  # the night: upstreams that were away in the evening are back by then
SPLIT = 1.45  # open against frozen spot, either way: from there on shares were split rather than traded there
NO_PRICES = "No daily bar came, and the desk did not see the session from open to close."
SIMULATED_PRICES = "The prices are simulated and the levels are not, or the other way round."
ON_THE_LEVEL = "Frozen and opened exactly on the level: neither side is beyond it."


def score(slot: datetime, at: datetime) -> None:
    """Score every frozen level of the last weeks whose session is over and that has no score yet.

    Raises NotYetError while daily bars may still come. A level without prices keeps the reason and is tried again on
    the evenings of the next 25 days.
    """
    oldest = clock.in_new_york(slot).date() - MONTH_OF_BARS
    unscored = FrozenLevel.objects.filter(source=stores.own_source(), scored_at=None, day__gte=oldest)
    missing = []
    for symbol, levels in groupby(unscored.order_by("symbol", "day", "kind"), key=lambda row: row.symbol):
        due = [(session, rows) for session, rows in _by_session(list(levels)) if settled_at(session) <= at]
        if due and not _score_symbol(symbol, due, slot=slot, at=at):
            missing.append(symbol)
    if missing:
        raise NotYetError(f"No daily bars yet: {', '.join(missing)}.")


def _by_session(levels: list[FrozenLevel]) -> list[tuple[Session, list[FrozenLevel]]]:
    days = groupby(levels, key=lambda row: row.day)
    return [(session, list(rows)) for day, rows in days if (session := clock.session_on(day))]


def _score_symbol(symbol: str, due: list[tuple[Session, list[FrozenLevel]]], *, slot: datetime, at: datetime) -> bool:
    """Score a symbol's sessions, oldest first; return False while the bar of one may still come."""
    bars = daily_bars(symbol, due[-1][0], at=at)
    waits = bars.may_come and at < slot + WAITS_FOR_BARS
    is_complete = True
    for session, rows in due:
        prices, where_from, problem = _prices_of(symbol, session, rows[0].truth, bars)
        if where_from != FrozenLevel.Prices.DAILY_BAR and waits:
            is_complete = False  # what the desk saw itself is the second choice
        elif prices is None:
            _note(rows, problem)
        else:
            _enter(rows, prices, where_from, at=at)
    return is_complete


def _prices_of(
    symbol: str, session: Session, truth: str, bars: DailyBars
) -> tuple[SessionPrices | None, FrozenLevel.Prices, str]:
    """Return prices and where they are from, or why there are none."""
    simulated = Snapshot.Kind.SIMULATED
    is_like = (bars.truth == simulated) == (truth == simulated)
    bar = bars.by_day.get(session.day)
    if bar is not None and is_like:
        return bar, FrozenLevel.Prices.DAILY_BAR, ""
    problem = NO_PRICES if bar is None else SIMULATED_PRICES
    return own_quotes(symbol, session, truth=truth), FrozenLevel.Prices.SNAPSHOTS, problem


def _enter(rows: list[FrozenLevel], prices: SessionPrices, where_from: FrozenLevel.Prices, *, at: datetime) -> None:
    """Write the scores of a session. Another worker's are left as they are."""
    spot = rows[0].spot
    if max(prices.open / spot, spot / prices.open) >= SPLIT:
        _note(rows, f"Opened at {prices.open:,.2f}, frozen at {spot:,.2f}: the shares seem to have been split.")
        return
    for row in rows:
        if (outcome := _outcome(row, prices)) is None:
            _note([row], ON_THE_LEVEL)
            continue
        FrozenLevel.objects.filter(pk=row.pk, scored_at=None).update(
            scored_at=at, unscored_reason="", prices=where_from, **asdict(prices), **outcome
        )


def _outcome(row: FrozenLevel, prices: SessionPrices) -> dict[str, bool | str] | None:
    """Return the columns that tell what became of a level, None where the session cannot tell."""
    if row.lower is not None and row.upper is not None:
        return {"move_outcome": score_move(row.lower, row.upper, prices).value}
    found = score_level(row.level, prices, spot=row.spot) if row.level is not None else None
    return asdict(found) if found else None


def _note(rows: list[FrozenLevel], reason: str) -> None:
    FrozenLevel.objects.filter(pk__in=[row.pk for row in rows], scored_at=None).update(unscored_reason=reason)
    log.warning("levels_not_scored", symbol=rows[0].symbol, day=rows[0].day.isoformat(), reason=reason)
