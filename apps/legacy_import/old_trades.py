"""Trades of the old program as the ledger takes them: one contract, or the underlying, with the P&L that was recorded.

The old tables state what a trade made, the ledger computes it from fills. So the closing fills are given the prices
that make exactly the recorded P&L, to the millionth of a dollar for shares and the hundredth of a cent for options;
where it exceeds what the stated entry price allows, the entry fill stands higher by as much. The position's own columns
keep what was stated. Nothing is taken without an opening, a closed one not without its end and its P&L.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from apps.ledger.models import Account, Position
from apps.ledger.payoff import extremes
from apps.ledger.tickets import LegKind, LegTicket, Ticket, to_json
from apps.legacy_import.sources import Row
from apps.legacy_import.values import UnreadableError

MOST_UNITS = 1_000_000
_KEPT = Decimal("0.000001")
_TOO_DEAR = Decimal(10) ** 10  # of a price
_TOO_MUCH = Decimal(10) ** 14  # of an amount of money
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTrade:
    """One trade. entry_price, exit_price, current_price: USD per share as stated. pnl: USD, of a closed one.

    kind, strike, expiration: the contract, or the underlying itself. columns: others of the position.
    """

    row: Row
    account: Account.Kind
    symbol: str
    strategy: str
    direction: str
    quantity: int
    kind: LegKind
    entry_price: Decimal
    opened_at: datetime
    strike: Decimal | None = None
    expiration: date | None = None
    closed_at: datetime | None = None
    pnl: Decimal | None = None
    exit_price: Decimal | None = None
    current_price: Decimal | None = None
    exit_reason: str = ""
    columns: dict[str, Any]

    @property
    def sign(self) -> int:
        return 1 if self.direction == Position.Direction.LONG else -1

    @property
    def multiplier(self) -> int:
        return 1 if self.kind == "stock" else 100

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def began_at(self) -> datetime:
        """When it was opened; a close stated to be earlier moves it there: nothing closes before it opens."""
        return min(self.opened_at, self.closed_at) if self.closed_at else self.opened_at

    @property
    def key(self) -> str:
        """Names the trade within its account."""
        return f"old:{self.row.digest}:{self.row.copy}"

    @property
    def leg(self) -> LegTicket:
        return LegTicket(kind=self.kind, ratio=self.sign, strike=self.strike, expiration=self.expiration)

    @property
    def ticket(self) -> dict[str, Any]:
        """Return what an order keeps of what it opens."""
        return to_json(Ticket(symbol=self.symbol, strategy=self.strategy, legs=(self.leg,), quantity=self.quantity))

    @property
    def max_loss(self) -> Decimal | None:
        """Return the most it could lose, USD; None without limit."""
        return extremes([self.leg], [self.entry_price], units=self.quantity).max_loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Fills:
    """entry: price of the opening fill. exits: contracts and price of each closing one. pnl: what they make, USD."""

    entry: Decimal
    exits: Sequence[tuple[int, Decimal]]
    pnl: Decimal


def fills_of(trade: OldTrade) -> Fills:
    """Return the fills that make what was recorded. Raises UnreadableError where none do."""
    entry = trade.entry_price.quantize(_KEPT)
    if trade.pnl is None:
        return Fills(entry=entry, exits=(), pnl=ZERO)
    # What all contracts together moved, per share; the last contract takes what does not divide.
    moved = (trade.sign * trade.pnl / trade.multiplier).quantize(_KEPT)
    each = (moved / trade.quantity).quantize(_KEPT, ROUND_FLOOR)
    last = moved - each * (trade.quantity - 1)
    entry = max(entry, -min(each, last))
    if max(entry, entry + last) * trade.quantity * trade.multiplier >= _TOO_MUCH or entry + last >= _TOO_DEAR:
        raise UnreadableError(f"P&L of {trade.pnl:,.2f} is too large for {trade.quantity:,} units")
    pnl = trade.sign * moved * trade.multiplier
    if each == last:
        return Fills(entry=entry, exits=((trade.quantity, entry + each),), pnl=pnl)
    return Fills(entry=entry, exits=((trade.quantity - 1, entry + each), (1, entry + last)), pnl=pnl)


def checked(trade: OldTrade) -> OldTrade:
    """Return the trade where the ledger can hold it. Raises UnreadableError with what is wrong."""
    if not trade.strategy.strip():
        raise UnreadableError("strategy is missing")
    if len(trade.strategy) > 200:
        raise UnreadableError("strategy is longer than 200 characters")
    if not 1 <= trade.quantity <= MOST_UNITS:
        raise UnreadableError(f"quantity: {trade.quantity:,} is not between 1 and {MOST_UNITS:,}")
    if trade.entry_price < 0:
        raise UnreadableError(f"entry_price: {trade.entry_price} is negative")
    if trade.kind != "stock" and (trade.strike is None or trade.strike < 0 or trade.expiration is None):
        raise UnreadableError("strike and expiration do not name a contract")
    if trade.entry_price * trade.quantity * trade.multiplier >= _TOO_MUCH:
        raise UnreadableError(f"{trade.quantity:,} units at {trade.entry_price:,} are more than the ledger can hold")
    fills_of(trade)
    return trade
