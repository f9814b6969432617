"""The auto-trader's positions: how they are quoted, stored, marked and closed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from legacy_engines.options.quotes import get_real_option_price
from legacy_engines.ports import Clock, Ticker, Tickers, local_now
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.autonomous.account import DATE, POSITIONS, TIME, AutonomousAccount
from legacy_engines.trading.autonomous.decision import BILLION

OPEN: Final = "OPEN"
CLOSED: Final = "CLOSED"


def no_tickers(symbol: str) -> Ticker:
    """Stand in where a trader is made only to read its books."""
    raise LookupError(f"This trader has no price source for {symbol}. Make it with tickers=...")


class AutonomousPositions(AutonomousAccount):
    """Keeps `autonomous_positions`. Prices in US dollars per share, P&L in US dollars."""

    def __init__(self, *, store: RowStore, clock: Clock, tickers: Tickers = no_tickers) -> None:
        super().__init__(store=store, clock=clock)
        self.tickers = tickers

    def _quote(self, symbol: str, strike: float, option_type: str, expiration: str) -> dict[str, Any]:
        return get_real_option_price(symbol, strike, option_type, expiration, tickers=self.tickers)

    def _open_positions(self) -> list[Row]:
        return as_columns_show_them(self.store.select(POSITIONS, [("status", "=", OPEN)]))

    def _execute_trade(
        self,
        trade: Mapping[str, Any],
        quote: Mapping[str, Any],
        contracts: int,
        entry_price: float,
        exp_date: str,
        gex: Mapping[str, Any],
    ) -> int:
        """Store an open position and return its id. Keys missing in the trade raise KeyError."""
        now = local_now(self.clock)
        net, spot = gex.get("net_gex", 0), gex.get("spot_price", 0)
        row = {
            "symbol": trade["symbol"],
            "strategy": trade["strategy"],
            "action": trade["action"],
            "entry_date": now.strftime(DATE),
            "entry_time": now.strftime(TIME),
            # Deliberate: the strike asked for, not the listed one whose quote was used.
            "strike": trade["strike"],
            "option_type": trade["option_type"],
            "expiration_date": exp_date,
            "contracts": contracts,
            "entry_price": entry_price,
            "entry_bid": quote.get("bid", 0),
            "entry_ask": quote.get("ask", 0),
            "entry_spot_price": spot,
            "current_price": entry_price,
            "current_spot_price": spot,
            "unrealized_pnl": 0.0,
            "status": OPEN,
            "confidence": trade["confidence"],
            "gex_regime": f"GEX: ${net / BILLION:.2f}B",
            "entry_net_gex": net,
            "entry_flip_point": gex.get("flip_point", 0),
            "trade_reasoning": trade["reasoning"],
            "contract_symbol": quote.get("contract_symbol", ""),
        }
        with self.store.atomic():
            return self.store.insert(POSITIONS, _storable(row))

    def _update_position(self, position_id: int, current_price: float, current_spot: float, pnl: float) -> None:
        """Store a mark; an unknown id changes nothing."""
        changes = {"current_price": current_price, "current_spot_price": current_spot, "unrealized_pnl": pnl}
        self.store.update(POSITIONS, _storable(changes), [("id", "=", position_id)])

    def _close_position(self, position_id: int, exit_price: float, realized_pnl: float, reason: str) -> None:
        """Store the close; closing a closed position overwrites it, its unrealized P&L stays."""
        now = local_now(self.clock)
        changes = {
            "status": CLOSED,
            "closed_date": now.strftime(DATE),
            "closed_time": now.strftime(TIME),
            "exit_price": exit_price,
            "realized_pnl": realized_pnl,
            "exit_reason": reason,
        }
        self.store.update(POSITIONS, _storable(changes), [("id", "=", position_id)])


def usable_price(quote: Mapping[str, Any]) -> float:
    """Return the mid, or the last price where the mid is 0 (trading Q-12)."""
    return float(quote["last"] if quote["mid"] == 0 else quote["mid"])


def _storable(row: Row) -> Row:
    """Return the row with NaN as missing, so that every store refuses it where a value is required (trading Q-15)."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def as_columns_show_them(rows: Sequence[Row]) -> list[Row]:
    """Return the rows as a frame of numbers shows them: missing is NaN beside numbers, None in a column without any."""
    numeric = {
        name
        for name in (rows[0] if rows else ())
        if {type(row[name]) for row in rows} - {type(None)} in ({int}, {float}, {int, float})
    }
    return [
        {name: math.nan if value is None and name in numeric else value for name, value in row.items()} for row in rows
    ]
