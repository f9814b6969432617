"""Gamma of the watched symbols through each session, and the summaries of the days."""

from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from alphagex import clock
from alphagex.clock import Session
from apps.market import configured
from apps.market.duties.errors import NotYetError
from apps.market.history import days
from apps.market.history.sessions import settled_at
from apps.market.models import DayFigures, GammaDailySummary, GammaHistory, Snapshot, SnapshotQuerySet
from apps.market.tracking import stores
from apps.market.tracking.sourced import stamp
from apps.market.watching import watched_symbols
from legacy_engines.gamma.tracking import HISTORY, SUMMARY
from legacy_engines.storage import Condition, Row

log = structlog.get_logger(__name__)
QUARTER = timedelta(minutes=15)
# Delayed quotes of a quarter hour are all there half an hour after it began; a fetch or two on top.
WAITS_FOR_QUOTES = timedelta(minutes=35)
# Quotes from the close on come with the source's delay and the slow pace of the evening; one failed fetch on top.
WAITS_FOR_CLOSE = timedelta(minutes=25)
OLD_PROGRAM = "old program"  # the source of imported records begins with it
UNKNOWN = float("nan")  # kept as a missing value, which the engine's means leave out


def capture(slot: datetime, at: datetime) -> None:
    """Record gamma at `slot`: of each watched symbol the first quotes of the quarter hour that begins there.

    Raises NotYetError while such quotes may still come. A quarter hour that had none stays without a record.
    """
    missing = [symbol for symbol in watched_symbols(at=at) if not _record_first(symbol, slot)]
    if missing and at < slot + WAITS_FOR_QUOTES:
        raise NotYetError(f"No quotes of {slot:%H:%M} yet: {', '.join(missing)}.")
    if missing:
        log.warning("gamma_not_captured", slot=slot.isoformat(), symbols=missing)


def close_day(slot: datetime, at: datetime) -> None:
    """Finish the session of `slot`'s day, and earlier ones whose close this desk did not see through.

    Its last quotes, daily summaries, likeness to SPY, figures of the day. Raises NotYetError while a symbol that was
    fed to the end still has no quotes from the close on.
    """
    session = clock.session_on_or_before(clock.in_new_york(slot).date())
    late = [symbol for symbol in _symbols_of(session) if _awaits_close(symbol, session)]
    if late and at < slot + WAITS_FOR_CLOSE:
        raise NotYetError(f"No quotes of the close yet: {', '.join(late)}.")
    for one in (session, *_left_open(session.day)):
        _finish(one, at)


@transaction.atomic
def _finish(session: Session, at: datetime) -> None:
    """Write the records of a session's day, all of them or none. Safe to run again."""
    day = session.day.isoformat()
    engine = stores.gamma_tracking(at)
    symbols = _symbols_of(session)
    for symbol in symbols:
        _record_last(symbol, session)
        engine.calculate_daily_summary(symbol, day)
        _leave_out_unknown_flips(symbol, session.day, at)
    for symbol in symbols:
        engine.calculate_spy_correlation(symbol, day)
    for symbol in set(DayFigures.objects.filter(day=session.day, is_final=False).values_list("symbol", flat=True)):
        days.finish(symbol, session.day)


def cleanup(at: datetime, *, days_to_keep: int = 90) -> None:
    """Remove older records, of every source that has any. What was imported from the old program is kept."""
    recorded = GammaHistory.objects.exclude(source__startswith=OLD_PROGRAM).values_list("source", flat=True)
    for source in set(recorded) | {stores.own_source()}:
        stores.gamma_tracking(at, source=source).cleanup_old_data(days_to_keep)


def _left_open(today: date) -> list[Session]:
    """Return earlier sessions whose figures are not final, or whose gamma is not summed up.

    The days of a replay are left: it may still be in the middle of one.
    """
    own = stores.own_source()
    figures = DayFigures.objects.filter(source=own, is_final=False, day__lt=today).exclude(truth=Snapshot.Kind.RECORDED)
    recorded = GammaHistory.objects.filter(source=own, date__lt=today).values_list("date", flat=True).distinct()
    summed_up = GammaDailySummary.objects.filter(source=own, date__lt=today).values_list("date", flat=True).distinct()
    left = {*figures.values_list("day", flat=True), *(set(recorded) - set(summed_up))}
    return [session for day in sorted(left) if (session := clock.session_on(day))]


