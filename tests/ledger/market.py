"""A little market of one symbol whose quotes are what a test says they are."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from django.test import TestCase

from apps.ledger.tickets import LegTicket, Ticket
from apps.market.chain import Chain, Origin
from apps.market.feed import store_observation
from apps.market.quotes import keep_quotes

EXPIRATION = date(2026, 12, 18)
LATER = date(2027, 1, 15)
SIMULATED = Origin(source="simulated", kind="simulated", label="Made for a test")
Contract = tuple[str, float, date]


@dataclass
class Market:
    """Quotes of SPY by contract: (bid, ask). A NaN is no bid or no ask."""

    spot: float = 600.0
    quotes: dict[Contract, tuple[float, float]] = field(default_factory=dict)

    def quote(self, kind: str, strike: float, bid: float, ask: float, *, expiration: date = EXPIRATION) -> None:
        """Set what a contract is bid and asked for from the next `says` on."""
        self.quotes[(kind, strike, expiration)] = (bid, ask)

    def says(self, at: datetime) -> None:
        """Let the quotes and the spot come in as a fetched chain would, inside a test's transaction too."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            store_observation(self.chain(at), received_at=at)
            keep_quotes(self.chain(at), at=at)

    def chain(self, at: datetime) -> Chain:
        """Return the quotes as a chain."""
        listed = sorted(self.quotes)
        count = len(listed)
        bid, ask = (np.array([self.quotes[one][side] for one in listed], dtype=np.float64) for side in (0, 1))
        return Chain(
            symbol="SPY",
            spot=self.spot,
            as_of=at,
            origin=SIMULATED,
            roots=("SPY",),
            root=np.zeros(count, dtype=np.int16),
            expiration=np.array([expiration for _, _, expiration in listed], dtype="datetime64[D]"),
            is_call=np.array([kind == "call" for kind, _, _ in listed], dtype=np.bool_),
            strike=np.array([strike for _, strike, _ in listed], dtype=np.float64),
            iv=np.full(count, 0.2),
            open_interest=np.full(count, 100.0),
            volume=np.full(count, np.nan),
            bid=bid,
            ask=ask,
            feed_gamma=np.full(count, np.nan),
        )


def leg(kind: str, strike: float, ratio: int = 1, *, expiration: date = EXPIRATION) -> LegTicket:
    """Return an option leg."""
    return LegTicket(kind=kind, ratio=ratio, strike=Decimal(str(strike)), expiration=expiration)  # type: ignore[arg-type]


def ticket(*legs: LegTicket, quantity: int = 1, strategy: str = "Long Call") -> Ticket:
    """Return a ticket on SPY."""
    return Ticket(symbol="SPY", strategy=strategy, legs=legs, quantity=quantity)


def condor(quantity: int = 1) -> Ticket:
    """Return an iron condor around 600: 620/625 calls, 580/575 puts."""
    legs = (leg("call", 620, -1), leg("call", 625), leg("put", 580, -1), leg("put", 575))
    return ticket(*legs, quantity=quantity, strategy="Iron Condor")


def usual_market() -> Market:
    """Return a market with the contracts the tests trade."""
    market = Market()
    market.quote("call", 600, 10.00, 10.20)
    market.quote("call", 620, 3.00, 3.10)
    market.quote("call", 625, 2.00, 2.10)
    market.quote("put", 580, 3.50, 3.60)
    market.quote("put", 575, 2.60, 2.70)
    market.quote("call", 600, 14.00, 14.40, expiration=LATER)
    return market
