"""The trade journal: closed trades of a period, their statistics, by strategy and by symbol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from legacy_engines.ports import Clock, utc_now
from legacy_engines.row_frames import floats, frame_of, mean, parse_dates
from legacy_engines.storage import RowStore
from legacy_engines.trading.journal_patterns import patterns, recommendations

POSITIONS: Final = "positions"
SECONDS_AN_HOUR: Final = 3600
COLUMNS: Final = (
    "symbol",
    "strategy",
    "entry_price",
    "exit_price",
    "quantity",
    "pnl",
    "opened_at",
    "closed_at",
    "status",
    "notes",
)
TEXTS: Final = frozenset({"symbol", "strategy", "opened_at", "closed_at", "status", "notes"})
NOTHING_TRADED: Final = (
    "total_trades",
    "win_rate",
    "avg_win",
    "avg_loss",
    "profit_factor",
    "total_pnl",
    "best_trade",
    "worst_trade",
    "avg_hold_time",
    "expectancy",
)


class TradeJournalAgent:
    """Reads closed trades and says what they teach. Money in US dollars, times of holding in hours.

    Frames of trades have the columns `symbol, strategy, pnl, winner` and, where known, `closed_at` and `hold_time`.
    """

    def __init__(self, *, store: RowStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def get_closed_trades(self, days_back: int = 30) -> pd.DataFrame:
        """Return trades closed in the last days, newest first, with `hold_time` and `winner` when there are any.

        Times must all be written like the first one, else a ValueError.
        """
        since = (utc_now(self.clock) - timedelta(days=days_back)).strftime("%Y-%m-%d %H:%M:%S")
        # Deliberate (trading Q-16): compared as text, so a `T` or a bare date on the first day sorts its own way.
        rows = self.store.select(POSITIONS, [("status", "=", "CLOSED"), ("closed_at", ">=", since)], ["-closed_at"])
        trades = parse_dates(frame_of(rows, COLUMNS, texts=TEXTS), ["opened_at", "closed_at"])
        if trades.empty:
            return trades
        held = (trades["closed_at"] - trades["opened_at"]).dt.total_seconds() / SECONDS_AN_HOUR
        return trades.assign(hold_time=held, winner=floats(trades, "pnl") > 0)

    def calculate_performance_metrics(self, df: pd.DataFrame) -> dict[str, Any]:
        """Return the statistics of a frame of trades; all 0, without winners and losers, for an empty one."""
        if df.empty:
            return dict.fromkeys(NOTHING_TRADED, 0)
        pnl = pd.Series(floats(df, "pnl"))
        # Deliberate (trading Q-14): break-even is a loss here. A missing P&L is neither, but it is a trade.
        wins, losses = pnl[pnl > 0], pnl[pnl <= 0]
        lost = abs(losses.sum())
        return {
            "total_trades": len(df),
            "winners": len(wins),
            "losers": len(losses),
            "win_rate": len(wins) / len(df) * 100,
            "avg_win": wins.mean() if len(wins) else 0,
            "avg_loss": losses.mean() if len(losses) else 0,
            "profit_factor": wins.sum() / lost if lost > 0 else float("inf"),
            "total_pnl": pnl.sum(),
            "best_trade": pnl.max(),
            "worst_trade": pnl.min(),
            "avg_hold_time": mean(floats(df, "hold_time")) if "hold_time" in df else 0,
            "expectancy": pnl.mean(),
        }

    def analyze_by_strategy(self, df: pd.DataFrame) -> pd.DataFrame:
        """Return trades, total, average, wins and win rate (%) per strategy, best total first."""
        return results_by(df, "strategy")

    def analyze_by_symbol(self, df: pd.DataFrame) -> pd.DataFrame:
        """Return trades, total, average, wins and win rate (%) per symbol, best total first."""
        return results_by(df, "symbol")

    def detect_patterns(self, df: pd.DataFrame) -> dict[str, list[str]]:
        """Return what stands out in the trades, as texts that begin with a title."""
        return {"insights": patterns(df, results_by(df, "strategy"), results_by(df, "symbol"))}

    def generate_recommendations(self, df: pd.DataFrame, metrics: Mapping[str, Any]) -> list[str]:
        """Return what to do about it, by the metrics given; an empty list when nothing needs saying."""
        return recommendations(None if df.empty else results_by(df, "strategy"), metrics)


def results_by(df: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the results per value of a column: money rounded to cents, win rate to 0.1 %, best total first.

    Ties stay in alphabetical order. A group without any known P&L has total 0 and a NaN win rate.
    """
    if df.empty:
        return pd.DataFrame()
    known = df.assign(pnl=floats(df, "pnl"))
    table = known.groupby(column).agg(
        total_trades=("pnl", "count"), total_pnl=("pnl", "sum"), avg_pnl=("pnl", "mean"), wins=("winner", "sum")
    )
    table = table.round(2)
    table["win_rate"] = (table["wins"] / table["total_trades"] * 100).round(1)
    return table.sort_values("total_pnl", ascending=False, kind="stable").reset_index()