def _awaits_close(symbol: str, session: Session) -> bool:
    """Return whether quotes were coming in until the close and none has come since."""
    was_fed = _snapshots(symbol, session.closes - QUARTER, session.closes).exists()
    return was_fed and not _snapshots(symbol, session.closes, settled_at(session)).exists()


def _symbols_of(session: Session) -> list[str]:
    """Return the watchlist and what else was recorded that day."""
    recorded = GammaHistory.objects.filter(source=stores.own_source(), date=session.day).values_list(
        "symbol", flat=True
    )
    return sorted({*settings.WATCHLIST, *recorded})


def _record_first(symbol: str, slot: datetime) -> bool:
    """Return whether the slot is recorded: it was already, or is now, from the first quotes of its quarter hour."""
    if _is_recorded(symbol, slot):
        return True
    first = _snapshots(symbol, slot, slot + QUARTER).first()
    return first is not None and _record(first, slot)


def _record_last(symbol: str, session: Session) -> None:
    """Record the close, where it is not yet: the last quotes before the session's numbers stand."""
    if not _is_recorded(symbol, session.closes):
        last = _snapshots(symbol, session.closes - QUARTER, settled_at(session)).last()
        if last is not None:
            _record(last, session.closes)


def _snapshots(symbol: str, since: datetime, before: datetime) -> SnapshotQuerySet:
    """Return our source's snapshots of a stretch of time, oldest first, without imported ones.

    The moment of the quotes counts; a replay's quotes are of another day, there it is when they were played.
    """
    source = configured.chain_source()
    moment = "received_at" if source.always_open else "as_of"
    window = {f"{moment}__gte": since, f"{moment}__lt": before}
    found = Snapshot.objects.filter(symbol=symbol, source=source.name, stale_after__isnull=False, **window)
    return found.order_by(moment, "seq")


def _is_recorded(symbol: str, moment: datetime) -> bool:
    return GammaHistory.objects.filter(source=stores.own_source(), symbol=symbol, timestamp=moment).exists()


def _record(snapshot: Snapshot, moment: datetime) -> bool:
    """Store what the snapshot says under the moment. False if the row was refused, which the log then tells."""
    engine = stores.gamma_tracking(moment)
    engine.store_gamma_snapshot(snapshot.symbol, _gex_data(snapshot), _skew_data(snapshot))
    if snapshot.flip_point is None:
        # The engine takes the missing flip for 0, which would be a distance of -100 %.
        row: list[Condition] = [("symbol", "=", snapshot.symbol), ("timestamp", "=", stamp(moment))]
        engine.store.update(HISTORY, {"distance_to_flip_pct": None}, row)
    return _is_recorded(snapshot.symbol, moment)


def _gex_data(snapshot: Snapshot) -> Row:
    return {
        "spot_price": float(snapshot.spot),
        "net_gex": snapshot.net_gex,
        "flip_point": 0.0 if snapshot.flip_point is None else snapshot.flip_point,
        "call_wall": UNKNOWN if snapshot.call_wall is None else snapshot.call_wall,
        "put_wall": UNKNOWN if snapshot.put_wall is None else snapshot.put_wall,
    }


def _skew_data(snapshot: Snapshot) -> Row:
    values = {"implied_volatility": snapshot.implied_volatility, "pcr_oi": snapshot.put_call_ratio}
    return {name: UNKNOWN if value is None else value for name, value in values.items()}


def _leave_out_unknown_flips(symbol: str, day: date, at: datetime) -> None:
    """Blank the flips a summary does not know, and the changes between them: 0 stands for no flip, not for a price."""
    store = stores.gamma_tracking(at).store
    of_day: list[Condition] = [("symbol", "=", symbol), ("date", "=", day.isoformat())]
    for row in store.select(SUMMARY, of_day):
        unknown: Row = {name: None for name in ("open_flip", "close_flip") if row[name] == 0}
        if unknown:
            store.update(SUMMARY, unknown | {"flip_change": None, "flip_change_pct": None}, of_day)
