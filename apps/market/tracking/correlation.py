"""Predicted gamma decay against what the market did next: logged before a close, filled in after the following one."""

from datetime import date, datetime, timedelta
from typing import Any

import structlog

from alphagex import clock
from alphagex.clock import Session
from apps.market import facts
from apps.market.duties.errors import NotYetError
from apps.market.history.sessions import settled_at
from apps.market.models import GammaCorrelation, Snapshot
from apps.market.sources.protocol import Kind, Question
from apps.market.tracking import stores, week_gamma
from apps.market.tracking.fresh import FreshFacts
from apps.market.tracking.weekly_view import origin, plain
from apps.market.watching import watched_symbols
from legacy_engines.gamma.correlation import TABLE, backtest_figures, best_threshold, correlation_figures

log = structlog.get_logger(__name__)
WAITS_FOR_BARS = timedelta(hours=12)  # the night: upstreams that were away in the evening are back by then
_MONTH = timedelta(days=25)  # of sessions that a month of daily bars is sure to hold

Bar = dict[str, float]


def log_predictions(slot: datetime, at: datetime) -> None:
    """Log the week's gamma of each watched symbol before the close of `slot`'s session, once per day.

    Raises NotYetError while facts are on their way; from the close on what is known serves. Raises LookupError if a
    symbol then has no gamma.
    """
    session = clock.session_on_or_before(clock.in_new_york(slot).date())
    logged = GammaCorrelation.objects.filter(source=stores.own_source(), timestamp=session.day)
    known = set(logged.values_list("symbol", flat=True))
    problems = {}
    for symbol in watched_symbols(at=at):
        # Logging twice would erase what became of the day (gamma Q13).
        if symbol not in known and (problem := _log_one(symbol, session, slot=slot, at=at)):
            problems[symbol] = problem
    if problems and at < session.closes:
        raise NotYetError("; ".join(problems.values()))
    if problems:
        raise LookupError(f"Not logged: {'; '.join(problems.values())}")


def fill_outcomes(slot: datetime, at: datetime) -> None:
    """Fill in what became of every earlier prediction whose next session is over, from that session's daily bar.

    Raises NotYetError while a bar may still come; after that the prediction waits for the next evening.
    """
    if not facts.can_be_asked(Kind.BARS):
        log.info("outcomes_not_filled", reason="The source has no prices.")
        return
    unfilled = GammaCorrelation.objects.filter(source=stores.own_source(), filled=False).order_by("timestamp", "id")
    due: dict[str, list[tuple[date, Session]]] = {}
    for row in unfilled:
        following = clock.session_after(row.timestamp)
        if settled_at(following) <= at:
            due.setdefault(row.symbol, []).append((row.timestamp, following))
    missing = [symbol for symbol, predictions in due.items() if not _fill_symbol(symbol, predictions, at=at)]
    if missing and at < slot + WAITS_FOR_BARS:
        raise NotYetError(f"No daily bars yet: {', '.join(missing)}.")
    if missing:
        log.warning("outcomes_not_filled", symbols=missing, reason="The daily bars did not come.")


def report(symbol: str, days: int = 30, *, at: datetime | None = None, source: str | None = None) -> dict[str, Any]:
    """Return the filled predictions of the last `days` days, newest first, and their figures as plain JSON.

    rows: whole rows of the table, `timestamp` being the day. figures: correlations of decay with move and range, means
    by risk level, trades; None without any row.
    """
    whose = source or stores.own_source()
    engine = stores.gamma_correlation(at or clock.now(), source=whose)
    frame = engine.get_correlation_report(symbol, days)
    # The engine's report has no dates. It is the newest part of all filled rows, so these are its rows.
    filled = engine.store.select(TABLE, [("filled", "=", 1), ("symbol", "=", symbol)], ["-timestamp"])[: len(frame)]
    return {
        "symbol": symbol,
        **origin(symbol, whose),
        "days": days,
        "rows": [plain({name: row[name] for name in row if name != "id"}) for row in filled],
        "figures": correlation_figures(frame),
    }


