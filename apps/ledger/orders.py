"""Orders that wait for a quote: tried again, cancelled by their owner, ended by the close."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from alphagex import clock
from apps.ledger import closing, opening
from apps.ledger.accounts import locked
from apps.ledger.models import Order
from apps.ledger.tickets import from_json


def cancel_order(order: Order, *, at: datetime, why: str = "Cancelled by you.") -> Order:
    """Cancel an order that waits; one that is done stays what it is."""
    with transaction.atomic():
        locked(order.account_id)
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.status == Order.Status.WORKING:
            order.status, order.refusal, order.done_at = Order.Status.CANCELLED, why, at
            order.save(update_fields=["status", "refusal", "done_at"])
        return order


def try_waiting_orders(*, at: datetime) -> list[Order]:
    """Try every waiting order once more and return those that were filled. Orders of an earlier session end."""
    done = []
    for order in waiting_orders():
        if _is_over(order, at):
            cancel_order(order, at=at, why=f"No usable quote until the close. {order.refusal}")
            continue
        if order.purpose == Order.Purpose.OPEN:
            tried = opening.try_again(order, from_json(order.ticket), at=at)
        else:
            tried = closing.try_again(order, at=at)
        if tried.status == Order.Status.FILLED:
            done.append(tried)
    return done


def waiting_orders() -> QuerySet[Order]:
    """Return the waiting orders, oldest first."""
    return Order.objects.filter(status=Order.Status.WORKING).select_related("account", "position").order_by("pk")


def _is_over(order: Order, at: datetime) -> bool:
    """Return whether the session the order was placed for has closed."""
    placed = clock.in_new_york(order.placed_at)
    session = clock.session_on(placed.date())
    if session is None or placed >= session.closes:
        session = clock.session_after(placed.date())
    return at >= session.closes
