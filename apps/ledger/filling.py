"""Writing fills: the one place where contracts and money move.

Every function here runs inside a transaction that holds the account's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.ledger.models import CashEntry, Fill, Leg, Order, Position
from apps.ledger.pricing import LegQuote, Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One leg's part of an order. price: USD per share."""

    leg: Leg
    side: Side
    quantity: int
    price: Decimal
    quote: LegQuote


def write_fills(order: Order, deals: Sequence[Deal], *, basis: str, at: datetime) -> Decimal:
    """Store the fills of an order with their cash; return the commissions paid. Legs and position stay as they are."""
    paid = ZERO
    for deal in deals:
        commission = ZERO
        if basis != Fill.Basis.SETTLED and deal.leg.kind != Leg.Kind.STOCK:
            commission = order.account.commission * deal.quantity
        fill = Fill.objects.create(
            order=order,
            leg=deal.leg,
            side=deal.side,
            quantity=deal.quantity,
            price=deal.price,
            commission=commission,
            basis=basis,
            bid=deal.quote.bid,
            ask=deal.quote.ask,
            mid=deal.quote.mark,
            quoted_at=deal.quote.quoted_at,
            source=deal.quote.source,
            truth=deal.quote.truth,
            at=at,
        )
        value = deal.price * deal.quantity * deal.leg.multiplier
        _move(fill, CashEntry.Kind.FILL, -value if deal.side == "buy" else value)
        if commission:
            _move(fill, CashEntry.Kind.COMMISSION, -commission)
        paid += commission
    return paid


def realized_by(deal: Deal) -> Decimal:
    """Return what closing a leg's contracts brings against their entry, USD, before commissions."""
    sign = 1 if deal.leg.ratio > 0 else -1
    return sign * (deal.price - deal.leg.entry_price) * deal.quantity * deal.leg.multiplier


def realized_by_fill(fill: Fill) -> Decimal:
    """Return what a closing fill brought against its leg's entry, USD, before its commission."""
    sign = 1 if fill.leg.ratio > 0 else -1
    return sign * (fill.price - fill.leg.entry_price) * fill.quantity * fill.leg.multiplier


def show_mark(leg: Leg, quote: LegQuote) -> None:
    """Put a quote's mark on the leg; one without a mark changes nothing."""
    if quote.mark is None:
        return
    leg.bid, leg.ask, leg.mark, leg.iv = quote.bid, quote.ask, quote.mark, quote.iv
    leg.marked_at, leg.source, leg.truth = quote.quoted_at, quote.source, quote.truth


def reckon(position: Position, legs: Sequence[Leg]) -> None:
    """Set what follows from the legs' marks: unrealized P&L and the price of getting out. Nothing is saved."""
    marks = [(leg, leg.entry_price if leg.mark is None else leg.mark) for leg in legs]
    position.unrealized_pnl = sum(
        (
            (1 if leg.ratio > 0 else -1) * (mark - leg.entry_price) * leg.open_quantity * leg.multiplier
            for leg, mark in marks
        ),
        ZERO,
    )
    position.current_price = per_share(position, [(leg, mark) for leg, mark in marks])


def per_share(position: Position, priced: Sequence[tuple[Leg, Decimal]]) -> Decimal:
    """Return one unit's price per share in the sense of the position's direction."""
    net = sum((leg.ratio * leg.multiplier * price for leg, price in priced), ZERO)
    unit = max(leg.multiplier for leg, _ in priced)
    return (net if position.direction == Position.Direction.LONG else -net) / unit


def _move(fill: Fill, kind: str, amount: Decimal) -> None:
    CashEntry.objects.create(account_id=fill.order.account_id, kind=kind, amount=amount, fill=fill, at=fill.at)
