"""Stored gamma snapshots, their daily summaries, the likeness to SPY, and the pattern of the trading day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from legacy_engines.ports import Clock, Notify, local_now, say_nothing
from legacy_engines.row_frames import Floats, floats, frame_of, mean, parse_dates, without_nan
from legacy_engines.storage import Condition, Row, RowStore

HISTORY: Final = "gamma_history"
SUMMARY: Final = "gamma_daily_summary"
SPY_CORRELATION: Final = "spy_correlation"

HISTORY_COLUMNS: Final = (
    "id",
    "symbol",
    "timestamp",
    "date",
    "time_of_day",
    "spot_price",
    "net_gex",
    "flip_point",
    "call_wall",
    "put_wall",
    "implied_volatility",
    "put_call_ratio",
    "distance_to_flip_pct",
    "regime",
)
SUMMARY_COLUMNS: Final = (
    "id",
    "symbol",
    "date",
    "open_gex",
    "close_gex",
    "high_gex",
    "low_gex",
    "gex_change",
    "gex_change_pct",
    "open_flip",
    "close_flip",
    "flip_change",
    "flip_change_pct",
    "open_price",
    "close_price",
    "price_change_pct",
    "avg_iv",
    "snapshots_count",
)
SPY_COLUMNS: Final = (
    "id",
    "date",
    "symbol",
    "spy_gex_change_pct",
    "symbol_gex_change_pct",
    "spy_price_change_pct",
    "symbol_price_change_pct",
    "correlation_score",
)
TEXTS: Final = frozenset({"symbol", "timestamp", "date", "time_of_day", "regime"})
OPENING_HOUR: Final = 9
CLOSING_HOUR: Final = 15
BUCKET_MINUTES: Final = 15


class GammaTrackingDB:
    """Keeps `gamma_history`, `gamma_daily_summary` and `spy_correlation`.

    store: holds the tables. clock: its local time dates the snapshots (gamma Q16: the application gives New York).
    """

    def __init__(self, *, store: RowStore, clock: Clock, notify: Notify = say_nothing) -> None:
        self.store = store
        self.clock = clock
        self.notify = notify

    def store_gamma_snapshot(
        self, symbol: str, gex_data: Mapping[str, Any], skew_data: Mapping[str, Any] | None = None
    ) -> None:
        """Store one reading; a second one in the same second replaces the first. A refused row is only reported.

        gex_data: spot_price, flip_point, call_wall, put_wall in points, net_gex in USD; a missing one counts as 0,
        None raises TypeError. skew_data: implied_volatility (fraction) and pcr_oi; those in gex_data are ignored.
        """
        now = local_now(self.clock)
        row: Row = {
            "symbol": symbol,
            "timestamp": now.strftime("%Y-%m-%d %H:%M:%S"),
            "date": now.strftime("%Y-%m-%d"),
            "time_of_day": now.strftime("%H:%M"),
            **snapshot_values(gex_data, skew_data),
        }
        try:
            with self.store.atomic():
                self.store.replace(HISTORY, without_nan(row), ("symbol", "timestamp"))
        except Exception as error:  # noqa: BLE001 - specified: a refused row is dropped; every store has its own error
            self.notify("warning", f"The gamma snapshot of {symbol!r} was not stored: {error}")

    def get_snapshots_for_date_range(self, symbol: str, days_back: int = 7) -> pd.DataFrame:
        """Return the snapshots since that many days ago, oldest first."""
        rows = self.store.select(
            HISTORY, [("symbol", "=", symbol), ("date", ">=", self._ago(days_back))], ["timestamp"]
        )
        return parse_dates(frame_of(rows, HISTORY_COLUMNS, texts=TEXTS), ("timestamp", "date"))

    def calculate_daily_summary(self, symbol: str, date: str) -> None:
        """Store the summary of a day's snapshots, replacing an earlier one; nothing without snapshots."""
        rows = self.store.select(HISTORY, [("symbol", "=", symbol), ("date", "=", date)], ["timestamp"])
        if rows:
            self._replace(SUMMARY, {"symbol": symbol, "date": date, **day_summary(rows)})

    def get_weekly_summary(self, symbol: str) -> pd.DataFrame:
        """Return the daily summaries since seven days ago, newest first."""
        rows = self.store.select(SUMMARY, [("symbol", "=", symbol), ("date", ">=", self._ago(7))], ["-date"])
        return parse_dates(frame_of(rows, SUMMARY_COLUMNS, texts=TEXTS), ("date",))

    def calculate_spy_correlation(self, symbol: str, date: str) -> None:
        """Store how alike the day was to SPY's; nothing for SPY itself or when a summary is missing."""
        if symbol == "SPY":
            return
        spy, other = self._summary("SPY", date), self._summary(symbol, date)
        if spy and other:
            self._replace(SPY_CORRELATION, {"date": date, "symbol": symbol, **likeness(spy, other)})

    def get_correlation_history(self, symbol: str, days_back: int = 30) -> pd.DataFrame:
        """Return the likeness to SPY since that many days ago, newest first."""
        since = self._ago(days_back)
        rows = self.store.select(SPY_CORRELATION, [("symbol", "=", symbol), ("date", ">=", since)], ["-date"])
        return parse_dates(frame_of(rows, SPY_COLUMNS, texts=TEXTS), ("date",))

    def get_intraday_gamma_pattern(self, symbol: str, days_back: int = 5) -> dict[str, Any]:
        """Return net GEX and distance to the flip by hour and by quarter of an hour; empty without snapshots."""
        snapshots = self.get_snapshots_for_date_range(symbol, days_back)
        return {} if snapshots.empty else intraday_pattern(snapshots)

    def cleanup_old_data(self, days_to_keep: int = 90) -> int:
        """Remove rows older than that many days.

        Deliberate (gamma Q14): the count returned is that of the last table, `spy_correlation`, alone.
        """
        older: list[Condition] = [("date", "<", self._ago(days_to_keep))]
        with self.store.atomic():
            return [self.store.delete(table, older) for table in (HISTORY, SUMMARY, SPY_CORRELATION)][-1]

    def _summary(self, symbol: str, date: str) -> Row | None:
        return next(iter(self.store.select(SUMMARY, [("symbol", "=", symbol), ("date", "=", date)])), None)

    def _replace(self, table: str, row: Row) -> None:
        self.store.replace(table, without_nan(row), ("symbol", "date"))

    def _ago(self, days: int) -> str:
        return (local_now(self.clock) - timedelta(days=days)).strftime("%Y-%m-%d")


