"""The contracts the engine asks for and the ones the account really holds."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from apps.ledger.models import Leg
from apps.ledger.tickets import LegTicket
from legacy_engines.trading.autonomous.condor import CondorStrikes


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """One option in the engine's words. strike: points. ratio: contracts per unit, negative when sold."""

    symbol: str
    strike: float
    option_type: str
    expiration: str
    ratio: int = 1

    @property
    def key(self) -> str:
        """Its name in a notebook."""
        return f"{self.symbol} {self.expiration} {self.strike!r} {self.option_type}"

    @property
    def day(self) -> date:
        return date.fromisoformat(self.expiration)

    @property
    def exact_strike(self) -> Decimal:
        return Decimal(repr(float(self.strike)))

    @property
    def side(self) -> Literal["call", "put"]:
        """Return the side as the engine quotes it: whatever is no call is a put."""
        return "call" if self.option_type.lower() == "call" else "put"

    def listed_as(self, quote: dict[str, Any]) -> "Contract":
        """Return the contract whose quote was used: the listed strike nearest to the one asked for."""
        return msgspec.structs.replace(self, strike=float(quote["strike"]))

    def as_leg(self) -> LegTicket:
        """Return the contract as a leg of a ticket."""
        return LegTicket(kind=self.side, ratio=self.ratio, strike=self.exact_strike, expiration=self.day)


def condor_contracts(symbol: str, strikes: CondorStrikes, expiration: str) -> list[Contract]:
    """Return the four contracts of a condor in the engine's order: shorts before their wings."""
    ratios = (-1, 1, -1, 1)
    return [
        Contract(symbol=symbol, strike=strike, option_type=side, expiration=expiration, ratio=ratio)
        for (strike, side), ratio in zip(strikes.legs, ratios, strict=True)
    ]


def of_legs(symbol: str, legs: Iterable[Leg]) -> list[Contract]:
    """Return the contracts of a position's legs in their order."""
    return [
        Contract(
            symbol=symbol,
            strike=float(leg.strike),
            option_type=leg.kind,
            expiration=leg.expiration.isoformat(),
            ratio=leg.ratio,
        )
        for leg in legs
        if leg.strike is not None and leg.expiration is not None
    ]