def backtest(symbol: str, days: int = 60, *, at: datetime | None = None, source: str | None = None) -> dict[str, Any]:
    """Return the decay in percent that best told volatile next days from calm ones, as plain JSON.

    threshold: None without one. tested: per threshold counts and mean realised volatility (percent) on either side;
    None below ten filled days. figures: the same, formatted, or INSUFFICIENT.
    """
    whose = source or stores.own_source()
    tested = stores.gamma_correlation(at or clock.now(), source=whose).tested_thresholds(symbol, days)
    return {
        "symbol": symbol,
        **origin(symbol, whose),
        "days": days,
        "threshold": best_threshold(tested),
        "tested": plain(tested),
        "figures": backtest_figures(tested),
    }


def _log_one(symbol: str, session: Session, *, slot: datetime, at: datetime) -> str:
    """Log one symbol; return why it could not be, or nothing."""
    ask = FreshFacts(since=slot, at=at)
    gamma = week_gamma.intelligence(symbol, at, ask=ask)
    if ask.late and at < session.closes:
        return f"{symbol}: {len(ask.late)} answers are on their way."
    newest = Snapshot.objects.of(symbol).first()
    if newest is None or not _is_of_today(newest, session):
        return f"{symbol}: no snapshot of this session."
    vix = gamma.intelligence.get("tracking", {}).get("vix", 0)
    engine = stores.gamma_correlation(slot)
    if engine.log_gamma_metrics(gamma.intelligence, symbol, float(newest.spot), vix) is None:
        return f"{symbol}: {gamma.intelligence.get('error', 'the row was refused, see the log')}."
    return ""


def _is_of_today(newest: Snapshot, session: Session) -> bool:
    """Return whether the baseline price is this session's, from our source; a replay's counts when it was played."""
    moment = newest.as_of if newest.kind != Snapshot.Kind.RECORDED else newest.received_at
    return newest.source == stores.own_source() and newest.stale_after is not None and moment >= session.opens


def _fill_symbol(symbol: str, predictions: list[tuple[date, Session]], *, at: datetime) -> bool:
    """Fill in a symbol's predictions; return False while a bar may still come.

    A session that has no bar although a later one has will get none: nobody waits for it.
    """
    engine = stores.gamma_correlation(at)
    bars = _daily_bars(symbol, predictions, at=at)
    for day, following in predictions:
        if following.day not in bars:
            log.info("outcome_without_bar", symbol=symbol, day=following.day.isoformat())
            continue
        try:
            engine.update_actual_outcomes(symbol, day.isoformat(), bars[following.day])
        except (ZeroDivisionError, TypeError):
            log.warning("outcome_without_baseline", symbol=symbol, day=day.isoformat())
    return bool(bars) and predictions[-1][1].day <= max(bars)


def _daily_bars(symbol: str, predictions: list[tuple[date, Session]], *, at: datetime) -> dict[date, Bar]:
    """Return the bars that were fetched after the last of the sessions stood, by day; empty where they are late.

    While the last session's own bar is not among them, they are fetched anew whenever they are no longer valid.
    """
    oldest, newest = predictions[0][1], predictions[-1][1]
    period = "1mo" if at - oldest.opens < _MONTH else "1y"
    ask = FreshFacts(since=settled_at(newest), at=at)
    question = Question(kind=Kind.BARS, symbol=symbol, detail=f"1d:{period}")
    bars = _by_day(ask(question).value)
    if not ask.late and newest.day not in bars:
        bars = _by_day(facts.fetched(question, at=at).value)
    return {} if ask.late else bars


def _by_day(value: Any) -> dict[date, Bar]:
    """Return an answer to BARS by day, without bars that lack a price."""
    if not value:
        return {}
    names = ("open", "high", "low", "close")
    return {
        datetime.fromisoformat(start).date(): dict(zip(names, prices, strict=True))
        for start, *prices in zip(value["time"], *(value[name] for name in names), strict=True)
        if None not in prices
    }
