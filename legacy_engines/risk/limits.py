"""Whether the account may take another position."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, Final

from legacy_engines.gex.setups import TradeSetup

DAILY_LOSS_FRACTION: Final = 0.02
PORTFOLIO_RISK_FRACTION: Final = 0.10
POSITIONS_PER_STRATEGY: Final = 3

APPROVED: Final = "Approved: within all risk limits"
DAILY_LOSS_LIMIT: Final = "Daily loss limit reached: no new positions today"
STRATEGY_POSITION_LIMIT: Final = "Three or more positions in this strategy are open already"
PORTFOLIO_RISK_LIMIT: Final = "The open positions use up the portfolio's risk limit"


class RiskManager:
    """Keep an account within its limits. account_size: dollars.

    Deliberate (core Q19): the daily limit is fixed at construction, so an account of 0 is always at it, and the risk of
    the proposed position itself is not compared with what is available.
    """

    def __init__(self, account_size: float = 100000) -> None:
        self.account_size = account_size
        self.positions: list[dict[str, Any]] = []
        self.daily_pnl: float = 0
        self.max_daily_loss = account_size * DAILY_LOSS_FRACTION

    def check_new_position(self, setup: TradeSetup) -> dict[str, Any]:
        """Return whether the setup may be opened, why, and the risk in use and left, dollars."""
        # A plain running sum: newer Pythons compensate in sum(), which changes the last digit.
        exposure = reduce(operator.add, (position.get("risk", 0) for position in self.positions), 0)
        if self.daily_pnl <= -self.max_daily_loss:
            return _decision(False, DAILY_LOSS_LIMIT, exposure, 0)
        same = [position for position in self.positions if position["strategy"] == setup.strategy_type]
        if len(same) >= POSITIONS_PER_STRATEGY:
            return _decision(False, STRATEGY_POSITION_LIMIT, exposure, 0)
        available = self.account_size * PORTFOLIO_RISK_FRACTION - exposure
        if available > 0:
            return _decision(True, APPROVED, exposure, available)
        return _decision(False, PORTFOLIO_RISK_LIMIT, exposure, available)


def _decision(approved: bool, reason: str, exposure: float, available: float) -> dict[str, Any]:
    return {"approved": approved, "reason": reason, "current_exposure": exposure, "available_risk": available}
