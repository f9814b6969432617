"""The trades of a weekly plan, day by day: directional early, out by Wednesday, condor on Thursday, theta on Friday."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from legacy_engines.plans.levels import BILLION, dollars
from legacy_engines.plans.premium import CONDOR_VOLATILITY, Pricer, premium

DayPlan = dict[str, Any]

SQUEEZE_BELOW = -1e9  # USD of net GEX
CONTRACT = 100  # shares
MONDAY_CONTRACTS = 5  # what risk and profit of Monday's squeeze are counted for
CONDOR_DAYS = 21
CONDOR_WING = 10  # points
CREDIT_SHARE = 0.4  # of a short option's price that is left after buying the wing


def day_name(date: datetime) -> str:
    return date.strftime("%A, %B %d")


def monday_trades(
    symbol: str,
    spot: float,
    flip: float,
    flip_strike: int,
    call_wall: float,
    call_wall_strike: int,
    put_wall: float,
    net_gex: float,
    pricer: Pricer,
    date: datetime,
) -> DayPlan:
    """Return Monday: full size when dealers are short gamma, else a small position. Options expire on Friday."""
    price = premium(pricer, spot, flip_strike, 5, fallback=2.50)
    expiration = f"{(date + timedelta(days=4)).strftime('%m/%d')} (5 DTE)"
    size = f"{net_gex / BILLION:.1f}B"
    if net_gex < SQUEEZE_BELOW:
        return {
            "date": day_name(date),
            "market_setup": f"Net GEX at {size} has dealers short gamma, a squeeze is possible from the open",
            "trades": [_monday_squeeze(symbol, spot, flip, flip_strike, call_wall, put_wall, price, expiration)],
            "notes": "AGGRESSIVE DAY - the best directional day of the week, use the full size and respect the stop",
        }
    return {
        "date": day_name(date),
        "market_setup": f"Net GEX at {size} gives dealers no reason to chase, expect less follow-through",
        "trades": [_monday_small(symbol, spot, flip, flip_strike, price, expiration)],
        "notes": "REDUCED CONVICTION - trade small or not at all, condors later in the week suit this picture better",
    }


def _monday_squeeze(
    symbol: str,
    spot: float,
    flip: float,
    flip_strike: int,
    call_wall: float,
    put_wall: float,
    price: float,
    expiration: str,
) -> dict[str, Any]:
    # Deliberate (plans Q7): the flip strike is bought even far in the money, so the expected profit may be negative.
    profit = (flip + 2 - spot) * MONDAY_CONTRACTS * CONTRACT * 0.5
    return {
        "trade_num": 1,
        "action": f"BUY {symbol} {flip_strike} CALLS",
        "strike": f"${flip_strike}",
        "expiration": expiration,
        "entry_price": dollars(price),
        "entry_zone": f"{dollars(price * 0.9)} - {dollars(price * 1.1)}, no chasing above it",
        "quantity": "3-5 contracts",
        # Decided (plans Q5): the old text left its placeholders for symbol and flip unfilled; here they are filled.
        "entry_time": f"9:45-10:15 CT, only with {symbol} holding above the flip at {dollars(flip)}",
        "target_1": f"{dollars(flip + 2)}, exit 50% of the position",
        "target_2": f"{dollars(call_wall)}, exit another 25%",
        "trailing_stop": "Trail the last 25% with a $2 stop",
        "hard_stop": f"Break of {dollars(put_wall)}, or -50% on the option",
        "max_risk": f"${price * MONDAY_CONTRACTS * CONTRACT:.0f} for {MONDAY_CONTRACTS} contracts",
        "expected_profit": f"${profit:.0f} when target 1 is reached",
        "win_probability": "68%",
    }


def _monday_small(
    symbol: str, spot: float, flip: float, flip_strike: int, price: float, expiration: str
) -> dict[str, Any]:
    return {
        "trade_num": 1,
        "action": f"BUY {symbol} {flip_strike} CALLS (smaller size)",
        "strike": f"${flip_strike}",
        "expiration": expiration,
        "entry_price": dollars(price),
        "quantity": "1-2 contracts",
        "entry_time": "9:45-10:15 CT, after the opening range is set",
        "target_1": f"{dollars(flip + 1)}, exit 100% of the position",
        "hard_stop": f"Break of {dollars(spot - 1)}, or -40% on the option",
        "win_probability": "45%",
    }


def tuesday_trades(
    symbol: str,
    spot: float,
    flip: float,
    flip_strike: int,
    call_wall: float,
    call_wall_strike: int,
    net_gex: float,
    pricer: Pricer,
    date: datetime,
) -> DayPlan:
    """Return Tuesday: manage Monday's winner, add on a pullback. Options expire on the same Friday."""
    price = premium(pricer, spot, flip_strike, 4, fallback=2.30)
    add = {
        "trade_num": 2,
        "action": f"ADD: {symbol} {flip_strike} or {flip_strike + 5} calls on a pullback",
        "strike": f"${flip_strike} or ${flip_strike + 5}",
        "expiration": f"{(date + timedelta(days=3)).strftime('%m/%d')} (4 DTE)",
        "entry_price": dollars(price),
        "quantity": "2-3 contracts",
        "entry_time": f"On a pullback to {dollars(flip)} that holds",
        "target_1": dollars(call_wall),
        "hard_stop": f"Break of {dollars(flip)}, exit all",
        "condition": "Skip this trade if Monday's position lost money",
    }
    manage = {
        "trade_num": 1,
        "action": "IF Monday trade is PROFITABLE: protect it first, then let it work",
        "management": [
            "Move the stop to breakeven",
            "Take 25% off when the option is up more than $1",
            "Let the rest run toward the call wall",
        ],
    }
    return {
        "date": day_name(date),
        "market_setup": "CONTINUATION DAY - Monday's direction usually carries on while price holds the flip",
        "trades": [manage, add],
        "notes": "Follow Monday's move, do not start one against it. Directionals end tomorrow afternoon.",
    }


