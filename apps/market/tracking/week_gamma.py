"""The weekly three-view gamma intelligence from stored facts: no request of its own, whichever source."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from alphagex import clock
from apps.market import configured, data_cache, facts
from apps.market.data_cache import Fact
from apps.market.history.sessions import settled_at
from apps.market.macro import VIX, vix_close
from apps.market.models import Snapshot
from apps.market.sources.protocol import Kind, Question
from apps.market.tickers import Ask
from apps.market.tracking.engine_dictionaries import expiration_gamma, expiration_of
from apps.market.tracking.sourced import Sourced, from_answer
from legacy_engines.gamma.trading_volatility import parsing
from legacy_engines.gamma.weekly import week_of, weekly_intelligence


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekGamma:
    """intelligence: as the engine returns it; without `success` where no day of the week has gamma.

    days: Monday to Friday, what each day's total comes from, None where nothing is known of it. vix: the fact behind
    `intelligence["tracking"]["vix"]`, which is 0 while it is not known.
    """

    intelligence: dict[str, Any]
    days: tuple[Sourced | None, ...]
    vix: Fact


def intelligence(symbol: str, at: datetime, *, ask: Ask | None = None) -> WeekGamma:
    """Return the three views of the week of `at` (at weekends the next). Asking never waits unless `ask` does.

    What expired earlier in the week no longer stands in a chain. It counts with what it was that morning, so that the
    week keeps the gamma it began with; without a record of it, it is 0, as when the vendor sends nothing.
    """
    now = clock.in_new_york(at)
    asking = ask or partial(facts.newest, at=at)
    week = week_of(now)
    days = tuple(_gamma_of(symbol, date.fromisoformat(day.date), at=now, ask=asking) for day in week.days)
    totals = [day.value.get("total_gamma", 0) if day else 0 for day in days]
    vix = vix_close(at, ask=asking)
    value = weekly_intelligence(symbol, week=week, totals=totals, current_vix=vix, now=now)
    return WeekGamma(intelligence=value, days=days, vix=asking(VIX))


def _gamma_of(symbol: str, day: date, *, at: datetime, ask: Ask) -> Sourced | None:
    session = clock.session_on(day)
    if session is None:
        return None
    if at < session.closes:
        return expiration_gamma(symbol, day, at=at, ask=ask)
    return _answered_before(symbol, day, session.closes) or _that_morning(symbol, day)


def _answered_before(symbol: str, day: date, closes: datetime) -> Sourced | None:
    """Return the source's last answer about an expiration that is over, if it was given while it was alive."""
    source = configured.data_source(Kind.EXPIRATION_GAMMA)
    if source is None:
        return None
    question = Question(kind=Kind.EXPIRATION_GAMMA, symbol=symbol, detail=day.isoformat())
    fact = data_cache.read(source.name, question)
    if not fact.value or fact.as_of is None or fact.as_of >= closes:
        return None
    return from_answer(parsing.expiration_gamma(symbol, day.isoformat(), fact.value), fact)


def _that_morning(symbol: str, day: date) -> Sourced | None:
    """Return the expiration from the first snapshot of its day that still has its curves."""
    session = clock.session_on_or_before(day)
    newest = Snapshot.objects.of(symbol).values_list("source", flat=True)[:1]
    snapshot = (
        Snapshot.objects.filter(
            symbol=symbol,
            source__in=newest,
            as_of__gte=session.opens,
            as_of__lt=settled_at(session),
            detail__isnull=False,
        )
        .select_related("detail")
        .order_by("as_of")
        .first()
    )
    return expiration_of(snapshot, day) if snapshot else None
