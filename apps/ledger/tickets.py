"""What is to be opened: a strategy with its legs, checked before anything is written."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from apps.market.watching import SymbolError, parse_symbol

LegKind = Literal["call", "put", "stock"]
MOST_LEGS = 8
MOST_UNITS = 100_000


class TicketError(ValueError):
    """A ticket that cannot be traded. The message says what to change."""


class LegTicket(msgspec.Struct, frozen=True, kw_only=True):
    """One option or the shares. ratio: contracts (or shares) per unit, negative when sold. strike: points."""

    kind: LegKind
    ratio: int
    strike: Decimal | None = None
    expiration: date | None = None
    root: str = ""

    @property
    def multiplier(self) -> int:
        """Shares of one contract."""
        return 1 if self.kind == "stock" else 100

    @property
    def name(self) -> str:
        """Return the contract in words: "SPX" is the caller's to add."""
        if self.kind == "stock" or self.expiration is None or self.strike is None:
            return "shares"
        return f"{self.expiration:%d %b %Y} {self.strike.normalize():f} {self.kind}"


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A position to be opened. quantity: units. target, stop: prices of the underlying."""

    symbol: str
    strategy: str
    legs: tuple[LegTicket, ...]
    quantity: int
    target: Decimal | None = None
    stop: Decimal | None = None
    notes: str = ""
    idea_id: int | None = None
    rolled_from_id: int | None = None


def checked(ticket: Ticket, *, today: date) -> Ticket:
    """Return the ticket with its symbol canonical. Raises TicketError."""
    try:
        symbol = parse_symbol(ticket.symbol)
    except SymbolError as error:
        raise TicketError(str(error)) from error
    if not ticket.strategy.strip():
        raise TicketError("Name the strategy, for example Long Call or Iron Condor.")
    if not 1 <= ticket.quantity <= MOST_UNITS:
        raise TicketError(f"The quantity must lie between 1 and {MOST_UNITS:,}; {ticket.quantity:,} was asked for.")
    if not 1 <= len(ticket.legs) <= MOST_LEGS:
        raise TicketError(f"A position has 1 to {MOST_LEGS} legs; {len(ticket.legs)} were given.")
    for leg in ticket.legs:
        _check_leg(leg, today)
    if len(set(_contracts(ticket.legs))) < len(ticket.legs):
        raise TicketError("Two legs are the same contract. Put them together into one.")
    return msgspec.structs.replace(ticket, symbol=symbol, strategy=ticket.strategy.strip()[:200])


def to_json(ticket: Ticket) -> dict[str, Any]:
    """Return the ticket as plain JSON."""
    found: dict[str, Any] = msgspec.to_builtins(ticket)
    return found


def from_json(stored: Mapping[str, Any]) -> Ticket:
    """Return a ticket as `to_json` wrote it. Raises msgspec.ValidationError."""
    return msgspec.convert(stored, Ticket, strict=False)


def _check_leg(leg: LegTicket, today: date) -> None:
    if leg.ratio == 0 or abs(leg.ratio) > 10_000:
        raise TicketError("Each leg needs how many contracts are bought (1) or sold (-1) per unit.")
    if leg.kind == "stock":
        if leg.strike is not None or leg.expiration is not None:
            raise TicketError("Shares have neither strike nor expiration.")
        return
    if leg.strike is None or not leg.strike.is_finite() or leg.strike < 0:
        raise TicketError("Each option leg needs its strike.")
    if leg.expiration is None:
        raise TicketError("Each option leg needs its expiration.")
    if leg.expiration < today:
        raise TicketError(f"{leg.name} has expired. Choose a later expiration.")


def _contracts(legs: Sequence[LegTicket]) -> list[tuple[object, ...]]:
    return [(leg.kind, leg.strike, leg.expiration, leg.root) for leg in legs]
