"""The prices of a session that levels are scored by: its daily bar, or what the desk itself saw of it."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from alphagex.clock import Session
from apps.market import facts
from apps.market.history.sessions import settled_at
from apps.market.models import Snapshot
from apps.market.scorecard.scoring import SessionPrices
from apps.market.sources.protocol import Kind, Question
from apps.market.tracking import stores
from apps.market.tracking.fresh import FreshFacts

MONTH_OF_BARS = timedelta(days=25)  # of sessions that a month of daily bars is sure to hold
LONGEST_GAP = timedelta(minutes=10)  # between quotes, for them to tell a session's range


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyBars:
    """Sessions by day. truth: of whoever answered. may_come: whether a bar of the newest session is still expected."""

    by_day: dict[date, SessionPrices]
    truth: str
    may_come: bool


def daily_bars(symbol: str, newest: Session, *, at: datetime) -> DailyBars:
    """Return a month of bars, fetched after the session `newest` stood; fetched anew while its own is not there.

    What cannot be fetched now, the budget being spent or the source away, may come; without a source nothing will.
    """
    if not facts.can_be_asked(Kind.BARS):
        return DailyBars(by_day={}, truth="", may_come=False)
    ask = FreshFacts(since=settled_at(newest), at=at)
    question = Question(kind=Kind.BARS, symbol=symbol, detail="1d:1mo")
    fact = ask(question)
    if ask.late:
        return DailyBars(by_day={}, truth="", may_come=True)
    by_day = _by_day(fact.value)
    if newest.day not in by_day:
        fact = facts.fetched(question, at=at)
        by_day = _by_day(fact.value)
    return DailyBars(by_day=by_day, truth=fact.truth, may_come=not by_day or max(by_day) < newest.day)


def own_quotes(symbol: str, session: Session, *, truth: str) -> SessionPrices | None:
    """Return the session as our source's snapshots show it; None unless they cover it from open to close.

    The close is the first price at or after the bell. Between two snapshots more may have happened than they tell.
    """
    seen = Snapshot.objects.filter(
        symbol=symbol,
        source=stores.own_source(),
        kind=truth,
        stale_after__isnull=False,
        as_of__gte=session.opens,
        as_of__lt=settled_at(session),
    )
    quotes = list(seen.order_by("as_of", "seq").values_list("as_of", "spot"))
    last = next((place for place, (as_of, _) in enumerate(quotes) if as_of >= session.closes), None)
    if last is None:
        return None
    quotes = quotes[: last + 1]
    moments = [session.opens, *(as_of for as_of, _ in quotes)]
    if any(later - earlier > LONGEST_GAP for earlier, later in pairwise(moments)):
        return None
    spots = [float(spot) for _, spot in quotes]
    return SessionPrices(open=spots[0], high=max(spots), low=min(spots), close=spots[-1])


def _by_day(value: Any) -> dict[date, SessionPrices]:
    """Return an answer to BARS by day, without bars that lack a price."""
    if not value:
        return {}
    columns = (value[name] for name in ("open", "high", "low", "close"))
    return {
        datetime.fromisoformat(start).date(): _prices(*prices)
        for start, *prices in zip(value["time"], *columns, strict=True)
        if all(price is not None and math.isfinite(price) and price > 0 for price in prices)
    }


def _prices(opened: float, high: float, low: float, close: float) -> SessionPrices:
    # The official open and close may come from an auction whose price the day's range leaves out.
    return SessionPrices(open=opened, high=max(opened, high, close), low=min(opened, low, close), close=close)
