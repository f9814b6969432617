"""The trade for today by weekday, gamma and expiration, as the old tracker's decision table had it (C-7).

Prices in points of the underlying, `$` with two decimals and unrounded strikes, as they were shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from legacy_engines.screens.daily_expiry import is_expiration_day
from legacy_engines.screens.trading_day import CENTRAL

CONDOR_ABOVE: Final = 2e9  # USD of net GEX
LATE_HOUR: Final = 14  # of the Central clock, although every text speaks of New York
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


@dataclass(frozen=True)
class Leg:
    """quantity: contracts, negative when sold. strike: points."""

    quantity: int
    option_type: str
    strike: float


@dataclass(frozen=True)
class Play:
    """expiration: in words. credit, debit: dollars a share, as a range. steps: the checklist of a weekend."""

    scenario: str
    strategy: str
    expiration: str = ""
    legs: tuple[Leg, ...] = ()
    premium: str = ""
    entry: str = ""
    target: str = ""
    stop: str = ""
    size: str = ""
    edge: str = ""
    steps: tuple[str, ...] = ()

    @property
    def structure(self) -> str:
        """Return the legs in words."""
        parts = []
        for leg in self.legs:
            many = f"{abs(leg.quantity)}x " if abs(leg.quantity) > 1 else ""
            verb = "Buy" if leg.quantity > 0 else "Sell"
            parts.append(f"{verb} {many}${leg.strike:.2f} {leg.option_type}")
        return ", ".join(parts)


def play_of_the_day(symbol: str, data: Mapping[str, float], now: datetime) -> Play:
    """Return the play. data: `spot_price`, `flip_point` in points, `net_gex` in USD.

    Deliberate (C-7): the afternoon of an expiration begins at 14:00 Central, which is 15:00 in New York.
    """
    here = now.astimezone(CENTRAL)
    spot, flip, net_gex = data["spot_price"], data["flip_point"], data["net_gex"]
    expires = is_expiration_day(symbol, now)
    weekday = here.weekday()
    if weekday in (MONDAY, TUESDAY):
        return _condor(spot) if net_gex > CONDOR_ABOVE else _vertical(spot, flip)
    if weekday == WEDNESDAY:
        return _iron_fly(spot) if expires else _butterfly(spot)
    if weekday in (THURSDAY, FRIDAY):
        if not expires:
            return _weekly_straddle(spot)
        return _straddle(spot) if here.hour < LATE_HOUR else _late_sale(spot, net_gex)
    return _planning()


def _condor(spot: float) -> Play:
    legs = (
        Leg(-1, "call", spot + 2),
        Leg(1, "call", spot + 4),
        Leg(-1, "put", spot - 2),
        Leg(1, "put", spot - 4),
    )
    return Play(
        scenario="High gamma early in the week: price is held in a range",
        strategy="Iron condor",
        expiration="This Friday",
        legs=legs,
        premium="Credit $0.40 to $0.60",
        entry="At the open, 9:30 AM ET",
        target="Close at 50% of the credit, or Thursday 3 PM",
        stop="The flip is breached or a short strike is touched",
        size="1-2% of capital a side, 2-4% together",
        edge="Dealers sell rallies and buy dips, and time pays the seller.",
    )


def _vertical(spot: float, flip: float) -> Play:
    bullish = spot > flip
    side, kind = (-1, "put") if bullish else (1, "call")
    legs = (Leg(-1, kind, spot + side * 1.5), Leg(1, kind, spot + side * 3))
    return Play(
        scenario="Moderate gamma early in the week: lean with the flip",
        strategy="Bull put spread" if bullish else "Bear call spread",
        expiration="This Friday",
        legs=legs,
        premium="Credit $0.50 to $0.80",
        entry="10:30 AM ET, once the first range stands",
        target="60% of the credit, or Thursday 2 PM",
        stop="Net GEX changes its sign, or price nears the flip",
        size="2-3% of capital",
        edge=f"Price is {'above' if bullish else 'below'} the flip, and the spread is sold behind it.",
    )


def _iron_fly(spot: float) -> Play:
    legs = (
        Leg(-1, "call", spot + 0.5),
        Leg(-1, "put", spot - 0.5),
        Leg(1, "call", spot + 2),
        Leg(1, "put", spot - 2),
    )
    return Play(
        scenario="Midweek expiration: price pins where gamma is largest",
        strategy="0DTE short iron fly (or a calendar)",
        expiration="Today",
        legs=legs,
        premium="Credit $0.80 to $1.20",
        entry="10 to 11 AM ET",
        target="Hold to 3:30 PM ET or 75% of the credit",
        stop="A move of $2, or $150 lost a contract",
        size="1% of capital",
        edge="What expires today is hedged around its strikes until the close.",
    )


def _butterfly(spot: float) -> Play:
    return Play(
        scenario="Midweek without an expiration: gamma thins out slowly",
        strategy="Long call butterfly",
        expiration="This Friday",
        legs=(Leg(1, "call", spot + 2), Leg(-2, "call", spot + 4), Leg(1, "call", spot + 6)),
        premium="Debit $0.20 to $0.40",
        entry="9:45 to 10:15 AM ET",
        target="The body is reached, or 200% of the debit",
        stop="None: the debit is all that can be lost",
        size="0.5% of capital",
        edge="Little is paid for a drift towards Friday's strikes.",
    )


def _straddle(spot: float) -> Play:
    return Play(
        scenario="Late-week expiration: the gamma that held price goes away",
        strategy="Long 0DTE straddle at the money",
        expiration="Today",
        legs=(Leg(1, "call", spot), Leg(1, "put", spot)),
        premium=f"Debit $1.50 to $2.50, break-even near ${spot - 2:.2f} and ${spot + 2:.2f}",
        entry="9:30 to 10:30 AM ET",
        target="A leg is $2 in the money, or 1 PM ET",
        stop="No move by 11:30 AM ET (30-40% down), or $100",
        size="1-2% of capital",
        edge="With less gamma in the way a move runs further than the straddle costs.",
    )


def _late_sale(spot: float, net_gex: float) -> Play:
    kind, strike = ("call", spot + 2) if net_gex < 0 else ("put", spot - 2)
    return Play(
        scenario="The last hour of an expiration: decay is all that is left",
        strategy="Sell a 0DTE option out of the money",
        expiration="Today",
        legs=(Leg(-1, kind, strike),),
        premium="Credit $0.10 to $0.25",
        entry="3:00 to 3:30 PM ET",
        target="Hold to 3:55 PM ET, or until it is worthless",
        stop="$30 lost at most",
        size="0.5% of capital",
        edge="An option two points away seldom comes back within the hour.",
    )


def _weekly_straddle(spot: float) -> Play:
    return Play(
        scenario="Late in the week without an expiration of its own",
        strategy="Long weekly straddle",
        expiration="Next Friday",
        legs=(Leg(1, "call", spot), Leg(1, "put", spot)),
        premium="Debit $3.00 to $4.50",
        entry="2 to 3 PM ET",
        target="A leg is 50% in the money before its expiration",
        stop="Monday 11 AM ET without a move",
        size="2% of capital",
        edge="Volatility is cheap before the week's gamma is gone.",
    )


def _planning() -> Play:
    return Play(
        scenario="No session: plan the week",
        strategy="Planning",
        steps=(
            "Read the levels of Friday's close: flip, walls, net GEX",
            "Note the days of the week on which most gamma expires",
            "Mark the calendar: data, earnings, expirations, half days",
            "Choose two setups for Monday, with entry, target and stop",
            "Check the account: what is open, and how much may be risked",
        ),
    )
