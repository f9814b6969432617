"""Entries made of closed positions: whoever closes one, and those that were closed before there was a journal."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.journal import gamma_map
from apps.journal.models import JournalEntry
from apps.ledger.models import Position

_BATCH = 500
ZERO = Decimal(0)


def keep_in_line(position: Position) -> JournalEntry | None:
    """Return the entry of a closed position, made now where there is none, with the ledger's figures; None if open.

    Runs inside the transaction that saves the position: both are stored, or neither.
    """
    if position.status != Position.Status.CLOSED:
        return None
    figures = _figures(position)
    found = JournalEntry.objects.filter(position=position).first()
    if found is None:
        made, _ = JournalEntry.objects.get_or_create(position=position, defaults=figures | _story(position))
        return made
    changed = [name for name, value in figures.items() if getattr(found, name) != value]
    if changed:
        for name in changed:
            setattr(found, name, figures[name])
        found.save(update_fields=changed)
    return found


def catch_up() -> int:
    """Make the entries of closed positions that have none, and return how many there were. Safe to repeat."""
    made = 0
    while True:
        missing = list(
            Position.objects.filter(status=Position.Status.CLOSED, journal_entry__isnull=True)
            .select_related("account", "entry_snapshot", "exit_snapshot")
            .prefetch_related("legs")
            .order_by("pk")[:_BATCH]
        )
        if not missing:
            return made
        with transaction.atomic():
            entries = [JournalEntry(position=one, **_figures(one), **_story(one)) for one in missing]
            JournalEntry.objects.bulk_create(entries, ignore_conflicts=True)
        made += len(missing)


def _figures(position: Position) -> dict[str, Any]:
    """Return what the ledger says of a position: never edited in the journal."""
    return {
        "owner_id": position.account.owner_id,
        "account_kind": position.account.kind,
        "symbol": position.symbol,
        "strategy": position.strategy,
        "direction": position.direction,
        "opened_at": position.opened_at,
        "closed_at": position.closed_at,
        "quantity": position.quantity,
        "entry_price": _kept(position.entry_price),
        "exit_price": _kept(position.exit_price),
        "commissions": _kept(position.commissions),
        "pnl": _kept(position.pnl),
        "size": _kept(position.size),
        "max_loss": _kept(position.max_loss),
        "exit_reason": position.exit_reason,
    }


def _story(position: Position) -> dict[str, Any]:
    """Return what an entry begins with: the notes of the position, and the gamma maps."""
    exit_map = gamma_map.of_snapshot(position.exit_snapshot) if position.exit_snapshot else None
    return {
        "multiplier": max((leg.multiplier for leg in position.legs.all()), default=100),
        "notes": position.notes,
        "entry_snapshot": position.entry_snapshot,
        "exit_snapshot": position.exit_snapshot,
        "entry_map": gamma_map.stored(gamma_map.at_entry(position)),
        "exit_map": gamma_map.stored(exit_map),
    }


def _kept(value: Decimal | None) -> Decimal | None:
    """Return an amount with the six digits the tables have, so that it equals what is read back."""
    return None if value is None else round(value, 6)
