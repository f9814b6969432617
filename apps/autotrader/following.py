"""The engine's rows follow the ledger: what was closed there by somebody else is closed in the rows as well.

By hand, by the kill switch or at expiration, as a whole or in part. The engine knows no partial closes: the part
becomes a closed row of its own, and the rest stays the trade it was. So its capital, exits and figures are right.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, QuerySet

from alphagex import clock
from apps.autotrader.models import AutonomousPosition
from apps.ledger.filling import per_share, realized_by_fill
from apps.ledger.models import Account, Fill, Order, Position
from legacy_engines.trading.autonomous import AutonomousPaperTrader

OPEN, CLOSED = AutonomousPosition.Status.OPEN, AutonomousPosition.Status.CLOSED


def out_of_step(account: Account) -> QuerySet[AutonomousPosition]:
    """Return the open rows of which the ledger holds less than they say, oldest first."""
    return _stale().filter(account=account).select_related("position").order_by("pk")


def accounts_out_of_step() -> list[Account]:
    """Return the accounts with such rows, those that were reset since among them."""
    return list(Account.objects.filter(pk__in=_stale().values("account")).select_related("owner").order_by("pk"))


def follow(row: AutonomousPosition, books: AutonomousPaperTrader) -> None:
    """Bring a row in step with its position. Runs inside a transaction that holds the account's lock."""
    position = row.position
    if position is None:
        return
    done = list(_closing_orders(position))
    last = done.pop() if position.closed_at is not None else None
    for order in done:
        _split(row, order, books)
    if last is not None:
        _close(row, position, last, books)
    row.save()


def _stale() -> QuerySet[AutonomousPosition]:
    held = AutonomousPosition.objects.filter(status=OPEN, position__isnull=False)
    return held.exclude(position__open_quantity=F("contracts"))


def _closing_orders(position: Position) -> Iterable[Order]:
    """Yield the orders that closed something and are not in the rows yet, oldest first."""
    closing = position.orders.filter(status=Order.Status.FILLED, autonomous_part=None)
    return closing.exclude(purpose=Order.Purpose.OPEN).order_by("done_at", "pk")


def _split(row: AutonomousPosition, order: Order, books: AutonomousPaperTrader) -> None:
    """Give the closed part a row of its own and leave the rest in the old one."""
    fills = _fills(order)
    units = fills[0].quantity // abs(fills[0].leg.ratio)
    part = AutonomousPosition.objects.get(pk=row.pk)
    part.pk, part.position, part.part = None, None, order
    part.contracts, part.unrealized_pnl = units, _share(row.unrealized_pnl, units, row.contracts)
    row.unrealized_pnl = _share(row.unrealized_pnl, row.contracts - units, row.contracts)
    row.contracts -= units
    part.exit_price = float(per_share(fills[0].leg.position, [(fill.leg, fill.price) for fill in fills]))
    _end(part, order, _made_by(order), f"{order.reason} ({units} of {units + row.contracts} contracts)".lstrip(), books)


def _close(row: AutonomousPosition, position: Position, order: Order, books: AutonomousPaperTrader) -> None:
    """Close the row with what the ledger made beyond its parts, the commissions of the entry included."""
    row.exit_price = None if position.exit_price is None else float(position.exit_price)
    parts = Order.objects.filter(position=position, autonomous_part__isnull=False)
    if parts:
        fills = _fills(order)
        row.exit_price = float(per_share(position, [(fill.leg, fill.price) for fill in fills]))
    made = position.pnl - sum((_made_by(part) for part in parts), Decimal(0))
    _end(row, order, made, position.exit_reason, books)


def _end(row: AutonomousPosition, order: Order, made: Decimal, reason: str, books: AutonomousPaperTrader) -> None:
    closed_at = clock.in_new_york(order.done_at or order.placed_at)
    row.status, row.exit_reason = CLOSED, reason
    row.closed_date, row.closed_time = f"{closed_at:%Y-%m-%d}", f"{closed_at:%H:%M:%S}"
    row.realized_pnl = float(made)
    row.save()
    books.log_action("CLOSE", f"{row.strategy}: {row.realized_pnl:+.2f} dollars. {row.exit_reason}", row.pk)


def _fills(order: Order) -> list[Fill]:
    return list(order.fills.select_related("leg__position").order_by("leg__number"))


def _made_by(order: Order) -> Decimal:
    """Return what an order realized, USD, its commissions deducted."""
    return sum((realized_by_fill(fill) - fill.commission for fill in _fills(order)), Decimal(0))


def _share(amount: float | None, units: int, of: int) -> float | None:
    return None if amount is None else amount * units / of
