"""The second paper account: SPY, $1,000,000, the daily finder's trade at quoted prices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from legacy_engines.options.quotes import find_best_strike_from_real_data, get_real_option_price_v2
from legacy_engines.ports import Clock, GammaSource, Tickers, local_now
from legacy_engines.storage import RowStore
from legacy_engines.trading.autonomous.decision import SYMBOL
from legacy_engines.trading.autonomous.expiries import DATE, weekly_expiration
from legacy_engines.trading.daily_finder import DailyTradeFinder

__all__ = ["DailyTradeFinder", "PaperTradingEngineV2"]

POSITIONS: Final = "paper_positions_v2"
CONFIG: Final = "paper_config_v2"
MOMENT: Final = "%Y-%m-%d %H:%M:%S"
CONTRACT_SIZE: Final = 100
MOST_CONTRACTS: Final = 50
PREMIUM_WITHOUT_QUOTE: Final = 1.0


class PaperTradingEngineV2:
    """Keeps `paper_config_v2` and `paper_positions_v2`. Money in US dollars, premiums per share.

    Repaired (trading Q-10): construction works and writes the default settings that are missing.
    """

    def __init__(self, initial_capital: float = 1000000, *, store: RowStore, clock: Clock, tickers: Tickers) -> None:
        self.store = store
        self.clock = clock
        self.tickers = tickers
        self.trade_finder = DailyTradeFinder()
        # Deliberate (trading Q-11): enabled, max_exposure and auto_find_trades are stored and never asked.
        defaults = {
            "enabled": "true",
            "capital": str(initial_capital),
            "max_exposure": "0.20",
            "max_position_size": "0.05",
            "auto_find_trades": "true",
        }
        stored = {row["key"] for row in store.select(CONFIG)}
        for key, value in defaults.items():
            if key not in stored:
                store.insert(CONFIG, {"key": key, "value": value})

    def get_config(self, key: str) -> str:
        """Return a setting as text, `"0"` when it is not stored."""
        rows = self.store.select(CONFIG, [("key", "=", key)])
        return rows[0]["value"] if rows else "0"

    def set_config(self, key: str, value: Any) -> None:
        """Store a setting; None raises IntegrityError."""
        self.store.replace(CONFIG, {"key": key, "value": value}, ["key"])

    def find_daily_trade(self, api_client: GammaSource) -> dict[str, Any] | None:
        """Return today's trade with its quote, prices 0 where there is none; None without usable GEX data."""
        try:
            gex = api_client.get_net_gamma(SYMBOL)
            skew = api_client.get_skew_data(SYMBOL)
            if not gex or gex.get("error"):
                return None
            spot = gex.get("spot_price", 0)
            if spot == 0:
                return None
            trade = self.trade_finder.analyze_market_conditions(gex, skew, spot)
            return self._with_quote(trade, gex, spot)
        except Exception:  # noqa: BLE001 - as specified, whatever fails means no trade today
            return None

    def _with_quote(self, trade: dict[str, Any], gex: dict[str, Any], spot: float) -> dict[str, Any]:
        expiration, side = self._get_expiration_string(trade["dte"]), trade["option_type"]
        # Deliberate: a condor is priced as the put nearest to spot.
        quote = get_real_option_price_v2(SYMBOL, trade["strike"], side, expiration, tickers=self.tickers)
        if quote.get("error"):
            trade["strike"], quote = find_best_strike_from_real_data(
                SYMBOL, expiration, trade["strike"], side, spot, tickers=self.tickers
            )
        bid, ask = quote.get("bid", 0), quote.get("ask", 0)
        return {
            **trade,
            "real_bid": bid,
            "real_ask": ask,
            "real_mid": (bid + ask) / 2,
            "real_last": quote.get("last", 0),
            "real_iv": quote.get("implied_volatility", 0),
            "contract_symbol": quote.get("contract_symbol", ""),
            "expiration_str": expiration,
            "gex_data": gex,
        }

    def execute_trade(self, trade: Mapping[str, Any] | None) -> int | None:
        """Open a position and return its id, None without a trade. Missing keys raise KeyError, NaN ValueError."""
        if not trade:
            return None
        premium = trade.get("real_mid", trade.get("real_last", PREMIUM_WITHOUT_QUOTE))
        if premium == 0:
            premium = PREMIUM_WITHOUT_QUOTE
        quantity = self._contracts(premium)
        gex = trade["gex_data"]
        row = {
            "symbol": trade["symbol"],
            "strategy": trade["strategy"],
            "action": trade["action"],
            "entry_price": premium,
            "quantity": quantity,
            "strike": trade["strike"],
            "short_strike": trade.get("short_strike"),
            "option_type": trade["option_type"],
            "expiration_date": trade["expiration_str"],
            "dte": trade["dte"],
            "entry_spot_price": trade["entry_price"],
            "current_spot_price": trade["entry_price"],
            "entry_premium_bid": trade["real_bid"],
            "entry_premium_ask": trade["real_ask"],
            "entry_premium_mid": trade["real_mid"],
            "current_value": premium * quantity * CONTRACT_SIZE,
            "unrealized_pnl": 0.0,
            "status": "OPEN",
            "opened_at": local_now(self.clock).strftime(MOMENT),
            "confidence_score": trade["confidence"],
            "entry_net_gex": gex.get("net_gex", 0),
            "entry_flip_point": gex.get("flip_point", 0),
            "trade_reasoning": trade["reasoning"],
            "contract_symbol": trade.get("contract_symbol", ""),
            "entry_iv": trade["real_iv"],
            "notes": f"Trade of the day. Target price {trade.get('target_price', 0):.2f}",
        }
        # NaN is stored as missing, whatever the store makes of it.
        known = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        return self.store.insert(POSITIONS, known)

    def _contracts(self, premium: float) -> int:
        """Return contracts for the capital share of a position, 1 to 50."""
        # Deliberate (trading Q-9): one contract at least, whatever it costs.
        budget = float(self.get_config("capital")) * float(self.get_config("max_position_size"))
        return max(1, min(int(budget / (premium * CONTRACT_SIZE)), MOST_CONTRACTS))

    def _get_expiration_string(self, dte: float) -> str:
        return weekly_expiration(local_now(self.clock).date(), dte).strftime(DATE)
