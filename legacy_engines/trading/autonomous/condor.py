"""The iron condor the auto-trader sells when no direction is good enough: strikes, credit, record, mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from legacy_engines.trading.autonomous.decision import SYMBOL, grid_strike
from legacy_engines.trading.autonomous.sizing import CONTRACT_SIZE

SHORT_DISTANCE: Final = 0.06
"""Distance of the short strikes from spot as a share of it."""

WING: Final = 5
RISK: Final = WING * CONTRACT_SIZE
"""US dollars per condor between a short strike and its wing."""

DTE: Final = 35
CONFIDENCE: Final = 85
ACTION: Final = "IRON_CONDOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class CondorStrikes:
    """The four strikes of an iron condor, in points."""

    call_sell: int
    call_buy: int
    put_sell: int
    put_buy: int

    @property
    def legs(self) -> tuple[tuple[int, str], ...]:
        """Return strike and side of each leg in the order in which they are quoted: shorts before their wings."""
        return (self.call_sell, "call"), (self.call_buy, "call"), (self.put_sell, "put"), (self.put_buy, "put")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a position is worth. price: US dollars per share; pnl: US dollars; pnl_percent: of the entry value."""

    price: float
    pnl: float
    pnl_percent: float


def condor_strikes(spot: float) -> CondorStrikes:
    """Return shorts 6 % from spot on the strike grid, wings 5 points beyond."""
    call_sell = grid_strike(spot + SHORT_DISTANCE * spot)
    put_sell = grid_strike(spot - SHORT_DISTANCE * spot)
    return CondorStrikes(call_sell=call_sell, call_buy=call_sell + WING, put_sell=put_sell, put_buy=put_sell - WING)


def condor_credit(quotes: Sequence[Mapping[str, Any]]) -> float:
    """Return the credit per share at the mids of the four legs, in the order of `CondorStrikes.legs`."""
    call_sell, call_buy, put_sell, put_buy = (quote["mid"] for quote in quotes)
    return float((call_sell - call_buy) + (put_sell - put_buy))


def condor_trade(
    spot: float, strikes: CondorStrikes, quotes: Sequence[Mapping[str, Any]], contracts: int
) -> dict[str, Any]:
    """Return the trade as it is stored."""
    credit = condor_credit(quotes)
    collected = f"{credit * contracts * CONTRACT_SIZE:.0f}"
    call_sell, call_buy, put_sell, put_buy = (
        f"{strike} {side} at {quote['mid']:.2f}" for (strike, side), quote in zip(strikes.legs, quotes, strict=True)
    )
    reasoning = (
        f"No direction stands out, so premium is sold around the range: sell the {call_sell}, buy the {call_buy}, "
        f"sell the {put_sell}, buy the {put_buy}. Credit {credit:.2f} per share on {contracts} contracts, "
        f"${collected} in all against ${RISK * contracts:,} of risk, held {DTE} days. "
        f"It pays while SPY, now {spot:.2f}, stays between the short strikes."
    )
    return {
        "symbol": SYMBOL,
        "strategy": f"Iron Condor (Collect ${collected} premium)",
        "action": ACTION,
        "option_type": "iron_condor",
        # Deliberate (trading Q-3): the row holds spot where a strike belongs; the legs are handed over separately.
        "strike": spot,
        "dte": DTE,
        "confidence": CONFIDENCE,
        "reasoning": reasoning,
    }


def condor_mark(entry_credit: float, contracts: int, quotes: Sequence[Mapping[str, Any]]) -> Mark:
    """Return the mark of a condor whose four legs are known: profit is the credit less what closing costs now."""
    cost = condor_credit(quotes)
    received = entry_credit * contracts * CONTRACT_SIZE
    pnl = received - cost * contracts * CONTRACT_SIZE
    return Mark(price=cost, pnl=pnl, pnl_percent=pnl / received * 100 if received > 0 else 0)


def long_mark(entry_price: float, contracts: int, price: float) -> Mark:
    """Return the mark of a bought option at a price per share."""
    entry_value = entry_price * contracts * CONTRACT_SIZE
    pnl = price * contracts * CONTRACT_SIZE - entry_value
    return Mark(price=price, pnl=pnl, pnl_percent=pnl / entry_value * 100 if entry_value > 0 else 0)
