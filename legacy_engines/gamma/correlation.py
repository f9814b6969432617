"""Predicted gamma decay against the move that followed: a log per day, a report, and the threshold that sorts best."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from legacy_engines.ports import Clock, Notify, new_york_now, say_nothing, utc_now
from legacy_engines.row_frames import Floats, floats, frame_of, mean, without_nan
from legacy_engines.storage import Condition, Row, RowStore

TABLE: Final = "gamma_correlation"
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
REPORT_COLUMNS: Final = (
    "symbol",
    "day_of_week",
    "gamma_decay_pct",
    "risk_level",
    "actual_price_move_pct",
    "actual_intraday_range_pct",
    "actual_realized_vol",
    "strategy_taken",
    "pnl_pct",
)
REPORT_TEXTS: Final = frozenset({"symbol", "day_of_week", "risk_level", "strategy_taken"})
RISK_LEVELS: Final = ("MINIMAL", "MODERATE", "ELEVATED", "EXTREME")
THRESHOLDS: Final = (5, 10, 15, 20, 25, 30, 40, 50)
ROWS_NEEDED: Final = 10
ROWS_PER_SIDE: Final = 3


class GammaCorrelationTracker:
    """Keeps one row per symbol and New York day in `gamma_correlation`.

    store: holds the table. clock: New York date of what is logged, UTC date of the window a report looks back over.
    """

    def __init__(self, *, store: RowStore, clock: Clock, notify: Notify = say_nothing) -> None:
        self.store = store
        self.clock = clock
        self.notify = notify

    def log_gamma_metrics(
        self, gamma_intel: Mapping[str, Any], symbol: str, current_price: float, vix: float = 0
    ) -> int | None:
        """Store today's prediction and return its row id; None when there is nothing to store or it is refused.

        Deliberate (gamma Q13): a second call on the same day replaces the row, and what became of the day with it.
        """
        if not gamma_intel.get("success"):
            return None
        row = self._prediction(gamma_intel, symbol, current_price, vix)
        try:
            with self.store.atomic():
                return self.store.replace(TABLE, without_nan(row), ("symbol", "timestamp"))
        except Exception as error:  # noqa: BLE001 - specified: a refused row gives None; every store has its own error
            self.notify("warning", f"The gamma metrics of {symbol!r} were not stored: {error}")
            return None

    def _prediction(self, gamma_intel: Mapping[str, Any], symbol: str, price: float, vix: float) -> Row:
        now = new_york_now(self.clock)
        daily, weekly = gamma_intel["daily_impact"], gamma_intel["weekly_evolution"]
        return {
            "timestamp": now.date().isoformat(),
            "symbol": symbol,
            "day_of_week": DAY_NAMES[now.weekday()],
            "gamma_decay_pct": daily["impact_pct"],
            "weekly_decay_pct": weekly["total_decay_pct"],
            "risk_level": daily["risk_level"],
            "vix": vix,
            "today_total_gamma": daily["today_total_gamma"],
            "tomorrow_total_gamma": daily["tomorrow_total_gamma"],
            "expiring_gamma": daily["expiring_today"],
            # Deliberate (gamma Q13): until the outcome is known this column holds the price the move is measured from.
            "next_day_open": price,
            "filled": 0,
        }

    def update_actual_outcomes(self, symbol: str, date: str, next_day_data: Mapping[str, Any]) -> None:
        """Fill the outcome of a logged day from the next day's `open`, `high`, `low`, `close`; nothing if unknown.

        A baseline of zero raises ZeroDivisionError and a missing one TypeError; the row then stays unfilled.
        """
        found = self.store.select(TABLE, [*_day(symbol, date), ("filled", "=", 0)])
        if not found:
            return
        outcome = next_day_outcome(found[0]["next_day_open"], next_day_data)
        self.store.update(TABLE, {**without_nan(outcome), "filled": 1}, [("id", "=", found[0]["id"])])

    def log_trade_outcome(self, symbol: str, date: str, strategy: str, pnl: float, pnl_pct: float) -> None:
        """Attach a trade to a logged day, whether or not its outcome is known; nothing when the day is not there."""
        changes = without_nan({"strategy_taken": strategy, "pnl": pnl, "pnl_pct": pnl_pct})
        self.store.update(TABLE, changes, _day(symbol, date))

    def get_correlation_report(self, symbol: str | None = None, days: int = 30) -> pd.DataFrame:
        """Return the filled days of the window, newest first. `correlation_figures` turns them into the report."""
        only: list[Condition] = [("symbol", "=", symbol)] if symbol else []
        rows = self.store.select(TABLE, [*self._window(days), *only], ["-timestamp"])
        return frame_of(rows, REPORT_COLUMNS, texts=REPORT_TEXTS)

    def backtest_thresholds(self, symbol: str, days: int = 60) -> int | None:
        """Return the decay in percent above which realised volatility was higher by most, None without one."""
        return best_threshold(self.tested_thresholds(symbol, days))

    def tested_thresholds(self, symbol: str, days: int = 60) -> list[dict[str, Any]] | None:
        """Return what each threshold separates in the window, None below ten filled days."""
        rows = self.store.select(TABLE, [*self._window(days), ("symbol", "=", symbol)])
        if len(rows) < ROWS_NEEDED:
            return None
        frame = frame_of(rows, REPORT_COLUMNS, texts=REPORT_TEXTS)
        return separations(floats(frame, "gamma_decay_pct"), floats(frame, "actual_realized_vol"))

    def _window(self, days: int) -> list[Condition]:
        # Deliberate (gamma Q13): the window starts at a UTC date although the rows carry New York dates.
        start = (utc_now(self.clock) - timedelta(days=days)).date().isoformat()
        return [("filled", "=", 1), ("timestamp", ">=", start)]


def _day(symbol: str, date: str) -> list[Condition]:
    return [("symbol", "=", symbol), ("timestamp", "=", date)]


def next_day_outcome(baseline: float, bar: Mapping[str, Any]) -> Row:
    """Return the outcome columns: the next bar, and move, range and realised volatility in percent of baseline."""
    move = (bar["close"] - baseline) / baseline * 100
    spread = (bar["high"] - bar["low"]) / baseline * 100
    return {
        "next_day_open": bar["open"],
        "next_day_close": bar["close"],
        "next_day_high": bar["high"],
        "next_day_low": bar["low"],
        "actual_price_move_pct": move,
        "actual_intraday_range_pct": spread,
        "actual_realized_vol": abs(move),
    }


def correlation_figures(report: pd.DataFrame) -> dict[str, Any] | None:
    """Return the figures of a report, formatted, counts as integers; None when the report is empty."""
    if report.empty:
        return None
    decay, move = floats(report, "gamma_decay_pct"), np.abs(floats(report, "actual_price_move_pct"))
    spread = floats(report, "actual_intraday_range_pct")
    levels = report["risk_level"].to_numpy()
    return {
        "corr_decay_vs_abs_move": f"{pearson(decay, move):.3f}",
        "corr_decay_vs_range": f"{pearson(decay, spread):.3f}",
        "by_level": [
            _level_figures(level, decay[levels == level], move[levels == level], spread[levels == level])
            for level in RISK_LEVELS
            if (levels == level).any()
        ],
        "trading": _trading_figures(report),
    }


def _level_figures(level: str, decay: Floats, move: Floats, spread: Floats) -> dict[str, Any]:
    return {
        "level": level,
        "count": len(decay),
        "avg_decay": f"{mean(decay):.1f}",
        "avg_abs_move": f"{mean(move):.2f}",
        "avg_range": f"{mean(spread):.2f}",
    }


def _trading_figures(report: pd.DataFrame) -> dict[str, Any] | None:
    pnl_pct = floats(report, "pnl_pct")[report["strategy_taken"].notna().to_numpy()]
    if not len(pnl_pct):
        return None
    # A trade whose result is missing counts as not won, but stays out of the mean.
    won = int(np.count_nonzero(pnl_pct > 0))
    return {
        "trades": len(pnl_pct),
        "avg_pnl": f"{mean(pnl_pct):.2f}",
        "win_rate": f"{won / len(pnl_pct) * 100:.1f}",
    }


def pearson(one: Floats, other: Floats) -> float:
    """Return Pearson's correlation over the pairs that are complete; NaN when it is undefined."""
    complete = ~(np.isnan(one) | np.isnan(other))
    one, other = one[complete], other[complete]
    # A constant is asked for here: rounding of its mean would otherwise pass for a spread, and give a number.
    with np.errstate(invalid="ignore", divide="ignore"):
        if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
            return float("nan")
        return float(np.corrcoef(one, other)[0, 1])


