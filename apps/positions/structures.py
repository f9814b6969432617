"""The structures the form offers, and the legs each stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from apps.ledger.tickets import LegKind, LegTicket

Side = Literal["buy", "sell"]
STRIKES = ("strike", "strike2", "strike3", "strike4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """legs: kind, ratio when bought, and which of its strikes. strikes: their names, in the order of the form."""

    label: str
    bought: str
    sold: str
    strikes: tuple[str, ...]
    legs: tuple[tuple[LegKind, int, int], ...]

    def strategy(self, side: str) -> str:
        """Return how a position of it is called where its trader names nothing."""
        return self.bought if side == "buy" else self.sold


STRUCTURES: dict[str, Structure] = {
    "call": Structure(label="Call", bought="Long Call", sold="Short Call", strikes=("Strike",), legs=(("call", 1, 0),)),
    "put": Structure(label="Put", bought="Long Put", sold="Short Put", strikes=("Strike",), legs=(("put", 1, 0),)),
    "call_spread": Structure(
        label="Call spread",
        bought="Bull Call Spread",
        sold="Bear Call Spread",
        strikes=("Lower strike", "Upper strike"),
        legs=(("call", 1, 0), ("call", -1, 1)),
    ),
    "put_spread": Structure(
        label="Put spread",
        bought="Bear Put Spread",
        sold="Bull Put Spread",
        strikes=("Lower strike", "Upper strike"),
        legs=(("put", -1, 0), ("put", 1, 1)),
    ),
    "straddle": Structure(
        label="Straddle",
        bought="Long Straddle",
        sold="Short Straddle",
        strikes=("Strike",),
        legs=(("call", 1, 0), ("put", 1, 0)),
    ),
    "strangle": Structure(
        label="Strangle",
        bought="Long Strangle",
        sold="Short Strangle",
        strikes=("Put strike", "Call strike"),
        legs=(("put", 1, 0), ("call", 1, 1)),
    ),
    "condor": Structure(
        label="Iron condor",
        bought="Reverse Iron Condor",
        sold="Iron Condor",
        strikes=("Put wing", "Inner put", "Inner call", "Call wing"),
        legs=(("put", -1, 0), ("put", 1, 1), ("call", 1, 2), ("call", -1, 3)),
    ),
    "shares": Structure(label="Shares", bought="Long Shares", sold="Short Shares", strikes=(), legs=(("stock", 1, 0),)),
}


def legs_of(name: str, side: Side, expiration: date | None, strikes: Sequence[Decimal]) -> tuple[LegTicket, ...]:
    """Return the legs. strikes: one for each name of the structure, rising."""
    sign = 1 if side == "buy" else -1
    return tuple(
        LegTicket(kind=kind, ratio=sign * ratio)
        if kind == "stock"
        else LegTicket(kind=kind, ratio=sign * ratio, strike=strikes[place], expiration=expiration)
        for kind, ratio, place in STRUCTURES[name].legs
    )


def usual_strikes(name: str, listed: Sequence[Decimal], spot: Decimal | None) -> Mapping[str, Decimal]:
    """Return strikes to begin with around the price: what the form shows before anybody chose."""
    count = len(STRUCTURES[name].strikes)
    if not listed or spot is None or not count:
        return {}
    middle = min(range(len(listed)), key=lambda place: abs(listed[place] - spot))
    steps = {1: (0,), 2: (0, 2) if name != "strangle" else (-4, 4), 4: (-12, -8, 8, 12)}[count]
    places = [min(max(middle + step, 0), len(listed) - 1) for step in steps]
    chosen = [listed[place] for place in places]
    return dict(zip(STRIKES, _with_even_wings(chosen, listed) if count == 4 else chosen, strict=False))


def _with_even_wings(strikes: Sequence[Decimal], listed: Sequence[Decimal]) -> list[Decimal]:
    """Return a condor's strikes with wings as wide as each other: exchanges list strikes further apart away from the
    price, so that the same number of strikes is not the same width.
    """
    _, low, high, _ = strikes
    width = max(low - strikes[0], strikes[3] - high)
    return [_nearest(listed, low - width), low, high, _nearest(listed, high + width)]


def _nearest(listed: Sequence[Decimal], wanted: Decimal) -> Decimal:
    return min(listed, key=lambda strike: abs(strike - wanted))
