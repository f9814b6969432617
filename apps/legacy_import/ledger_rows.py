"""Old trades written into the ledger: position, leg, orders, fills, cash and the note of the change, many at once.

The ledger's own services trade one position at a time at the market's prices of today; an import has thousands with
prices of the past. What is written here is what they would have written, and `manage.py reconcile` checks it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User

from alphagex import clock
from apps.ledger.accounts import account_in_use, locked
from apps.ledger.models import Account, CashEntry, Change, Fill, Leg, Order, Position
from apps.legacy_import.old_trades import Fills, OldTrade, fills_of

SOURCE = "old program"
NOT_MARKED = "Imported from the old program; not marked here yet."
OPENED = "Imported from the old program"
CLOSED = "Imported from the old program, at the price that makes the P&L it recorded"


def write(trades: Sequence[OldTrade], *, owner: User, at: datetime) -> list[Position]:
    """Store trades in the owner's accounts in use and return their positions in the same order. at: of the import."""
    if not trades:
        return []
    accounts: dict[Account.Kind, Account] = {}
    for kind in sorted({trade.account for trade in trades}):
        earliest = min(trade.began_at for trade in trades if trade.account == kind)
        accounts[kind] = locked(account_in_use(owner, kind, at=earliest).pk)
    fills = [fills_of(trade) for trade in trades]
    positions = Position.objects.bulk_create(
        [_position(trade, accounts[trade.account], made) for trade, made in zip(trades, fills, strict=True)]
    )
    legs = Leg.objects.bulk_create(
        [_leg(trade, position, made) for trade, position, made in zip(trades, positions, fills, strict=True)]
    )
    planned = [
        plan for trade, leg, made in zip(trades, legs, fills, strict=True) for plan in _planned(trade, leg, made, owner)
    ]
    Order.objects.bulk_create([order for order, _ in planned])
    Fill.objects.bulk_create([fill for _, fill in planned])
    CashEntry.objects.bulk_create([_cash(fill) for _, fill in planned])
    Change.objects.bulk_create(
        [_change(trade, position, owner, at) for trade, position in zip(trades, positions, strict=True)]
    )
    return positions


def _position(trade: OldTrade, account: Account, made: Fills) -> Position:
    return Position(
        account=account,
        opened_at=trade.began_at,
        closed_at=trade.closed_at,
        symbol=trade.symbol,
        strategy=trade.strategy,
        direction=trade.direction,
        status=Position.Status.CLOSED if trade.is_closed else Position.Status.OPEN,
        quantity=trade.quantity,
        open_quantity=0 if trade.is_closed else trade.quantity,
        entry_price=trade.entry_price,
        exit_price=trade.exit_price if trade.is_closed else None,
        current_price=trade.current_price,
        exit_reason=trade.exit_reason,
        pnl=made.pnl,
        max_loss=trade.max_loss,
        mark_problem="" if trade.is_closed else NOT_MARKED,
        **trade.columns,
    )


def _leg(trade: OldTrade, position: Position, made: Fills) -> Leg:
    return Leg(
        position=position,
        number=1,
        kind=trade.kind,
        strike=trade.strike,
        expiration=trade.expiration,
        ratio=trade.sign,
        open_quantity=position.open_quantity,
        entry_price=made.entry,
    )


def _planned(trade: OldTrade, leg: Leg, made: Fills, owner: User) -> list[tuple[Order, Fill]]:
    """Return the orders of a trade, each with its fill."""
    steps = [(Order.Purpose.OPEN, trade.quantity, made.entry, trade.began_at, trade.sign, OPENED)]
    if trade.closed_at is not None:
        reason = trade.exit_reason or CLOSED
        steps += [
            (Order.Purpose.CLOSE, count, price, trade.closed_at, -trade.sign, reason) for count, price in made.exits
        ]
    return [
        _order_and_fill(
            trade, leg, purpose, quantity, price, moment, side, f"{trade.key}:{number}", reason=reason, owner=owner
        )
        for number, (purpose, quantity, price, moment, side, reason) in enumerate(steps)
    ]


def _order_and_fill(
    trade: OldTrade,
    leg: Leg,
    purpose: Order.Purpose,
    quantity: int,
    price: Decimal,
    moment: datetime,
    side: int,
    key: str,
    *,
    reason: str,
    owner: User,
) -> tuple[Order, Fill]:
    order = Order(
        account_id=leg.position.account_id,
        position=leg.position,
        purpose=purpose,
        status=Order.Status.FILLED,
        quantity=quantity,
        key=key,
        trading_day=clock.in_new_york(moment).date(),
        placed_at=moment,
        done_at=moment,
        placed_by=owner,
        reason=reason,
        ticket=trade.ticket if purpose == Order.Purpose.OPEN else {},
    )
    fill = Fill(
        order=order,
        leg=leg,
        side=Fill.Side.BUY if side > 0 else Fill.Side.SELL,
        quantity=quantity,
        price=price,
        commission=Decimal(0),
        basis=Fill.Basis.STATED,
        source=SOURCE,
        at=moment,
    )
    return order, fill


def _cash(fill: Fill) -> CashEntry:
    value = fill.price * fill.quantity * fill.leg.multiplier
    return CashEntry(
        account_id=fill.order.account_id,
        kind=CashEntry.Kind.FILL,
        amount=-value if fill.side == Fill.Side.BUY else value,
        fill=fill,
        at=fill.at,
    )


def _change(trade: OldTrade, position: Position, owner: User, at: datetime) -> Change:
    stated = {"table": trade.row.table, "row": trade.row.key, "opened_at": trade.opened_at.isoformat()}
    return Change(account_id=position.account_id, position=position, at=at, by=owner, action="imported", after=stated)
