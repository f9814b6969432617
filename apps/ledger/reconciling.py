"""Does everything follow from the fills? Cash, open contracts, P&L and status are computed again and compared."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from apps.ledger.models import Account, CashEntry, Fill, Leg, Order, Position

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something stored that does not follow from the fills."""

    account: str
    what: str
    stored: object
    computed: object

    def __str__(self) -> str:
        return f"{self.account}: {self.what} is {self.stored}, the fills give {self.computed}"


def differences() -> Iterator[Difference]:
    """Yield every difference in every account, oldest account first. Nothing is changed."""
    for account in Account.objects.order_by("pk").iterator():
        yield from _of_account(account)


def _of_account(account: Account) -> Iterator[Difference]:
    name = str(account)
    fills = list(Fill.objects.filter(order__account=account).select_related("order", "leg").order_by("pk"))
    yield from _of_cash(account, name, fills)
    by_leg: dict[int, list[Fill]] = defaultdict(list)
    for fill in fills:
        by_leg[fill.leg_id].append(fill)
    legs: dict[int, list[Leg]] = defaultdict(list)
    for leg in Leg.objects.filter(position__account=account):
        legs[leg.position_id].append(leg)
    for position in Position.objects.filter(account=account).order_by("pk").iterator():
        yield from _of_position(position, name, legs[position.pk], by_leg)
    filled = Order.objects.filter(account=account, status=Order.Status.FILLED, fills__isnull=True)
    for order in filled:
        yield Difference(account=name, what=f"order {order.pk}", stored="filled", computed="no fill")
    unfilled = Order.objects.filter(account=account, fills__isnull=False).exclude(status=Order.Status.FILLED)
    for order in unfilled.distinct():
        yield Difference(account=name, what=f"order {order.pk}", stored=order.status, computed="filled")


def _of_cash(account: Account, name: str, fills: list[Fill]) -> Iterator[Difference]:
    wanted = {
        (fill.pk, kind): amount
        for fill in fills
        for kind, amount in (("fill", _value(fill)), ("commission", -fill.commission))
        if kind == "fill" or amount
    }
    entries = CashEntry.objects.filter(account=account)
    stored = {(entry.fill_id, entry.kind): entry.amount for entry in entries if entry.fill_id is not None}
    for place in sorted(wanted.keys() | stored.keys(), key=str):
        if wanted.get(place) != stored.get(place):
            what = f"cash of fill {place[0]} ({place[1]})"
            yield Difference(account=name, what=what, stored=stored.get(place), computed=wanted.get(place))
    deposits = sum((entry.amount for entry in entries if entry.fill_id is None), ZERO)
    if deposits != account.starting_cash:
        yield Difference(account=name, what="starting cash", stored=account.starting_cash, computed=deposits)


def _of_position(position: Position, name: str, legs: list[Leg], fills: dict[int, list[Fill]]) -> Iterator[Difference]:
    pnl, commissions, unrealized = ZERO, ZERO, ZERO
    for leg in legs:
        bought = sum(fill.quantity for fill in fills[leg.pk] if fill.side == Fill.Side.BUY)
        sold = sum(fill.quantity for fill in fills[leg.pk] if fill.side == Fill.Side.SELL)
        sign = 1 if leg.ratio > 0 else -1
        held = sign * (bought - sold)
        what = f"position {position.pk}, leg {leg.number}"
        if held != leg.open_quantity:
            yield Difference(account=name, what=f"{what}, contracts open", stored=leg.open_quantity, computed=held)
        flow = sum((_value(fill) for fill in fills[leg.pk]), ZERO)
        cost = sign * held * leg.entry_price * leg.multiplier
        pnl += flow + cost
        commissions += sum((fill.commission for fill in fills[leg.pk]), ZERO)
        if held and leg.mark is not None:
            unrealized += sign * (leg.mark - leg.entry_price) * held * leg.multiplier
    is_open = any(leg.open_quantity for leg in legs)
    for what, stored, computed in (
        ("realized P&L", position.pnl, pnl - commissions),
        ("commissions", position.commissions, commissions),
        ("unrealized P&L", position.unrealized_pnl, unrealized),
        ("status", position.status, "OPEN" if is_open else "CLOSED"),
    ):
        if stored != computed:
            yield Difference(account=name, what=f"position {position.pk}, {what}", stored=stored, computed=computed)


def _value(fill: Fill) -> Decimal:
    value = fill.price * fill.quantity * fill.leg.multiplier
    return -value if fill.side == Fill.Side.BUY else value
