"""The short day rules: one primary setup, and the early form of the Monday, Tuesday and Thursday plans."""

from __future__ import annotations

from typing import Any

from legacy_engines.plans.levels import dollars
from legacy_engines.plans.premium import CONDOR_VOLATILITY, Pricer, premium

FADE_ABOVE = 2e9  # USD of net GEX
SQUEEZE_BELOW = -1e9
SPREAD_WIDTH = 5  # points
CREDIT_SHARE = 0.4  # of a short option's price that is left after buying the wing


def primary_setup(day: str, net_gex: float, spot: float, flip: float, *, eastern_hour: int) -> str:
    """Return the setup to look for first. eastern_hour: 0 to 23, New York; only Wednesday asks for it."""
    if day == "Wednesday":
        if eastern_hour >= 15:
            return "NO NEW TRADES - the week's directionals are over"
        return "Final push, trail every directional and be flat by 3PM"
    if day in ("Thursday", "Friday"):
        return "Iron condor only, directionals have no edge this late in the week"
    if net_gex < SQUEEZE_BELOW:
        if spot < flip:
            return f"SQUEEZE SETUP - buy calls on a break above {dollars(flip)}"
        return "MOMENTUM CONTINUATION - buy pullbacks while price holds the flip"
    if net_gex > FADE_ABOVE:
        return f"FADE SETUP - sell moves away from {dollars(flip)}"
    return "NEUTRAL - no edge yet, wait for the flip to break"


def monday_plan(
    spot: float,
    flip: float,
    call_wall: float,
    put_wall: float,
    net_gex: float,
    atm_strike: int,
    pricer: Pricer,
    regime: dict[str, Any],
) -> dict[str, Any]:
    """Return the directional plan. Size is 3% of capital times the regime's multiplier."""
    price = premium(pricer, spot, atm_strike, 5, fallback=2.50)
    return {
        "strategy": "DIRECTIONAL HUNTING",
        "conviction": "⭐⭐⭐⭐⭐",
        "entry": {
            "trigger": f"Break and hold above {dollars(flip)}",
            "action": f"BUY {atm_strike} calls @ {dollars(price)}",
            "size": f"{3 * regime['size_multiplier']:.1f}% of capital",
            "stop": dollars(put_wall),
            "target_1": dollars(flip + 2),
            "target_2": dollars(call_wall),
        },
        "win_probability": 68 if net_gex < SQUEEZE_BELOW else 45,
        "expected_gain": "+8-12% on the position",
        "notes": "The best directional day of the week, be early and be quick",
    }


def tuesday_plan(
    spot: float,
    flip: float,
    call_wall: float,
    atm_strike: int,
    pricer: Pricer,
    regime: dict[str, Any],
) -> dict[str, Any]:
    """Return the continuation plan. Size is 2% of capital times the regime's multiplier."""
    price = premium(pricer, spot, atm_strike, 4, fallback=2.30)
    return {
        "strategy": "CONTINUATION",
        "conviction": "⭐⭐⭐⭐",
        "entry": {
            "morning_action": "Hold Monday's winners and move their stops to breakeven",
            "new_entry": f"On a pullback to {dollars(flip)} that holds",
            "action": f"BUY {atm_strike} calls @ {dollars(price)}",
            "size": f"{2 * regime['size_multiplier']:.1f}% of capital",
            "stop": "Break of the flip",
            "target": dollars(call_wall),
        },
        "win_probability": 62,
        "expected_gain": "+5-8% on the position",
        "notes": "Follow Monday's direction, directionals end tomorrow",
    }


def thursday_plan(spot: float, call_wall: float, put_wall: float, pricer: Pricer) -> dict[str, Any]:
    """Return the condor at the walls, two days out, 5 points wide; credits are 0.4 of the short options."""
    call = premium(pricer, spot, call_wall, 2, fallback=1.00, volatility=CONDOR_VOLATILITY)
    put = premium(pricer, spot, put_wall, 2, fallback=1.00, volatility=CONDOR_VOLATILITY, kind="put")
    credit = (call + put) * CREDIT_SHARE
    calls = f"{call_wall:.0f} call, buy the {call_wall + SPREAD_WIDTH:.0f} call"
    puts = f"{put_wall:.0f} put, buy the {put_wall - SPREAD_WIDTH:.0f} put"
    return {
        "strategy": "IRON CONDOR",
        "conviction": "⭐⭐⭐",
        "setup": {
            "call_spread": f"Sell the {calls}, credit {dollars(call * CREDIT_SHARE)}",
            "put_spread": f"Sell the {puts}, credit {dollars(put * CREDIT_SHARE)}",
            "total_credit": dollars(credit),
            "max_risk": dollars(SPREAD_WIDTH - credit),
            "breakevens": f"{dollars(call_wall + 1)} / {dollars(put_wall - 1)}",
        },
        "win_probability": 72,
        "management": "Close at 50% of the credit, or when a short strike is touched",
        "notes": "Income only, no directionals until Monday",
    }
