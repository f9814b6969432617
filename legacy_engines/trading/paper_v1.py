"""The first paper account: any symbol, $100,000, options priced by Black-Scholes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd

from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.ports import Clock, GammaSource, local_now
from legacy_engines.row_frames import without_nan
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.paper_v1_pricing import (
    CONTRACT_SIZE,
    RISK_FREE_RATE,
    contracts_for,
    estimated_premium,
    exit_decision,
    get_next_expiration,
    marked_premium,
    option_side,
    parse_dte_from_strategy,
    strike_in,
)

__all__ = ["PaperTradingEngine", "get_next_expiration", "parse_dte_from_strategy"]

POSITIONS: Final = "paper_positions"
CONFIG: Final = "paper_config"
MOMENT: Final = "%Y-%m-%d %H:%M:%S"
PROFIT_TARGET_PERCENT: Final = 50
STOP_LOSS_PERCENT: Final = -30
LEAST_FREE_SHARE: Final = 0.1


class PaperTradingEngine:
    """Keeps `paper_config` and `paper_positions`. Money in US dollars, premiums per share.

    Repaired (trading Q-10): construction works and writes the default settings that are missing.
    """

    def __init__(self, initial_capital: float = 100000, *, store: RowStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.pricer = BlackScholesPricer(RISK_FREE_RATE)
        defaults = {
            "enabled": "false",
            "capital": str(initial_capital),
            "min_confidence": "70",
            "max_position_size": "0.10",
            "auto_execute": "false",
        }
        for key, value in defaults.items():
            if self.get_config(key) is None:
                store.insert(CONFIG, {"key": key, "value": value})

    def get_config(self, key: str) -> str | None:
        """Return a setting as text, None when it is not stored."""
        rows = self.store.select(CONFIG, [("key", "=", key)])
        return rows[0]["value"] if rows else None

    def set_config(self, key: str, value: str) -> None:
        """Store a setting."""
        self.store.replace(CONFIG, {"key": key, "value": value}, ["key"])

    def is_enabled(self) -> bool:
        """Return whether the setting is exactly the text `true`."""
        return self.get_config("enabled") == "true"

    def is_auto_execute_enabled(self) -> bool:
        """Return whether the setting is exactly the text `true`."""
        return self.get_config("auto_execute") == "true"

    def get_available_capital(self) -> float:
        """Return capital less what open positions bind."""
        # Deliberate (trading Q-11): premium times quantity, without the 100 shares of a contract. NULL counts as 0.
        bound = [
            abs(row["entry_premium"] * row["quantity"])
            for row in self._positions("OPEN")
            if row["entry_premium"] is not None
        ]
        return self._number("capital") - float(sum(bound))

    def calculate_position_size(self, setup: Mapping[str, Any], spot_price: float) -> tuple[int, float]:
        """Return contracts and premium per share for a setup (`strategy`, `action`, `best_time`, `confidence`)."""
        budget = self.get_available_capital() * self._number("max_position_size")
        premium = estimated_premium(setup, spot_price, self.pricer)
        return contracts_for(budget, premium, setup.get("confidence", 70)), premium / CONTRACT_SIZE

    def open_position(self, setup: Mapping[str, Any], gex_data: Mapping[str, Any]) -> int | None:
        """Open a position at the model's price and return its id, None while the engine is not enabled."""
        if not self.is_enabled():
            return None
        spot = gex_data.get("spot_price", 0)
        strategy, action = setup.get("strategy", "Unknown"), setup.get("action", "")
        quantity, premium = self.calculate_position_size(setup, spot)
        dte = parse_dte_from_strategy(strategy, setup.get("best_time"))
        row = {
            "symbol": setup.get("symbol", "SPY"),
            "strategy": strategy,
            "action": action,
            "entry_price": premium,
            "quantity": quantity,
            "strike": strike_in(action, setup.get("target_1", spot)),
            "option_type": _stored_option_type(action),
            "expiration_date": get_next_expiration(dte, clock=self.clock).strftime("%Y-%m-%d"),
            "dte": dte,
            "entry_spot_price": spot,
            "entry_premium": premium,
            "current_value": premium * quantity * CONTRACT_SIZE,
            "unrealized_pnl": 0.0,
            "status": "OPEN",
            "opened_at": local_now(self.clock).strftime(MOMENT),
            "confidence_score": setup.get("confidence", 70),
            "entry_net_gex": gex_data.get("net_gex", 0),
            "entry_flip_point": gex_data.get("flip_point", 0),
            "notes": setup.get("reasoning", ""),
        }
        return self.store.insert(POSITIONS, without_nan(row))

    def update_position_value(self, position_id: int, current_spot: float) -> None:
        """Mark an open position to the model. Unknown and closed positions stay as they are."""
        position = self._open_position(position_id)
        if position is None:
            return
        dte = max(0, self._days_left(position["expiration_date"]))
        premium = marked_premium(position, current_spot, dte, self.pricer)
        value = premium * position["quantity"] * CONTRACT_SIZE
        entry_value = position["entry_premium"] * position["quantity"] * CONTRACT_SIZE
        changes = {"current_value": value, "unrealized_pnl": value - entry_value}
        self.store.update(POSITIONS, without_nan(changes), [("id", "=", position_id)])

    def check_exit_conditions(self, position: Mapping[str, Any], gex_data: Mapping[str, Any]) -> tuple[bool, str]:
        """Return whether to close a position and why; a position to hold has an empty reason."""
        entry_value = position.get("entry_premium", 1) * position.get("quantity", 1) * CONTRACT_SIZE
        profit = position.get("unrealized_pnl", 0)
        percent = profit / entry_value * 100 if entry_value > 0 else 0
        if percent >= PROFIT_TARGET_PERCENT:
            return True, f"Profit target reached: {percent:+.1f}% on the entry value"
        if percent <= STOP_LOSS_PERCENT:
            return True, f"Stop loss reached: {percent:.1f}% on the entry value"
        dte = self._days_left(position.get("expiration_date", ""))
        reason = exit_decision(percent, dte, position.get("entry_net_gex", 0), gex_data.get("net_gex", 0))
        return bool(reason), reason

    def close_position(self, position_id: int, reason: str = "Manual close") -> None:
        """Close an open position at its stored value. Unknown and closed positions stay as they are."""
        position = self._open_position(position_id)
        if position is None:
            return
        quantity = position["quantity"]
        exit_price = position["current_value"] / (quantity * 100) if quantity > 0 else position["entry_premium"]
        changes = {
            "status": "CLOSED",
            "closed_at": local_now(self.clock).strftime(MOMENT),
            "exit_price": exit_price,
            "realized_pnl": position["unrealized_pnl"],
            "exit_reason": reason,
        }
        self.store.update(POSITIONS, changes, [("id", "=", position_id)])

    def auto_manage_positions(self, api_client: GammaSource) -> list[dict[str, Any]]:
        """Mark every open position, close those with a reason, and return what was closed."""
        if not self.is_auto_execute_enabled():
            return []
        closes: list[dict[str, Any]] = []
        for row in self._positions("OPEN"):
            try:
                closed = self._manage(row, api_client)
            except Exception:  # noqa: BLE001, S112 - as specified, one failing position must not stop the others
                continue
            closes += [closed] if closed else []
        return closes

    def evaluate_new_setup(self, setup: Mapping[str, Any], gex_data: Mapping[str, Any]) -> bool:
        """Return whether a setup may be opened without asking: confident, affordable, and not open already.

        A confidence or capital that is not a number is neither enough.
        """
        if not self.is_auto_execute_enabled():
            return False
        if not setup.get("confidence", 0) >= int(self._text("min_confidence")):
            return False
        if not self.get_available_capital() >= self._number("capital") * LEAST_FREE_SHARE:
            return False
        same = (setup.get("symbol", "SPY"), setup.get("strategy", "Unknown"))
        return all((row["symbol"], row["strategy"]) != same for row in self._positions("OPEN"))

    def get_performance_summary(self) -> dict[str, Any]:
        """Return capital, counts and profit statistics. NULL profits are skipped but counted as trades."""
        opened, closed = self._positions("OPEN"), self._positions("CLOSED")
        pnl = pd.Series([row["realized_pnl"] for row in closed], dtype=float)
        # Deliberate (trading Q-14): a break-even trade neither wins nor loses here, but it is a trade.
        wins, losses = pnl[pnl > 0], pnl[pnl < 0]
        realized = pnl.sum()
        unrealized = pd.Series([row["unrealized_pnl"] for row in opened], dtype=float).sum()
        capital = self._number("capital")
        return {
            "total_capital": capital,
            "open_positions": len(opened),
            "closed_positions": len(closed),
            "total_trades": len(closed),
            "win_rate": len(wins) / len(closed) * 100 if closed else 0,
            "total_realized_pnl": realized,
            "total_unrealized_pnl": unrealized,
            "best_trade": pnl.max() if closed else 0,
            "worst_trade": pnl.min() if closed else 0,
            "avg_win": wins.mean() if len(wins) else 0,
            "avg_loss": losses.mean() if len(losses) else 0,
            "current_value": capital + realized + unrealized,
        }

    def _manage(self, row: Row, api_client: GammaSource) -> dict[str, Any] | None:
        gex = api_client.get_net_gamma(row["symbol"])
        if not gex or gex.get("error"):
            return None
        self.update_position_value(row["id"], gex.get("spot_price", 0))
        marked = self.store.select(POSITIONS, [("id", "=", row["id"])])[0]
        leave, reason = self.check_exit_conditions(marked, gex)
        if not leave:
            return None
        self.close_position(row["id"], reason)
        return {
            "action": "CLOSE",
            "position_id": row["id"],
            "symbol": row["symbol"],
            "strategy": row["strategy"],
            "reason": reason,
            "pnl": marked["unrealized_pnl"],
        }

    def _days_left(self, expiration_date: str) -> int:
        # Deliberate (trading Q-6): counted from now to the midnight that begins the expiry day, rounded down.
        return (datetime.strptime(expiration_date, "%Y-%m-%d") - local_now(self.clock)).days  # noqa: DTZ007

    def _positions(self, status: str) -> list[Row]:
        return self.store.select(POSITIONS, [("status", "=", status)])

    def _open_position(self, position_id: int) -> Row | None:
        rows = self.store.select(POSITIONS, [("id", "=", position_id), ("status", "=", "OPEN")])
        return rows[0] if rows else None

    def _number(self, key: str) -> float:
        return float(self._text(key))

    def _text(self, key: str) -> str:
        value = self.get_config(key)
        if value is None:
            raise TypeError(f"The paper account has no setting {key!r}. Store one with set_config({key!r}, ...).")
        return value


def _stored_option_type(action: str) -> str:
    """Return what the position is kept as: an action without a side is a spread by its words, else a call."""
    upper = action.upper()
    unsided = "spread" if "SPREAD" in upper or "CONDOR" in upper else "call"
    return option_side(action) or unsided
