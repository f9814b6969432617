"""The strategy with the best expected value for the present gamma."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.options.strikes import DTE, SmartStrikeSelector

SQUEEZE_GEX = -1e9
NO_SETUP = "No setup with an edge right now: wait for the levels to change."


class MultiStrategyOptimizer:
    """Compare what could be traded. Deliberate (intelligence 18): only long calls below the flip are known."""

    def __init__(self, rag: TradingRAG) -> None:
        self.rag = rag
        self.strike_selector = SmartStrikeSelector(rag)

    def get_best_strategy(self, market_data: Mapping[str, Any]) -> dict[str, Any]:
        """Return `best` (or None), `all_options` by expected value and a recommendation.

        Reads `net_gex` (USD), `spot_price` and `flip_point` (points).
        """
        net_gex, spot = market_data.get("net_gex", 0), market_data.get("spot_price", 0)
        options = []
        if net_gex < SQUEEZE_GEX and spot < market_data.get("flip_point", 0):
            options = self._long_calls(spot, market_data)
        best = options[0] if options else None
        return {
            "best": best,
            "all_options": options,
            "recommendation": f"Best EV: {best['name']}" if best else NO_SETUP,
        }

    def _long_calls(self, spot: float, market_data: Mapping[str, Any]) -> list[dict[str, Any]]:
        chosen = self.strike_selector.get_optimal_strike(spot, "CALL", market_data)
        if chosen is None:
            return []
        record = self.rag.get_personal_stats("LONG_CALL")
        return [
            {
                "name": "LONG CALLS",
                "strike": chosen["strike"],
                "premium": chosen["premium"],
                "probability": chosen["success_rate"],
                "expected_value": chosen["expected_value"],
                "your_historical": f"{record['win_rate']:.0f}% win rate",
                "action": f"BUY {chosen['strike']} calls at ${chosen['premium']:.2f}",
                "dte": DTE,
                "best_time": f"{DTE} DTE",
            }
        ]
