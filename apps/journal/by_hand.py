"""Trades the ledger does not know: written into the journal by hand, with the P&L that follows from their prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from apps.journal import gamma_map
from apps.journal.models import JournalEntry
from apps.journal.pictures import remove_files_later
from apps.ledger.models import Position


class LedgerEntryError(ValueError):
    """An entry whose money is the ledger's and cannot be changed or removed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A closed trade as its trader states it. Prices: USD per share; multiplier: shares of one unit.

    max_loss: USD; None takes what was paid for a LONG, and for a SHORT leaves it unknown.
    """

    symbol: str
    strategy: str
    direction: str
    opened_at: datetime
    closed_at: datetime
    quantity: int
    multiplier: int
    entry_price: Decimal
    exit_price: Decimal
    commissions: Decimal = Decimal(0)
    max_loss: Decimal | None = None

    @property
    def size(self) -> Decimal:
        return self.entry_price * self.quantity * self.multiplier

    @property
    def pnl(self) -> Decimal:
        move = self.exit_price - self.entry_price
        gained = move if self.direction == Position.Direction.LONG else -move
        return gained * self.quantity * self.multiplier - self.commissions


def write_down(owner: User, trade: Trade, *, key: str, notes: str = "") -> JournalEntry:
    """Return the entry of a trade. key: names the intention; the same key again returns the same entry."""
    same = JournalEntry.objects.filter(owner=owner, key=key)
    if (found := same.first()) is not None:
        return found
    try:
        with transaction.atomic():
            return JournalEntry.objects.create(owner=owner, key=key, notes=notes, **_columns(trade))
    except IntegrityError:
        # The same click a moment before; anything else that is wrong with the row has no such twin.
        if (found := same.first()) is not None:
            return found
        raise


def correct(entry: JournalEntry, trade: Trade) -> None:
    """Replace what was stated of a trade. Raises LedgerEntryError."""
    _refuse_ledgers(entry)
    for name, value in _columns(trade).items():
        setattr(entry, name, value)
    entry.save()


def remove(entry: JournalEntry) -> None:
    """Remove an entry with its pictures. Raises LedgerEntryError."""
    _refuse_ledgers(entry)
    with transaction.atomic():
        remove_files_later(list(entry.pictures.all()))
        entry.delete()


def _refuse_ledgers(entry: JournalEntry) -> None:
    if not entry.is_by_hand:
        raise LedgerEntryError("This trade is the ledger's: its money is changed only by trading.")


def _columns(trade: Trade) -> dict[str, Any]:
    opened = gamma_map.snapshot_at(trade.symbol, trade.opened_at)
    closed = gamma_map.snapshot_at(trade.symbol, trade.closed_at)
    paid = trade.size if trade.direction == Position.Direction.LONG else None
    return {
        "symbol": trade.symbol,
        "strategy": trade.strategy,
        "direction": trade.direction,
        "opened_at": trade.opened_at,
        "closed_at": trade.closed_at,
        "quantity": trade.quantity,
        "multiplier": trade.multiplier,
        "entry_price": trade.entry_price,
        "exit_price": trade.exit_price,
        "commissions": trade.commissions,
        "pnl": trade.pnl,
        "size": trade.size,
        "max_loss": trade.max_loss if trade.max_loss is not None else paid,
        "entry_snapshot": opened,
        "exit_snapshot": closed,
        "entry_map": gamma_map.stored(gamma_map.of_snapshot(opened) if opened else None),
        "exit_map": gamma_map.stored(gamma_map.of_snapshot(closed) if closed else None),
    }
