"""Changing the plan of a position: its target, its stop, what its trader notes. Fills stay as they are."""

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from apps.ledger.accounts import locked
from apps.ledger.changes import note_change
from apps.ledger.models import Position


def change_plan(
    position: Position, *, target: Decimal | None, stop: Decimal | None, notes: str, at: datetime, by: User
) -> Position:
    """Store target and stop (prices of the underlying) and notes; what is the same already is no change."""
    with transaction.atomic():
        account = locked(position.account_id)
        found = Position.objects.select_for_update().get(pk=position.pk)
        before = {"target": _text(found.target), "stop": _text(found.stop), "notes": found.notes}
        after = {"target": _text(target), "stop": _text(stop), "notes": notes}
        if before != after:
            found.target, found.stop, found.notes = target, stop, notes
            found.save(update_fields=["target", "stop", "notes"])
            note_change(account, "edited", at=at, by=by, position=found, before=before, after=after)
        return found


def _text(price: Decimal | None) -> str:
    return "" if price is None else f"{price.normalize():f}"
