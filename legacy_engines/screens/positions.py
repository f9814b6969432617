"""Profit and loss of the positions page and of the boxes above every page (C-1, C-3, C-15, C-16).

Rows are dictionaries of the old table `positions`; moments are aware. Money in US dollars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Row = Mapping[str, Any]
STATISTICS_DAYS = 30


def todays_pnl(closed: Sequence[Row], *, now: datetime) -> float:
    """Return the sum of `pnl` of what was closed today.

    Deliberate (C-1): the day is that of UTC, so a trade closed in the evening of Chicago counts for the next day.
    """
    today = now.astimezone(UTC).date()
    return sum((row["pnl"] or 0.0) for row in closed if row["closed_at"].astimezone(UTC).date() == today)


def thirty_day_statistics(closed: Sequence[Row], *, now: datetime) -> dict[str, float]:
    """Return `trades`, `win_rate` (percent, 0 without trades) and `total_pnl` of the last thirty days (C-3)."""
    since = now - timedelta(days=STATISTICS_DAYS)
    pnl = [row["pnl"] or 0.0 for row in closed if row["closed_at"] >= since]
    wins = sum(one > 0 for one in pnl)
    return {"trades": len(pnl), "win_rate": wins / len(pnl) * 100 if pnl else 0.0, "total_pnl": sum(pnl)}


def position_pnl(entry: float, current: float, size: float, direction: str) -> tuple[float, float]:
    """Return dollars and percent of `size` (dollars) of an open position (C-15). Entry 0 is a ZeroDivisionError."""
    pnl = (current - entry) * size / entry
    if direction == "SHORT":
        pnl = -pnl
    return pnl, pnl / size * 100 if size > 0 else 0.0


def history_summary(rows: Sequence[Row]) -> dict[str, float]:
    """Return what stands under the table of closed positions, over the rows it shows (C-16)."""
    pnl = [row["pnl"] for row in rows]
    wins, losses = [one for one in pnl if one > 0], [one for one in pnl if one < 0]
    return {
        "total_pnl": sum(pnl),
        "win_rate": len(wins) / len(pnl) * 100 if pnl else 0.0,
        "avg_win": sum(wins) / len(wins) if wins else 0.0,
        "avg_loss": sum(losses) / len(losses) if losses else 0.0,
    }


def history_percent(pnl: float, size: float) -> float:
    """Return the percent column of that table, one decimal (C-16). Size 0 is a ZeroDivisionError."""
    return round(pnl / size * 100, 1)
