"""The auto-trader's performance page in figures: lights, account value over time, edge, leaderboard, weekdays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from legacy_engines.ports import Clock, local_now
from legacy_engines.row_frames import Floats
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.performance_order import largest_first

POSITIONS: Final = "autonomous_positions"
GREEN: Final = "🟢"
YELLOW: Final = "🟡"
ORANGE: Final = "🟠"
RED: Final = "🔴"
GAIN_COLOUR: Final = "#00FF88"
LOSS_COLOUR: Final = "#FF4444"
WIN_RATE_LIGHTS: Final = (75, 60)
PROFIT_FACTOR_LIGHTS: Final = (2.0, 1.5)
EXPECTANCY_LIGHTS: Final = (100, 50)
RATIO_LIGHTS: Final = (2.0, 1.5)
TARGET_WIN_RATE: Final = 75
"""Percent; the dashed line of the rolling win rate."""

ANALYTICS_NEED: Final = 5
WEEKDAYS_NEED: Final = 10
ROLLING_TRADES: Final = 5
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def light(value: float, thresholds: tuple[float, float]) -> str:
    """Return green from the first threshold on, yellow from the second on, else red."""
    green, yellow = thresholds
    return GREEN if value >= green else YELLOW if value >= yellow else RED


def profits(rows: Sequence[Row], column: str = "realized_pnl") -> Floats:
    """Return a money column of positions, NaN where one has none; none at all, or a text, is a TypeError."""
    values = [row[column] for row in rows]
    texts = [value for value in values if isinstance(value, str)]
    if texts:
        raise TypeError(f"{column} must be US dollars, not the text {texts[0]!r}. Correct that position.")
    if values and all(value is None for value in values):
        raise TypeError(f"{column} is missing in all of the {len(values)} positions. Mark or close them first.")
    return np.array(values, dtype=float)


def performance_figures(performance: Mapping[str, Any], *, store: RowStore, clock: Clock) -> dict[str, Any]:
    """Return everything the performance page shows.

    performance: the answer of the auto-trader's `get_performance()`. timeline is None without positions, analytics
    with fewer than five closed ones.
    """
    rows = store.select(POSITIONS, [], ["entry_date", "entry_time"])
    closed = store.select(POSITIONS, [("status", "=", "CLOSED")], ["closed_date", "closed_time"])
    today = local_now(clock).strftime("%Y-%m-%d")
    return {
        "performance": dict(performance),
        "win_rate_color": light(performance["win_rate"], WIN_RATE_LIGHTS),
        "timeline": account_timeline(rows, performance["starting_capital"], performance["current_value"], today),
        "analytics": analytics(closed),
    }


def account_timeline(
    rows: Sequence[Row], starting_capital: float, current_value: float, today: str
) -> list[dict[str, Any]] | None:
    """Return account value by date, from the first entry to today. rows: all positions, in entry order."""
    if not rows:
        return None
    points = [_point(rows[0]["entry_date"], starting_capital, "Start")]
    done = [i for i, row in enumerate(rows) if row["status"] == "CLOSED" and row["closed_date"]]
    if done:
        pnl = profits(rows)[done]
        # Deliberate (trading Q-20): profits add up in the order of entry, so dates can go backwards.
        values = np.cumsum(np.concatenate([[starting_capital], pnl]))[1:].tolist()
        points += [
            _point(rows[i]["closed_date"], value, f"${amount:+,.0f}")
            for i, value, amount in zip(done, values, pnl.tolist(), strict=True)
        ]
    return [*points, _point(today, current_value, "Now")]


def _point(date: str, value: float, event: str) -> dict[str, Any]:
    return {"date": date, "account_value": value, "event": event}


def analytics(closed: Sequence[Row]) -> dict[str, Any] | None:
    """Return edge, streak, leaderboard and trends of closed positions in closing order; None for fewer than five."""
    if len(closed) < ANALYTICS_NEED:
        return None
    pnl = profits(closed)
    edge = edge_figures(pnl)
    streaks = win_streaks(pnl)
    board = strategy_leaderboard([row["strategy"] for row in closed], pnl)
    figures = {
        **edge,
        "current_streak": streaks[-1],
        "streaks": streaks,
        "pf_color": light(edge["profit_factor"], PROFIT_FACTOR_LIGHTS),
        "exp_color": light(edge["expectancy"], EXPECTANCY_LIGHTS),
        "ratio_color": light(edge["win_loss_ratio"], RATIO_LIGHTS),
        "streak_emoji": "🔥" if streaks[-1] > 0 else "❄️",
        "strategy_leaderboard": board,
        "best_strategy": board["strategy"].iloc[0],
        "best_pnl": board["Total P&L"].iloc[0],
        "worst_strategy": board["strategy"].iloc[-1],
        "worst_pnl": board["Total P&L"].iloc[-1],
        "rolling_win_rate": rolling_win_rate(pnl),
    }
    if len(closed) < WEEKDAYS_NEED:
        return figures
    return figures | weekday_figures([row["entry_date"] for row in closed], pnl)


def edge_figures(pnl: Floats) -> dict[str, float]:
    """Return average win and loss (positive), sums, profit factor, expectancy and win/loss ratio, US dollars.

    Deliberate (trading Q-14): break-even is a loss, and without losing dollars factor and ratio are 0, not infinite.
    """
    known = pd.Series(pnl)
    wins, losses = known[known > 0], known[known <= 0]
    total_wins, total_losses = wins.sum(), abs(losses.sum())
    avg_win = wins.mean() if len(wins) else 0
    avg_loss = abs(losses.mean()) if len(losses) else 0
    return {
        "avg_win": avg_win,
        "avg_loss": avg_loss,
        "total_wins": total_wins,
        "total_losses": total_losses,
        "profit_factor": total_wins / total_losses if total_losses > 0 else 0,
        "expectancy": known.mean(),
        "win_loss_ratio": avg_win / avg_loss if avg_loss > 0 else 0,
    }


def win_streaks(pnl: Floats) -> list[int]:
    """Return after each trade how many in a row have won (positive) or not won (negative)."""
    won = pnl > 0
    position = np.arange(len(won))
    turned = np.concatenate([[True], won[1:] != won[:-1]])[: len(won)]
    length = position - np.maximum.accumulate(np.where(turned, position, 0)) + 1
    streaks: list[int] = np.where(won, length, -length).tolist()
    return streaks


def strategy_leaderboard(strategies: Sequence[str], pnl: Floats) -> pd.DataFrame:
    """Return total, average, trades and win rate (%) per strategy, rounded to two decimals, best total first."""
    groups = pd.DataFrame({"strategy": strategies, "pnl": pnl, "won": pnl > 0}).groupby("strategy")
    table = groups.agg(total=("pnl", "sum"), average=("pnl", "mean"), trades=("pnl", "count"), wins=("won", "sum"))
    table["win_rate"] = table.pop("wins") / table["trades"] * 100
    table = table.round(2).reset_index()
    table.columns = pd.Index(["strategy", "Total P&L", "Avg P&L", "Trades", "Win Rate %"])
    return table.iloc[largest_first(table["Total P&L"].to_numpy(dtype=float))].reset_index(drop=True)


def rolling_win_rate(pnl: Floats) -> list[float]:
    """Return the win rate (%) over the last five trades at each trade; over fewer at the beginning."""
    flags = pd.Series((pnl > 0).astype(float))
    rates: list[float] = (flags.rolling(min(ROLLING_TRADES, len(pnl)), min_periods=1).mean() * 100).tolist()
    return rates


def weekday_figures(entry_dates: Sequence[str], pnl: Floats) -> dict[str, Any]:
    """Return results by weekday of entry, Monday to Friday, the best day and the colours of the bars.

    Entries at a weekend are left out; when there are only such, there is no best day (None).
    """
    days = pd.to_datetime(pd.Series(entry_dates, dtype=object)).dt.day_name()
    groups = pd.DataFrame({"day_of_week": days, "pnl": pnl}).groupby("day_of_week")["pnl"]
    table = groups.agg(["sum", "mean", "count"]).round(2)
    table = table.loc[[day for day in WEEKDAYS if day in table.index]].reset_index()
    table.columns = pd.Index(["day_of_week", "Total P&L", "Avg P&L", "Trades"])
    totals: npt.NDArray[np.float64] = table["Total P&L"].to_numpy(dtype=float)
    best = int(totals.argmax()) if len(totals) else None
    return {
        "day_of_week": table,
        "best_day": None if best is None else table["day_of_week"].iloc[best],
        "best_day_pnl": None if best is None else table["Total P&L"].iloc[best],
        "bar_colors": [GAIN_COLOUR if total > 0 else LOSS_COLOUR for total in totals],
    }
