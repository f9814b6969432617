"""Where the journal hears of closed positions. The ledger knows no features; it saves, and Django tells."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.journal.entries import keep_in_line
from apps.ledger.models import Position


@receiver(post_save, sender=Position, dispatch_uid="journal-entry-of-closed-position")
def position_saved(sender: type[Position], instance: Position, raw: bool, **kwargs: Any) -> None:
    """Make, or bring in line, the entry of a closed position. raw: rows being loaded from a file, which stay as is."""
    if not raw:
        keep_in_line(instance)