def wednesday_trades(symbol: str, spot: float, flip: float, call_wall: float, date: datetime) -> DayPlan:
    """Return Wednesday: out of every directional in two steps."""
    return {
        "date": day_name(date),
        "market_setup": "MANDATORY EXIT DAY - theta takes over, every directional goes",
        "trades": [
            {
                "trade_num": 1,
                "action": "Between 9:30 and 12:00 sell directionals into strength",
                "management": [
                    "Close 75% of every directional position",
                    f"If price is pushing to {dollars(call_wall)}, the rest may stay until 12:00",
                    "Keep trailing stops tight, give nothing back",
                ],
            },
            {
                "trade_num": 2,
                "action": "From 12:00 to 3:00 close whatever is left",
                "management": [
                    "Close 100% of the remaining directionals by 3:00",
                    "NO EXCEPTIONS - a good-looking position is closed as well",
                    "Cancel resting entry orders",
                    "Choose the strikes for tomorrow's condor",
                ],
            },
        ],
        "notes": "Being flat is the position. Theta and the approach of Friday punish long options held from here.",
    }


def thursday_trades(
    symbol: str, spot: float, call_wall_strike: int, put_wall_strike: int, pricer: Pricer, date: datetime
) -> DayPlan:
    """Return Thursday: the condor at the walls, 21 days out. Credit is 0.4 of both short options.

    Deliberate (plans Q7): Thursday plus 21 days is a Thursday.
    """
    long_call, long_put = call_wall_strike + CONDOR_WING, put_wall_strike - CONDOR_WING
    call = premium(pricer, spot, call_wall_strike, CONDOR_DAYS, fallback=0.80, volatility=CONDOR_VOLATILITY)
    put = premium(pricer, spot, put_wall_strike, CONDOR_DAYS, fallback=0.80, volatility=CONDOR_VOLATILITY, kind="put")
    credit = call * CREDIT_SHARE + put * CREDIT_SHARE
    condor = {
        "trade_num": 1,
        "action": f"SELL {symbol} IRON CONDOR",
        "call_spread": f"Sell the {call_wall_strike} call, buy the {long_call} call",
        "put_spread": f"Sell the {put_wall_strike} put, buy the {long_put} put",
        "expiration": f"{(date + timedelta(days=CONDOR_DAYS)).strftime('%m/%d')} ({CONDOR_DAYS} DTE)",
        "credit_received": f"{dollars(credit)} per condor",
        "quantity": "1-2 contracts",
        "entry_time": "Mid-morning, once spreads have tightened",
        "max_profit": f"${credit * CONTRACT:.0f} per condor",
        "max_loss": f"${(CONDOR_WING - credit) * CONTRACT:.0f} per condor",
        "profit_zone": f"Between ${put_wall_strike} and ${call_wall_strike} at expiration",
        "breakevens": f"{dollars(put_wall_strike - credit)} and {dollars(call_wall_strike + credit)}",
        "management": [
            f"Close at 50% of the maximum profit, a gain of ${credit * 50:.0f}",
            f"Close when price comes near ${call_wall_strike} or ${put_wall_strike}",
            "Roll or close before 7 DTE",
        ],
        "win_probability": "72%",
    }
    return {
        "date": day_name(date),
        "market_setup": "IRON CONDOR - sell the walls while dealers defend them",
        "trades": [condor],
        "notes": "No directionals today. Income comes from time, so enter once and leave it alone.",
    }


def friday_trades(symbol: str, spot: float, call_wall_strike: int, put_wall_strike: int, date: datetime) -> DayPlan:
    """Return Friday: harvest theta, stay out of the last day's options."""
    return {
        "date": day_name(date),
        "market_setup": "THETA HARVEST DAY - time decay does the work, direction is a coin toss",
        "trades": [
            {
                "trade_num": 1,
                "action": "MANAGE Thursday Iron Condor: decide before the close what goes into the weekend",
                "management": [
                    "With 25% of the maximum profit or less still to earn, close it",
                    "Otherwise hold, as long as price stays between the short strikes",
                    "Close the threatened side if price leans on a wall",
                ],
            },
            {
                "trade_num": 2,
                "action": "Avoid 0DTE directionals",
                "reasoning": [
                    "Gamma is extreme and theta is against the buyer all day",
                    "The only exception is a charm setup after 3:30 PM",
                    "Then risk at most 1% of capital on a 0DTE scalp",
                    "Hold it no longer than 15 minutes",
                ],
            },
        ],
        "notes": "Protect the week's profit. The next directional day is Monday.",
    }
