"""The second engine's rows, written from the ledger: it never marked and never closed.

Value and P&L are at mid, before what fills and commissions cost; prices are on the scale of the engine's entry price.
"""

from decimal import Decimal
from typing import Protocol

from django.db import transaction

from alphagex import clock
from apps.ledger.models import Position
from apps.paper.fill_costs import Costs, costs_of_position
from apps.paper.models import PaperPositionV2


class Result(Protocol):
    """A position's P&L in USD."""

    @property
    def pnl(self) -> Decimal: ...
    @property
    def unrealized_pnl(self) -> Decimal: ...


def at_mid(position: Result, costs: Costs) -> Decimal:
    """Return a position's P&L so far as the engine would have it: at mid, without commissions."""
    return position.pnl + position.unrealized_pnl + costs.total


def write(number: int, *, spot: float | None = None) -> None:
    """Bring a row in step with its position; a row that is closed stays as it is. spot: of SPY now."""
    with transaction.atomic():
        row = PaperPositionV2.objects.select_for_update().get(pk=number)
        if row.status == "CLOSED" or row.position_id is None:
            return
        position = Position.objects.get(pk=row.position_id)
        pnl = float(at_mid(position, costs_of_position(position)))
        shares = row.quantity * 100
        row.current_value, row.unrealized_pnl = row.entry_price * shares + pnl, pnl
        row.current_spot_price = row.current_spot_price if spot is None else spot
        if position.closed_at is not None:
            row.status, row.exit_reason, row.realized_pnl = "CLOSED", position.exit_reason, pnl
            row.closed_at = f"{clock.in_new_york(position.closed_at):%Y-%m-%d %H:%M:%S}"
            row.exit_price = row.entry_price + pnl / shares
        row.save()