def snapshot_values(gex_data: Mapping[str, Any], skew_data: Mapping[str, Any] | None) -> Row:
    """Return the measured columns of a snapshot: points, USD, fraction of volatility, percent of spot, regime."""
    names = ("spot_price", "net_gex", "flip_point", "call_wall", "put_wall")
    values = {name: float(gex_data.get(name, 0)) for name in names}
    skew = skew_data or {}
    spot, flip = values["spot_price"], values["flip_point"]
    return {
        **values,
        "implied_volatility": float(skew.get("implied_volatility", 0)),
        "put_call_ratio": float(skew.get("pcr_oi", 0)),
        "distance_to_flip_pct": (flip - spot) / spot * 100 if spot else 0.0,
        "regime": regime_label(values["net_gex"], spot, flip),
    }


def regime_label(net_gex: float, spot: float, flip: float) -> str:
    """Return the sign of net GEX and the side of the flip; zero GEX is negative, spot at the flip is below."""
    sign = "Positive GEX" if net_gex > 0 else "Negative GEX"
    if not (spot and flip):
        return sign
    return f"{sign}, Above Flip" if spot > flip else f"{sign}, Below Flip"


def day_summary(rows: list[Row]) -> Row:
    """Return a day's summary from its snapshots, oldest first: open, close, extremes, changes, mean volatility."""
    first, last = rows[0], rows[-1]
    net_gex = [row["net_gex"] for row in rows]
    volatility: Floats = np.array([row["implied_volatility"] for row in rows], dtype=np.float64)
    gex_change = last["net_gex"] - first["net_gex"]
    flip_change = last["flip_point"] - first["flip_point"]
    return {
        "open_gex": first["net_gex"],
        "close_gex": last["net_gex"],
        "high_gex": max(net_gex),
        "low_gex": min(net_gex),
        "gex_change": gex_change,
        "gex_change_pct": percent_of(gex_change, abs(first["net_gex"])),
        "open_flip": first["flip_point"],
        "close_flip": last["flip_point"],
        "flip_change": flip_change,
        "flip_change_pct": percent_of(flip_change, first["flip_point"]),
        "open_price": first["spot_price"],
        "close_price": last["spot_price"],
        "price_change_pct": percent_of(last["spot_price"] - first["spot_price"], first["spot_price"]),
        "avg_iv": mean(volatility),
        "snapshots_count": len(rows),
    }


