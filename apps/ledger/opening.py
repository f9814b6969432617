"""Opening positions: one order per intention, filled as a whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.ledger import payoff
from apps.ledger.accounts import locked, standing
from apps.ledger.changes import note_change
from apps.ledger.filling import Deal, reckon, show_mark, write_fills
from apps.ledger.models import Account, Fill, Leg, Order, Position
from apps.ledger.pricing import LegQuote, NoFillError, Side, as_stored, fill_prices, quote_legs
from apps.ledger.tickets import LegTicket, Ticket, checked, to_json
from apps.market.models import Snapshot

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an order is to be filled.

    prices: stated per share, one per leg, instead of quotes. quotes: fetched already, so that a decision and its fill
    rest on the same ones. may_wait: without a usable quote the order waits until the close instead of being refused.
    is_model: the stated prices are a pricing model's, not a trader's.
    """

    prices: Sequence[Decimal] | None = None
    quotes: Sequence[LegQuote] | None = None
    may_wait: bool = False
    is_model: bool = False

    @property
    def basis(self) -> Fill.Basis:
        """What the fills rest on."""
        if self.prices is None:
            return Fill.Basis.QUOTE
        return Fill.Basis.MODEL if self.is_model else Fill.Basis.STATED


MARKET = Terms()


def open_position(
    account: Account,
    ticket: Ticket,
    *,
    at: datetime,
    by: User | None,
    key: str,
    terms: Terms = MARKET,
    reason: str = "",
    is_daily_entry: bool = False,
    then: Callable[[Position], None] | None = None,
) -> Order:
    """Return the order that opens `ticket`, filled, waiting or refused with `refusal`. Raises TicketError.

    key: names the intention within the account; the same key again returns the same order and does nothing else.
    then: stores what belongs to the position, in the same transaction.
    """
    ticket = checked(ticket, today=clock.in_new_york(at).date())
    if terms.prices is not None and len(terms.prices) != len(ticket.legs):
        raise ValueError("One price per leg, please.")
    order = Order(
        account=account,
        purpose=Order.Purpose.OPEN,
        quantity=ticket.quantity,
        key=key,
        trading_day=clock.in_new_york(at).date(),
        is_daily_entry=is_daily_entry,
        placed_at=at,
        placed_by=by,
        reason=reason,
        ticket=to_json(ticket),
    )
    # What the market says is asked for before anybody waits for the account's lock.
    quotes = terms.quotes if terms.quotes is not None else quote_legs(ticket.symbol, ticket.legs, at=at)
    with transaction.atomic():
        order.account = locked(account.pk)
        if (same := Order.objects.filter(account=account, key=key).first()) is not None:
            return same
        return _tried(order, ticket, terms, quotes, at=at, then=then)


def try_again(order: Order, ticket: Ticket, *, at: datetime) -> Order:
    """Try a waiting order that opens a position once more; it stays as it is where there is still no usable quote."""
    quotes = quote_legs(ticket.symbol, ticket.legs, at=at)
    with transaction.atomic():
        account = locked(order.account_id)
        order = Order.objects.select_for_update().get(pk=order.pk)
        order.account = account
        if order.status != Order.Status.WORKING:
            return order
        return _tried(order, ticket, Terms(may_wait=True), quotes, at=at, then=None)


def _tried(
    order: Order,
    ticket: Ticket,
    terms: Terms,
    quotes: Sequence[LegQuote],
    *,
    at: datetime,
    then: Callable[[Position], None] | None,
) -> Order:
    if order.account.closed_at is not None:
        return refused(order, "This account was reset. Load the page again.", at=at)
    try:
        prices = _prices(ticket.legs, terms, quotes, order.account.fill_model)
    except NoFillError as no_fill:
        return waiting(order, str(no_fill)) if terms.may_wait else refused(order, str(no_fill), at=at)
    risk = payoff.extremes(ticket.legs, prices, units=ticket.quantity).max_loss
    if order.account.kind != Account.Kind.OWN and (why := _unaffordable(order.account, ticket, risk)):
        return refused(order, why, at=at)
    _fill(order, ticket, prices, quotes, risk, basis=terms.basis, at=at, then=then)
    return order


