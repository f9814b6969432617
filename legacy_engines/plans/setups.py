"""The setups of a daily plan, each with strikes, entry, targets, stop and size."""

from __future__ import annotations

from typing import Any

from legacy_engines.plans.levels import billions, condor_at_walls, dollars

Setup = dict[str, Any]

SHORT_GAMMA_BELOW = -1e9  # USD of net GEX
LONG_GAMMA_ABOVE = 1e9
CONDOR_MIN_WIDTH = 2  # percent of spot between the walls
NEAR_WALL = 2  # percent of spot
CREDIT_SHARE = 0.015  # of the distance from spot to both walls
CONDOR_WING = 10  # points


def all_setups(
    symbol: str,
    spot: float,
    net_gex: float,
    flip: float,
    call_wall: float,
    put_wall: float,
    day: str,
    regime: dict[str, Any],
) -> list[Setup]:
    """Return the setups that fit the levels, in fixed order; the calendar is always there.

    Prices in points, net_gex in USD. Deliberate (plans Q8): weekday and regime change nothing.
    Spot zero with a wall is a ZeroDivisionError, NaN spot a ValueError.
    """
    width = abs(call_wall - put_wall) / spot * 100 if call_wall > 0 and put_wall > 0 else 0
    to_call_wall = abs(spot - call_wall) / spot * 100 if call_wall > 0 else 100
    to_put_wall = abs(spot - put_wall) / spot * 100 if put_wall > 0 else 100
    setups: list[Setup] = []
    if net_gex < SHORT_GAMMA_BELOW:
        below = spot < flip
        setups.append(squeeze(symbol, spot, net_gex, flip, call_wall) if below else momentum(spot, flip, call_wall))
    if width >= CONDOR_MIN_WIDTH:
        setups.append(iron_condor(spot, call_wall, put_wall, width))
    if to_call_wall < NEAR_WALL and net_gex > LONG_GAMMA_ABOVE:
        setups.append(bear_call_spread(symbol, call_wall))
    if to_put_wall < NEAR_WALL and net_gex > 0:
        setups.append(bull_put_spread(symbol, put_wall))
    setups.append(calendar(spot))
    return setups


def squeeze(symbol: str, spot: float, net_gex: float, flip: float, call_wall: float) -> Setup:
    """Return the long calls below the flip. Strikes are spot cut to whole points, not multiples of 5."""
    return {
        "strategy": "🚀 GAMMA SQUEEZE LONG CALLS",
        "confidence": 75,
        "action": f"BUY {symbol} CALLS",
        "strikes": f"${int(spot)}, ${int(spot) + 5}",
        "expiration": "2-5 DTE",
        "entry": f"{dollars(spot)}, give or take $0.50",
        "target_1": dollars(flip),
        "target_2": dollars(call_wall),
        "stop": dollars(spot * 0.99),
        "size": "3-5% of capital",
        "win_rate": "68%",
        "reasoning": (
            f"Net GEX is {billions(net_gex, 1)} with price below the flip. Dealers are short gamma and are forced "
            "to buy a rally, which feeds it until the flip is reached."
        ),
    }


def momentum(spot: float, flip: float, call_wall: float) -> Setup:
    """Return the calls added above the flip, bought on a one-point pullback."""
    return {
        "strategy": "📈 MOMENTUM CONTINUATION",
        "confidence": 65,
        "action": "ADD TO CALLS - build on strength, do not chase it",
        "strikes": f"${int(spot) + 5}",
        "expiration": "3-7 DTE",
        "entry": f"On a pullback to {dollars(spot - 1)}",
        "target_1": dollars(call_wall),
        "stop": dollars(flip),
        "size": "2-3% of capital",
        "win_rate": "62%",
        "reasoning": (
            "Price holds above the flip while dealers are short gamma, so their hedging keeps pushing "
            "in the direction of the move."
        ),
    }


def iron_condor(spot: float, call_wall: float, put_wall: float, width: float) -> Setup:
    """Return the condor that sells both walls. width: percent of spot between them.

    Credit is the distance from spot to both walls times 0.015. Deliberate (plans Q15): it can exceed the wing, and
    the risk then prints as a negative amount.
    """
    strikes = condor_at_walls(call_wall, put_wall, wing=CONDOR_WING)
    credit = (abs(call_wall - spot) + abs(spot - put_wall)) * CREDIT_SHARE
    return {
        "strategy": "🦅 IRON CONDOR - HIGH PROBABILITY INCOME",
        "confidence": 72,
        "action": "SELL IRON CONDOR",
        "strikes": (f"CALL: ${strikes.short_call}/{strikes.long_call} | PUT: ${strikes.short_put}/{strikes.long_put}"),
        "expiration": "21-45 DTE, to collect premium",
        "entry": "NOW - sell both sides together, at the mid or better",
        "credit": f"≈ {dollars(credit)} per spread",
        "max_profit": (
            f"{dollars(credit)} per spread if price stays between ${strikes.short_put} and ${strikes.short_call}"
        ),
        "max_risk": dollars(CONDOR_WING - credit),
        "win_rate": "72%",
        "size": "1-2 contracts, risk is defined",
        "reasoning": (
            f"The walls leave a range {width:.1f}% wide, and the open interest there tends to keep price inside. "
            "Whenever net GEX is below zero the walls break more easily: trade it smaller then."
        ),
    }


def bear_call_spread(symbol: str, call_wall: float) -> Setup:
    """Return the call spread sold at the call wall, 5 points wide."""
    return {
        "strategy": "📉 BEAR CALL SPREAD AT RESISTANCE",
        "confidence": 68,
        "action": "SELL CALL SPREAD",
        "strikes": f"${int(call_wall)}/{int(call_wall) + 5}",
        "expiration": "7-14 DTE",
        "entry": f"When {symbol} trades near {dollars(call_wall)}",
        "credit": "~$0.50-1.00",
        "win_rate": "70%",
        "size": "2-3% of capital",
        "reasoning": (
            f"With positive GEX dealers sell into strength at the call wall, {dollars(call_wall)}, so rallies stall."
        ),
    }


def bull_put_spread(symbol: str, put_wall: float) -> Setup:
    """Return the put spread sold at the put wall, 5 points wide."""
    return {
        "strategy": "📈 BULL PUT SPREAD AT SUPPORT",
        "confidence": 65,
        "action": "SELL PUT SPREAD",
        "strikes": f"${int(put_wall)}/{int(put_wall) - 5}",
        "expiration": "7-14 DTE",
        "entry": f"When {symbol} trades near {dollars(put_wall)}",
        "credit": "~$0.40-0.80",
        "win_rate": "68%",
        "size": "2-3% of capital",
        "reasoning": f"The put wall at {dollars(put_wall)} is where dealers buy, and declines tend to stop there.",
    }


def calendar(spot: float) -> Setup:
    """Return the calendar at the money."""
    return {
        "strategy": "📅 CALENDAR SPREAD - THETA MACHINE",
        "confidence": 60,
        "action": "SELL CALENDAR",
        "strikes": f"ATM ${int(spot)}",
        "expiration": "Sell 7 DTE, buy 35 DTE",
        "entry": "NOW - any quiet stretch of the session will do",
        "profit_target": "20-30% of the debit paid",
        "win_rate": "65%",
        "size": "2-4% of capital",
        "reasoning": "The short option loses theta faster than the long one while price stays near the strike.",
    }
