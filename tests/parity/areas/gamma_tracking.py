"""Parity of the correlation tracker, the tracking database, the gamma alerts and the intraday tracking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from legacy_engines.gamma import correlation
from legacy_engines.gamma.correlation import GammaCorrelationTracker
from legacy_engines.gamma.tracking import GammaTrackingDB
from legacy_engines.gamma.tracking_view import weekly_tracking_view
from tests.parity.areas.gamma_tracking_alerts import ALERT_BINDINGS
from tests.parity.areas.gamma_tracking_intraday import INTRADAY_BINDINGS, without_text
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import SqliteStore, clock_of


def _store(case: Case) -> SqliteStore:
    store = SqliteStore(clock_of(case))
    store.load(case.env.get("db_rows") or {})
    return store


def _correlation(case: Case) -> tuple[SqliteStore, GammaCorrelationTracker]:
    store = _store(case)
    return store, GammaCorrelationTracker(store=store, clock=clock_of(case))


def _database(case: Case) -> tuple[SqliteStore, GammaTrackingDB]:
    store = _store(case)
    return store, GammaTrackingDB(store=store, clock=clock_of(case))


def _stored(make: Callable[[Case], tuple[SqliteStore, Any]], method: str, *tables: str) -> Binding:
    """Bind a method that writes: its result and the tables afterwards. One that raises leaves them as they were."""

    def run(case: Case) -> Any:
        store, engine = make(case)
        before = {table: store.dump(table) for table in tables}
        try:
            result = getattr(engine, method)(*case.args, **case.kwargs)
        finally:
            after = {table: store.dump(table) for table in tables}
            assert after == before or not case.raises
        return {"result": result, "db_after": after}

    return Binding(run)


def _read(method: str) -> Binding:
    """Bind a method of the tracking database that only reads."""
    return Binding(lambda case: {"result": getattr(_database(case)[1], method)(*case.args, **case.kwargs)})


def _report(case: Case) -> Any:
    frame = _correlation(case)[1].get_correlation_report(*case.args, **case.kwargs)
    return {"result": frame, "printed": correlation.correlation_figures(frame)}


def _quote_in_symbol(case: Case) -> str | None:
    if case.id.startswith("quote_in_symbol"):
        return "the old SQL text broke on a quote; bound parameters give the empty report"
    return None


def _backtest(case: Case) -> Any:
    tracker = _correlation(case)[1]
    return {
        "result": tracker.backtest_thresholds(*case.args, **case.kwargs),
        "printed": correlation.backtest_figures(tracker.tested_thresholds(*case.args, **case.kwargs)),
    }


def _pattern(case: Case) -> Any:
    def joined(value: Any) -> Any:
        if isinstance(value, list):
            return [{"|".join(key): number for key, number in record.items()} for record in value]
        return value

    pattern = _database(case)[1].get_intraday_gamma_pattern(*case.args, **case.kwargs)
    return {"result": {key: joined(value) for key, value in pattern.items()}}


def _weekly_view(case: Case) -> Any:
    view = weekly_tracking_view(case.args[0], _database(case)[1])
    return {**view, "insights": without_text(view["insights"])}


_ALL: dict[str, Binding] = {
    "gamma_correlation_tracker.GammaCorrelationTracker.log_gamma_metrics": _stored(
        _correlation, "log_gamma_metrics", "gamma_correlation"
    ),
    "gamma_correlation_tracker.GammaCorrelationTracker.update_actual_outcomes": _stored(
        _correlation, "update_actual_outcomes", "gamma_correlation"
    ),
    "gamma_correlation_tracker.GammaCorrelationTracker.log_trade_outcome": _stored(
        _correlation, "log_trade_outcome", "gamma_correlation"
    ),
    "gamma_correlation_tracker.GammaCorrelationTracker.get_correlation_report": Binding(
        _report, not_law=_quote_in_symbol
    ),
    "gamma_correlation_tracker.GammaCorrelationTracker.backtest_thresholds": Binding(_backtest),
    "gamma_tracking_database.GammaTrackingDB.store_gamma_snapshot": _stored(
        _database, "store_gamma_snapshot", "gamma_history"
    ),
    "gamma_tracking_database.GammaTrackingDB.calculate_daily_summary": _stored(
        _database, "calculate_daily_summary", "gamma_daily_summary"
    ),
    "gamma_tracking_database.GammaTrackingDB.calculate_spy_correlation": _stored(
        _database, "calculate_spy_correlation", "spy_correlation"
    ),
    "gamma_tracking_database.GammaTrackingDB.cleanup_old_data": _stored(
        _database, "cleanup_old_data", "gamma_history", "gamma_daily_summary", "spy_correlation"
    ),
    "gamma_tracking_database.GammaTrackingDB.get_snapshots_for_date_range": _read("get_snapshots_for_date_range"),
    "gamma_tracking_database.GammaTrackingDB.get_weekly_summary": _read("get_weekly_summary"),
    "gamma_tracking_database.GammaTrackingDB.get_correlation_history": _read("get_correlation_history"),
    "gamma_tracking_database.GammaTrackingDB.get_intraday_gamma_pattern": Binding(_pattern),
    "gamma_tracking_database.display_weekly_gamma_tracking": Binding(_weekly_view),
    **ALERT_BINDINGS,
    **INTRADAY_BINDINGS,
}

# The dictionaries keep their order of keys too.
BINDINGS = {name: replace(binding, ordered=True) for name, binding in _ALL.items()}

_TABLES_ONLY = "it only created its tables; the application's models and migrations have them"
SHELL: dict[str, str] = {
    "gamma_correlation_tracker.GammaCorrelationTracker.__init__": _TABLES_ONLY,
    "gamma_tracking_database.GammaTrackingDB.__init__": _TABLES_ONLY,
}