def separations(decay: Floats, volatility: Floats) -> list[dict[str, Any]]:
    """Return per threshold with three rows on either side: counts, mean realised volatilities and their difference."""
    tested = []
    for threshold in THRESHOLDS:
        above, below = volatility[decay >= threshold], volatility[decay < threshold]
        if min(len(above), len(below)) < ROWS_PER_SIDE:
            continue
        avg_above, avg_below = mean(above), mean(below)
        tested.append(
            {
                "threshold": threshold,
                "above": len(above),
                "avg_above": avg_above,
                "below": len(below),
                "avg_below": avg_below,
                "separation": avg_above - avg_below,
            }
        )
    return tested


def _best(tested: list[dict[str, Any]]) -> tuple[int | None, float]:
    best, largest = None, 0.0
    for entry in tested:
        if entry["separation"] > largest:
            best, largest = entry["threshold"], entry["separation"]
    return best, largest


def best_threshold(tested: list[dict[str, Any]] | None) -> int | None:
    """Return the threshold with the largest separation above zero, the lowest one on a tie, None without one."""
    return _best(tested or [])[0]


def backtest_figures(tested: list[dict[str, Any]] | None) -> dict[str, Any] | str:
    """Return the figures of a back test, formatted, or the code INSUFFICIENT when there were too few rows."""
    if tested is None:
        return "INSUFFICIENT"
    best, separation = _best(tested)
    formatted = ("avg_above", "avg_below", "separation")
    return {
        "tested": [{**entry, **{name: f"{entry[name]:.2f}" for name in formatted}} for entry in tested],
        "best": str(best),
        "best_separation": f"{separation:.2f}",
    }
