"""The auto-trader's other pages in figures: open positions, trade history, activity log, control panel."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from legacy_engines.ports import Clock, local_now
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.performance import GREEN, ORANGE, POSITIONS, RED, YELLOW, profits

LOG: Final = "autonomous_trade_log"
CONFIG: Final = "autonomous_config"
CONTRACT_SIZE: Final = 100
HISTORY_ROWS: Final = 50
LOG_ROWS: Final = 100
SUCCESS_ICON: Final = "✅"
FAILURE_ICON: Final = "❌"


def profit_light(percent: float) -> str:
    """Return the light of a position by its profit in percent of the entry value."""
    if percent >= 25:
        return GREEN
    return YELLOW if percent >= 0 else ORANGE if percent >= -15 else RED


def profit_percent(row: Row, pnl: float) -> float:
    """Return a profit in percent of the entry value, 0 when that is not positive."""
    entry_value = row["entry_price"] * row["contracts"] * CONTRACT_SIZE
    return pnl / entry_value * 100 if entry_value > 0 else 0


def signed_dollars(amount: float) -> str:
    """Return an amount as the dashboard shows it: `$+1,234.50`."""
    return f"${amount:+,.2f}"


def signed_percent(percent: float) -> str:
    """Return a percentage as the dashboard shows it: `+4.2%`."""
    return f"{percent:+.1f}%"


def current_positions(*, store: RowStore) -> list[dict[str, Any]]:
    """Return the open positions, newest entry first, with light, P&L (US dollars) and P&L in percent.

    A TypeError when no open position has an unrealized P&L yet.
    """
    rows = store.select(POSITIONS, [("status", "=", "OPEN")], ["-entry_date", "-entry_time"])
    cards = []
    for row, pnl in zip(rows, profits(rows, "unrealized_pnl").tolist(), strict=True):
        percent = profit_percent(row, pnl)
        light = profit_light(percent)
        cards.append({"status_color": light, "strategy": row["strategy"], "pnl": pnl, "pnl_pct": percent, "row": row})
    return cards


def trade_history(*, store: RowStore) -> dict[str, Any]:
    """Return the 50 newest closed trades, and totals over these 50 only; no totals without trades."""
    rows = store.select(POSITIONS, [("status", "=", "CLOSED")], ["-closed_date", "-closed_time"])[:HISTORY_ROWS]
    if not rows:
        return {"summary": {}, "rows": []}
    pnl = profits(rows)
    winners = int((pnl > 0).sum())
    summary = {
        "Total Closed": len(rows),
        "Winners": winners,
        "Losers": int((pnl <= 0).sum()),
        "Total P&L": float(np.nansum(pnl)),
    }
    return {
        "summary": summary,
        "rows": [_closed_trade(row, amount) for row, amount in zip(rows, pnl.tolist(), strict=True)],
    }


def _closed_trade(row: Row, pnl: float) -> dict[str, Any]:
    return {
        "icon": SUCCESS_ICON if pnl > 0 else FAILURE_ICON,
        "strategy": row["strategy"],
        "entry_date": row["entry_date"],
        "pnl": pnl,
        "pnl_pct": profit_percent(row, pnl),
        "row": row,
    }


def activity_log(*, store: RowStore) -> list[dict[str, Any]]:
    """Return the 100 newest log entries with icon, minute and action."""
    rows = store.select(LOG, [], ["-date", "-time"])[:LOG_ROWS]
    return [
        {
            "icon": SUCCESS_ICON if row["success"] else FAILURE_ICON,
            "timestamp": f"{row['date']} {row['time'][:5]}",
            "action": row["action"],
            "row": row,
        }
        for row in rows
    ]


def control_panel(*, scheduler_running: bool | None, store: RowStore, clock: Clock) -> dict[str, Any]:
    """Return today's state and the levels of its three lights: trade, positions, scheduler.

    scheduler_running: None where there is no scheduler, which counts as not running.
    """
    running = bool(scheduler_running)
    dates = store.select(CONFIG, [("key", "=", "last_trade_date")])
    traded = bool(dates) and dates[0]["value"] == local_now(clock).strftime("%Y-%m-%d")
    opened = len(store.select(POSITIONS, [("status", "=", "OPEN")]))
    return {
        "traded_today": traded,
        "open_positions": opened,
        "scheduler_running": running,
        "status_levels": [
            "success" if traded else "warning" if running else "error",
            "success" if opened else "info",
            "success" if running else "error",
        ],
    }
