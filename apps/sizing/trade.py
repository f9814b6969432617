"""How many contracts of a trade an account bears: the engines' answers and what must be said beside them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.ideas.sizing import Bar, bars_of
from apps.sizing.forms import TradeForm
from legacy_engines.risk.contracts import PositionSizingCalculator
from legacy_engines.risk.sizing import CONTRACT_SIZE, size_setup


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedTrade:
    """A size by confidence. Money in USD, shares in per cent. budget: what the trade may lose; over: it loses more.

    capital: paid for it; None where premium is received, then credit is, and at_risk is held as margin.
    """

    contracts: int
    loss_per_contract: float
    at_risk: float
    of_account: float
    budget: float
    capital: float | None
    credit: float | None
    why: list[str]
    bars: list[Bar]

    @property
    def is_over(self) -> bool:
        return self.at_risk > self.budget


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSize:
    """A size by the distance to the stop. error: why there is none."""

    contracts: int = 0
    risk: float = 0.0
    of_account: float = 0.0
    max_loss: float = 0.0
    cost: float = 0.0
    budget: float = 0.0
    error: str = ""

    @property
    def is_over(self) -> bool:
        return self.risk > self.budget


def loss_per_contract(asked: dict[str, Any]) -> Decimal:
    """Return what one contract can lose, USD, by its structure."""
    if asked["structure"] == TradeForm.STATED:
        return Decimal(asked["max_loss"])
    if asked["structure"] == TradeForm.CREDIT:
        return (Decimal(asked["width"]) - Decimal(asked["premium"])) * CONTRACT_SIZE
    return Decimal(asked["premium"]) * CONTRACT_SIZE


def size_trade(asked: dict[str, Any]) -> SizedTrade:
    """Return the size of what a valid TradeForm asks for."""
    lost = loss_per_contract(asked)
    setup = {
        "strategy": "Trade",
        "confidence": float(asked["confidence"]),
        "option_premium": float(asked["premium"]),
        "max_risk": str(lost),
        "risk_reward": float(asked["risk_reward"]),
    }
    found = size_setup(setup, float(asked["account_size"]), float(asked["risk_percent"]))
    size = found["sizing"]
    is_credit = asked["structure"] == TradeForm.CREDIT
    return SizedTrade(
        contracts=size["num_contracts"],
        loss_per_contract=float(lost),
        at_risk=size["total_risk"],
        of_account=size["risk_pct_of_account"] / 100,
        budget=size["adjusted_risk_amount"],
        capital=None if is_credit else size["premium_outlay"],
        credit=size["premium_outlay"] if is_credit else None,
        why=found["explanation"],
        bars=bars_of(found["chart"]["figure"]["data"][0]),
    )


def size_by_stop(asked: dict[str, Any]) -> StopSize:
    """Return the size of what a valid StopForm asks for."""
    account, risk = float(asked["account_size"]), float(asked["risk_percent"])
    found = PositionSizingCalculator.calculate_contracts(account, risk, float(asked["entry"]), float(asked["stop"]))
    if "error" in found:
        return StopSize(error=found["error"])
    return StopSize(
        contracts=found["contracts"],
        risk=found["risk_dollars"],
        of_account=found["risk_pct"] / 100,
        max_loss=found["max_loss"],
        cost=found["cost_basis"],
        budget=account * risk / 100,
    )
