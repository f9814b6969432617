"""The auto-trader's books: settings, log, capital, performance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from legacy_engines.ports import Clock, local_now
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.autonomous.sizing import CONTRACT_SIZE

POSITIONS: Final = "autonomous_positions"
LOG: Final = "autonomous_trade_log"
CONFIG: Final = "autonomous_config"
STARTING_CAPITAL: Final = 5000
DATE: Final = "%Y-%m-%d"
TIME: Final = "%H:%M:%S"
SATURDAY: Final = 5


class AutonomousAccount:
    """Keeps `autonomous_config` and `autonomous_trade_log` and reads `autonomous_positions`. Money in US dollars."""

    def __init__(self, *, store: RowStore, clock: Clock) -> None:
        """Write the first settings unless `initialized` is stored; a setting already there raises IntegrityError."""
        self.store = store
        self.clock = clock
        self.starting_capital = STARTING_CAPITAL
        if store.select(CONFIG, [("key", "=", "initialized")]):
            return
        # Deliberate (trading Q-9): auto_execute is stored and never asked.
        first = {
            "capital": str(STARTING_CAPITAL),
            "initialized": "true",
            "auto_execute": "true",
            "last_trade_date": "",
        }
        with store.atomic():
            for key, value in first.items():
                store.insert(CONFIG, {"key": key, "value": value})

    def get_config(self, key: str) -> str:
        """Return a setting as text, `"0"` when it is not stored."""
        rows = self.store.select(CONFIG, [("key", "=", key)])
        # Deliberate (trading Q-18): a missing capital reads as nothing left, not as an error.
        return rows[0]["value"] if rows else "0"

    def set_config(self, key: str, value: Any) -> None:
        """Store a setting; None raises IntegrityError."""
        self.store.replace(CONFIG, {"key": key, "value": value}, ["key"])

    def log_action(self, action: str, details: str | None, position_id: int | None = None, success: Any = True) -> None:
        """Append a line to the log with local date and time; an action of None raises IntegrityError."""
        now = local_now(self.clock)
        entry = {
            "date": now.strftime(DATE),
            "time": now.strftime(TIME),
            "action": action,
            "details": details,
            "position_id": position_id,
            "success": 1 if success else 0,
        }
        with self.store.atomic():
            self.store.insert(LOG, entry)

    def should_trade_today(self) -> bool:
        """Return whether no trade was made today and it is a weekday; neither hours nor holidays are looked at."""
        now = local_now(self.clock)
        if self.get_config("last_trade_date") == now.strftime(DATE):
            return False
        return now.weekday() < SATURDAY

    def get_available_capital(self) -> float:
        """Return capital less what open positions cost (iron condors: their credit). It may be negative."""
        open_rows = self.store.select(POSITIONS, [("status", "=", "OPEN")])
        prices = [(row["entry_price"], row["contracts"]) for row in open_rows]
        bound = [abs(price * count * CONTRACT_SIZE) for price, count in prices if None not in (price, count)]
        return float(self.get_config("capital")) - float(sum(bound))

    def get_performance(self) -> dict[str, Any]:
        """Return capital, profit and counts; NULL profits are skipped but counted as trades.

        Without capital the return is infinite or NaN, or a ZeroDivisionError when no profit is stored at all.
        """
        capital = float(self.get_config("capital"))
        closed = self.store.select(POSITIONS, [("status", "=", "CLOSED")])
        opened = self.store.select(POSITIONS, [("status", "=", "OPEN")])
        realized_profits = _known(closed, "realized_pnl")
        realized = _total(realized_profits)
        unrealized = _total(_known(opened, "unrealized_pnl"))
        total = realized + unrealized
        winners = sum(profit > 0 for profit in realized_profits)
        return {
            "starting_capital": capital,
            "current_value": capital + total,
            "total_pnl": total,
            "realized_pnl": realized,
            "unrealized_pnl": unrealized,
            "return_pct": _percent_of(total, capital),
            "total_trades": len(closed),
            "open_positions": len(opened),
            # Deliberate (trading Q-14): a break-even trade is no win.
            "win_rate": winners / len(closed) * 100 if closed else 0,
        }


def _known(rows: Sequence[Row], column: str) -> list[Any]:
    return [row[column] for row in rows if row[column] is not None]


def _total(profits: Sequence[Any]) -> float:
    """Return the sum as a double, the integer 0 without any. A text among them raises TypeError."""
    return np.float64(sum(profits)) if profits else 0


def _percent_of(total: float, capital: float) -> float:
    """Return a share in percent. The sum of stored profits divides by zero as a double does, a bare 0 raises."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / capital * 100
