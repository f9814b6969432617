"""Closing positions, whole or in part, rolling them, and settling what expires. Closing twice counts once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.ledger.accounts import locked
from apps.ledger.changes import note_change
from apps.ledger.filling import Deal, per_share, realized_by, reckon, show_mark, write_fills
from apps.ledger.models import Fill, Leg, Order, Position
from apps.ledger.opening import MARKET, Terms, open_position, refused, side_of, waiting
from apps.ledger.payoff import intrinsic
from apps.ledger.pricing import LegQuote, NoFillError, Side, as_stored, fill_prices, quote_legs
from apps.ledger.tickets import Ticket
from apps.market.models import Snapshot

ZERO = Decimal(0)


class ClosingError(ValueError):
    """A close that makes no sense. The message says what to change."""


class RollRefusedError(Exception):
    """A roll of which one half could not be filled; neither was. The message says why."""


def close_position(
    position: Position,
    *,
    at: datetime,
    by: User | None,
    key: str,
    quantity: int | None = None,
    terms: Terms = MARKET,
    reason: str = "",
    then: Callable[[Position], None] | None = None,
) -> Order:
    """Return the order that closes units of a position (all where no quantity is given), filled, waiting or refused.

    A position that is closed already gets no second order: the one that closed it is returned. terms.prices: one per
    leg still open. Raises ClosingError.
    """
    legs = list(position.legs.filter(open_quantity__gt=0))
    quotes = terms.quotes if terms.quotes is not None else quote_legs(position.symbol, legs, at=at)
    with transaction.atomic():
        account = locked(position.account_id)
        position = Position.objects.select_for_update().get(pk=position.pk)
        if (same := Order.objects.filter(account=account, key=key).first()) is not None:
            return same
        if position.status == Position.Status.CLOSED:
            return position.orders.filter(status=Order.Status.FILLED).latest("done_at", "pk")
        units = _units(position, quantity)
        order = Order(
            account=account,
            position=position,
            purpose=Order.Purpose.CLOSE,
            quantity=units,
            key=key,
            trading_day=clock.in_new_york(at).date(),
            placed_at=at,
            placed_by=by,
            reason=reason,
        )
        return _tried(order, position, units, terms, quotes, at=at, then=then)


def try_again(order: Order, *, at: datetime) -> Order:
    """Try a waiting order that closes a position once more."""
    waiting_for = order.position
    if waiting_for is None:
        raise ClosingError("The order closes nothing.")
    quotes = quote_legs(waiting_for.symbol, waiting_for.legs.filter(open_quantity__gt=0), at=at)
    with transaction.atomic():
        account = locked(order.account_id)
        position = Position.objects.select_for_update().get(pk=waiting_for.pk)
        order = Order.objects.select_for_update().get(pk=order.pk)
        order.account = account
        if order.status != Order.Status.WORKING:
            return order
        if position.status == Position.Status.CLOSED:
            return refused(order, "The position was closed meanwhile.", at=at)
        units = min(order.quantity, position.open_quantity)
        return _tried(order, position, units, Terms(may_wait=True), quotes, at=at, then=None)


def roll_position(
    position: Position, ticket: Ticket, *, at: datetime, by: User | None, key: str, reason: str = "Rolled"
) -> Order:
    """Close a position and open `ticket` in its place, both or neither; return the order that opened it.

    Raises RollRefusedError, TicketError, ClosingError.
    """
    with transaction.atomic():
        closed = close_position(position, at=at, by=by, key=f"{key}:close", reason=reason)
        if closed.status != Order.Status.FILLED or closed.key != f"{key}:close":
            raise RollRefusedError(closed.refusal or "The position is closed already.")
        opened = open_position(
            position.account, _following(ticket, position), at=at, by=by, key=f"{key}:open", reason=reason
        )
        if opened.status != Order.Status.FILLED:
            raise RollRefusedError(opened.refusal)
        return opened


def settle_expired(position: Position, day: date, spot: Decimal, *, at: datetime) -> Order | None:
    """Settle the legs that expire on `day` or before at their value with the underlying at `spot`; None without any.

    Exercise and assignment are settled in cash. Legs of a later expiration stay open.
    """
    with transaction.atomic():
        account = locked(position.account_id)
        position = Position.objects.select_for_update().get(pk=position.pk)
        due = list(position.legs.filter(open_quantity__gt=0, expiration__lte=day))
        if position.status == Position.Status.CLOSED or not due:
            return None
        order = Order(
            account=account,
            position=position,
            purpose=Order.Purpose.EXPIRE,
            quantity=position.open_quantity,
            key=f"expire:{position.pk}:{max(leg.expiration for leg in due if leg.expiration)}",
            trading_day=clock.in_new_york(at).date(),
            placed_at=at,
            reason=f"Expired with {position.symbol} at {spot:,.2f}",
        )
        quote = LegQuote(source="settlement", quoted_at=at)
        deals = [
            Deal(
                leg=leg, side=_back(leg), quantity=leg.open_quantity, price=as_stored(intrinsic(leg, spot)), quote=quote
            )
            for leg in due
        ]
        _fill(order, position, position.open_quantity, deals, basis=Fill.Basis.SETTLED, at=at, then=None)
        return order


def _units(position: Position, quantity: int | None) -> int:
    units = position.open_quantity if quantity is None else quantity
    if not 1 <= units <= position.open_quantity:
        raise ClosingError(f"Between 1 and {position.open_quantity:,} can be closed; {units:,} were asked for.")
    return units


def _tried(
    order: Order,
    position: Position,
    units: int,
    terms: Terms,
    quotes: Sequence[LegQuote],
    *,
    at: datetime,
    then: Callable[[Position], None] | None,
) -> Order:
    legs = list(position.legs.filter(open_quantity__gt=0))
    if len(legs) != len(terms.prices if terms.prices is not None else quotes):
        raise ClosingError("The position was changed meanwhile. Load the page again.")
    try:
        if terms.prices is None:
            prices: Sequence[Decimal] = fill_prices(
                quotes, [_back(leg) for leg in legs], fill_model=order.account.fill_model
            )
        else:
            prices = [as_stored(price) for price in terms.prices]
    except NoFillError as no_fill:
        return waiting(order, str(no_fill)) if terms.may_wait else refused(order, str(no_fill), at=at)
    deals = [
        Deal(leg=leg, side=_back(leg), quantity=abs(leg.ratio) * units, price=price, quote=quote)
        for leg, price, quote in zip(legs, prices, quotes or [LegQuote()] * len(legs), strict=True)
    ]
    _fill(order, position, units, deals, basis=terms.basis, at=at, then=then)
    return order


def _back(leg: Leg) -> Side:
    return side_of(-leg.ratio)


def _following(ticket: Ticket, position: Position) -> Ticket:
    return msgspec.structs.replace(ticket, rolled_from_id=position.pk)


def _fill(
    order: Order,
    position: Position,
    units: int,
    deals: Sequence[Deal],
    *,
    basis: str,
    at: datetime,
    then: Callable[[Position], None] | None,
) -> None:
    order.status, order.refusal, order.done_at = Order.Status.FILLED, "", at
    order.save()
    before = {"open_quantity": position.open_quantity, "pnl": str(position.pnl)}
    commissions = write_fills(order, deals, basis=basis, at=at)
    for deal in deals:
        show_mark(deal.leg, deal.quote)
        if basis == Fill.Basis.SETTLED:
            deal.leg.mark = deal.price
        deal.leg.open_quantity -= deal.quantity
        deal.leg.save()
    position.commissions += commissions
    position.pnl += sum((realized_by(deal) for deal in deals), ZERO) - commissions
    legs = list(position.legs.all())
    if all(leg.open_quantity == 0 for leg in legs):
        position.open_quantity = 0
        position.status, position.closed_at, position.exit_reason = Position.Status.CLOSED, at, order.reason
        position.exit_snapshot = Snapshot.objects.of(position.symbol).first()
    elif order.purpose == Order.Purpose.CLOSE:
        position.open_quantity -= units
    reckon(position, legs)
    position.exit_price = _average_exit(position, legs)
    position.save()
    after = {"open_quantity": position.open_quantity, "pnl": str(position.pnl), "order": order.pk}
    action = "expired" if order.purpose == Order.Purpose.EXPIRE else "closed"
    note_change(order.account, action, at=at, by=order.placed_by, position=position, before=before, after=after)
    if then is not None:
        then(position)


def _average_exit(position: Position, legs: Sequence[Leg]) -> Decimal | None:
    """Return the average price of getting out of whole units so far, None while a leg has not been closed at all."""
    priced = []
    for leg in legs:
        fills = list(leg.fills.exclude(order__purpose=Order.Purpose.OPEN).values_list("quantity", "price"))
        closed = sum(quantity for quantity, _ in fills)
        if not closed:
            return None
        priced.append((leg, sum((quantity * price for quantity, price in fills), ZERO) / closed))
    return round(per_share(position, priced), 6)
