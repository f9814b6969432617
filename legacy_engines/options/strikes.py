"""The call strike with the best expected value, from a rough delta and the trader's own success rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from legacy_engines.copilot.trade_memory import TradingRAG

GRID = 5
CANDIDATES = 4
DTE = 7
EXPECTED_MOVE = 0.02
TIME_VALUE_AT_FULL_DELTA = 0.005


class SmartStrikeSelector:
    """Choose among the next strikes on a grid of five points."""

    def __init__(self, rag: TradingRAG) -> None:
        self.rag = rag

    def get_optimal_strike(self, spot: float, direction: str, market_data: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the call with the highest expected value (per share), None for any direction but `CALL`.

        Deliberate (intelligence 5): every strike has the same success rate, so without a history the cheapest wins.
        """
        if direction != "CALL":
            return None
        base = int(spot / GRID) * GRID
        success_rate = self.rag.get_pattern_success_rate({"strategy": "LONG_CALL"})
        candidates = [self._candidate(spot, base + GRID * step, success_rate) for step in range(CANDIDATES)]
        best = max(candidates, key=lambda candidate: candidate["expected_value"])
        return {**best, "reasoning": _reasoning(best)}

    def _candidate(self, spot: float, strike: int, success_rate: float) -> dict[str, Any]:
        premium = self._estimate_premium(spot, strike, "call")
        return {
            "strike": strike,
            "delta": self._estimate_delta(spot, strike, "call"),
            "premium": premium,
            "success_rate": success_rate,
            "breakeven": strike + premium,
            "expected_value": self._calculate_ev(spot, strike, success_rate, "call"),
            "dte": DTE,
        }

    def _estimate_delta(self, spot: float, strike: float, option_type: str) -> float:
        """Return a delta by moneyness. Any type but `call` is a put.

        Deliberate (intelligence 6): it jumps at 2 %, falls the deeper in the money and is not kept within 0 and 1.
        """
        if spot == 0:
            return 0
        moneyness = (strike - spot) / spot
        if moneyness < -0.02:
            delta = 0.7 + 0.3 * (1 + moneyness / 0.02)
        elif moneyness > 0.02:
            delta = 0.3 * (1 - moneyness / 0.05)
        else:
            delta = 0.5
        return delta if option_type == "call" else -delta

    def _estimate_premium(self, spot: float, strike: float, option_type: str) -> float:
        """Return intrinsic plus time value per share."""
        intrinsic = max(0, spot - strike) if option_type == "call" else max(0, strike - spot)
        return intrinsic + spot * TIME_VALUE_AT_FULL_DELTA * abs(self._estimate_delta(spot, strike, option_type))

    def _calculate_ev(self, spot: float, strike: float, success_rate: float, option_type: str) -> float:
        """Return the expected value per share; success_rate is in percent, a win is a move of 2 % of spot."""
        premium = self._estimate_premium(spot, strike, option_type)
        win, loss = spot * EXPECTED_MOVE - premium, -premium
        return success_rate / 100 * win + (100 - success_rate) / 100 * loss


def _reasoning(best: Mapping[str, Any]) -> str:
    return (
        f"The {best['strike']} call (delta {best['delta']:.2f}) has the best expected value of the next strikes. "
        f"At your long-call success rate of {best['success_rate']:.1f}% that is "
        f"${best['expected_value']:.2f} per share. Breakeven is ${best['breakeven']:.2f} "
        f"at a premium of ${best['premium']:.2f}."
    )
