"""What a move of price, days and volatility would do to an option position, to first order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHARES_PER_CONTRACT = 100
LOWEST_PRICE = 0.01
USD_PER_IV_POINT = 0.01

TAKE_PROFITS = "Take profits: the gain is past half of the premium paid."
SCALE_OUT_HALF = "Scale out half: lock in part of the gain and let the rest run."
CUT_LOSS = "Cut the loss: more than half of the premium is gone."
MONITOR_AT_RISK = "Monitor closely: the position is losing, so keep its stop in sight."
HOLD = "Hold: nothing here changes the plan."


class ScenarioPlanner:
    """Estimates from delta and theta."""

    @staticmethod
    def analyze_scenario(current_position: Mapping[str, Any], scenario: Mapping[str, Any]) -> dict[str, Any]:
        """Return prices (per share), P&L (USD), its percentage and a recommendation.

        Reads `strike`, `entry_price`, `contracts`, `delta`, `theta` (per day) and `current_price` (of the underlying)
        of the position, `name`, `price_change_pct`, `days_forward` and `iv_change_pct` (points) of the scenario.
        """
        entry = current_position.get("entry_price", 0)
        contracts = current_position.get("contracts", 1)
        current = current_position.get("current_price", current_position.get("strike", 0))
        price_change_pct = scenario.get("price_change_pct", 0)
        days = scenario.get("days_forward", 1)

        new_price = current * (1 + price_change_pct / 100)
        from_move = current_position.get("delta", 0.5) * (new_price - current)
        from_time = current_position.get("theta", -0.10) * days
        from_volatility = scenario.get("iv_change_pct", 0) * USD_PER_IV_POINT
        # The order of the arguments matters: a NaN estimate becomes the lowest price.
        estimate = max(LOWEST_PRICE, entry + from_move + from_time + from_volatility)
        per_contract = (estimate - entry) * SHARES_PER_CONTRACT
        total = per_contract * contracts
        return {
            "scenario_name": scenario.get("name", "Unnamed"),
            "new_stock_price": round(new_price, 2),
            "stock_move_pct": round(price_change_pct, 2),
            "estimated_option_price": round(estimate, 2),
            "pnl_per_contract": round(per_contract, 2),
            "total_pnl": round(total, 2),
            "pnl_pct": round((estimate / entry - 1) * 100 if entry > 0 else 0, 2),
            "days_elapsed": days,
            "recommendation": ScenarioPlanner._get_recommendation(total, entry, contracts),
        }

    @staticmethod
    def _get_recommendation(pnl: float, entry: float, contracts: float) -> str:
        """Return what to do at this P&L in USD, measured against what the position cost."""
        cost = entry * contracts * SHARES_PER_CONTRACT
        if pnl > cost * 0.5:
            return TAKE_PROFITS
        if pnl > cost * 0.3:
            return SCALE_OUT_HALF
        if pnl < -cost * 0.5:
            return CUT_LOSS
        return MONITOR_AT_RISK if pnl < 0 else HOLD
