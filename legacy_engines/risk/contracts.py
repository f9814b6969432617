"""How many contracts an account may risk."""

from __future__ import annotations

from typing import Any

SHARES_PER_CONTRACT = 100
NO_BUDGET = "Account size and risk percent must both be above zero."
NO_DISTANCE = "The stop is at the entry price, so there is no risk to size by. Move the stop away from the entry."


class PositionSizingCalculator:
    """Contracts from a risk budget."""

    @staticmethod
    def calculate_contracts(
        account_size: float, risk_pct: float, entry_price: float, stop_price: float
    ) -> dict[str, Any]:
        """Return contracts, USD at risk, percent of the account at risk and cost, or `{"error": text}`.

        account_size: USD. risk_pct: percent. Prices are per share. NaN raises ValueError, an infinite account
        OverflowError. Deliberate (intelligence 14): one contract is the least, even where it exceeds the budget.
        """
        if account_size <= 0 or risk_pct <= 0:
            return {"error": NO_BUDGET}
        budget = account_size * (risk_pct / 100)
        risk_per_contract = abs(entry_price - stop_price) * SHARES_PER_CONTRACT
        if risk_per_contract <= 0:
            return {"error": NO_DISTANCE}
        contracts = max(1, int(budget / risk_per_contract))
        at_risk = contracts * risk_per_contract
        return {
            "contracts": contracts,
            "risk_dollars": round(at_risk, 2),
            "risk_pct": round(at_risk / account_size * 100, 2),
            "max_loss": round(at_risk, 2),
            "cost_basis": round(contracts * entry_price * SHARES_PER_CONTRACT, 2),
        }