def refused(order: Order, why: str, *, at: datetime) -> Order:
    """Store that the order is not done, and why."""
    order.status, order.refusal, order.done_at = Order.Status.REJECTED, why, at
    order.save()
    return order


def waiting(order: Order, why: str) -> Order:
    """Store that the order waits, and for what."""
    order.status, order.refusal = Order.Status.WORKING, why
    order.save()
    return order


def _prices(legs: Sequence[LegTicket], terms: Terms, quotes: Sequence[LegQuote], fill_model: str) -> Sequence[Decimal]:
    if terms.prices is not None:
        return [as_stored(price) for price in terms.prices]
    return fill_prices(quotes, [side_of(leg.ratio) for leg in legs], fill_model=fill_model)


def side_of(ratio: int) -> Side:
    """Return how a leg is opened."""
    return "buy" if ratio > 0 else "sell"


def _unaffordable(account: Account, ticket: Ticket, risk: Decimal | None) -> str:
    if risk is None:
        return "The loss of this position has no limit. Buy a call above the one sold, or trade it in your own record."
    contracts = sum(abs(leg.ratio) for leg in ticket.legs if leg.kind != "stock") * ticket.quantity
    needed = risk + account.commission * contracts
    available = standing(account).available
    if needed <= available:
        return ""
    return f"It can lose ${needed:,.2f}, but the account has ${available:,.2f} available. Choose a smaller quantity."


def _fill(
    order: Order,
    ticket: Ticket,
    prices: Sequence[Decimal],
    quotes: Sequence[LegQuote],
    risk: Decimal | None,
    *,
    basis: str,
    at: datetime,
    then: Callable[[Position], None] | None,
) -> None:
    net = sum((leg.ratio * leg.multiplier * price for leg, price in zip(ticket.legs, prices, strict=True)), ZERO)
    newest = Snapshot.objects.of(ticket.symbol).first()
    position = Position.objects.create(
        account=order.account,
        opened_at=at,
        symbol=ticket.symbol,
        strategy=ticket.strategy,
        direction=Position.Direction.LONG if net >= 0 else Position.Direction.SHORT,
        quantity=ticket.quantity,
        open_quantity=ticket.quantity,
        entry_price=as_stored(abs(net) / max(leg.multiplier for leg in ticket.legs)),
        size=abs(net) * ticket.quantity,
        max_loss=risk,
        target=ticket.target,
        stop=ticket.stop,
        notes=ticket.notes,
        idea_id=ticket.idea_id,
        rolled_from_id=ticket.rolled_from_id,
        entry_snapshot=newest,
        entry_net_gex=newest.net_gex if newest else None,
        entry_flip_point=newest.flip_point if newest else None,
        entry_spot_price=float(newest.spot) if newest else None,
    )
    legs = [
        Leg(
            position=position,
            number=number,
            kind=leg.kind,
            strike=leg.strike,
            expiration=leg.expiration,
            root=leg.root,
            ratio=leg.ratio,
            open_quantity=abs(leg.ratio) * ticket.quantity,
            entry_price=price,
        )
        for number, (leg, price) in enumerate(zip(ticket.legs, prices, strict=True), start=1)
    ]
    for leg, quote in zip(legs, quotes, strict=True):
        show_mark(leg, quote)
    Leg.objects.bulk_create(legs)
    order.position, order.status, order.refusal, order.done_at = position, Order.Status.FILLED, "", at
    order.save()
    deals = [
        Deal(leg=leg, side=side_of(leg.ratio), quantity=leg.open_quantity, price=leg.entry_price, quote=quote)
        for leg, quote in zip(legs, quotes, strict=True)
    ]
    position.commissions = write_fills(order, deals, basis=basis, at=at)
    position.pnl = -position.commissions
    reckon(position, legs)
    if all(leg.mark is not None for leg in legs):
        position.marked_at = at
    else:
        position.mark_problem = " ".join(dict.fromkeys(quote.problem for quote in quotes if quote.problem))
    position.save()
    note_change(
        order.account,
        "opened",
        at=at,
        by=order.placed_by,
        position=position,
        after={"order": order.pk, "quantity": ticket.quantity, "net": str(net)},
    )
    if then is not None:
        then(position)