def percent_of(change: float, base: float) -> float:
    """Return the change in percent of a base, 0 when the base is 0."""
    return change / base * 100 if base != 0 else 0.0


def likeness(spy: Row, other: Row) -> Row:
    """Return the changes of SPY and of another symbol, and the score of how alike they are (-0.5 to 1)."""
    spy_gex, spy_price = spy["gex_change_pct"], spy["price_change_pct"]
    gex, price = other["gex_change_pct"], other["price_change_pct"]
    # Deliberate (gamma Q15): a standstill counts as a mismatch, and a wider gap between the prices scores higher.
    agreements = [spy_gex * gex > 0, spy_price * price > 0].count(True)
    score = (-0.5, 0.5, 0.8 + min(0.2, abs(price - spy_price) / 100))[agreements]
    return {
        "spy_gex_change_pct": spy_gex,
        "symbol_gex_change_pct": gex,
        "spy_price_change_pct": spy_price,
        "symbol_price_change_pct": price,
        "correlation_score": score,
    }


def intraday_pattern(snapshots: pd.DataFrame) -> dict[str, Any]:
    """Return statistics by hour and quarter hour. Record keys are pairs (column, statistic), (group, "") for groups.

    Standard deviations are those of a sample (n - 1), NaN for one row. Hours are those of the stored timestamps.
    """
    times = snapshots["timestamp"].dt
    table = pd.DataFrame(
        {
            "hour": times.hour,
            "minute_bucket": times.minute // BUCKET_MINUTES * BUCKET_MINUTES,
            "net_gex": floats(snapshots, "net_gex"),
            "distance_to_flip_pct": floats(snapshots, "distance_to_flip_pct"),
            "spot_price": floats(snapshots, "spot_price"),
        }
    )
    by_hour = {"net_gex": ["mean", "std"], "distance_to_flip_pct": ["mean", "std"], "spot_price": ["count"]}
    by_bucket = {"net_gex": ["mean", "std", "min", "max"], "distance_to_flip_pct": ["mean"]}
    return {
        "hourly_patterns": _records(table, ["hour"], by_hour),
        "time_buckets": _records(table, ["hour", "minute_bucket"], by_bucket),
        "open_avg_gex": _hour_mean(table, OPENING_HOUR),
        "close_avg_gex": _hour_mean(table, CLOSING_HOUR),
        "total_snapshots": len(snapshots),
        "days_analyzed": int(snapshots["date"].nunique()),
    }


def _records(table: pd.DataFrame, keys: list[str], statistics: dict[str, list[str]]) -> list[dict[Any, Any]]:
    return table.groupby(keys).agg(statistics).reset_index().to_dict("records")


def _hour_mean(table: pd.DataFrame, hour: int) -> float:
    values = table["net_gex"][table["hour"] == hour]
    return float(values.mean()) if len(values) else 0.0
