"""Who takes the rows of which old table: reads them, and stores them where they belong here."""

from apps.legacy_import.takers.registry import order_of, taker_of

__all__ = ["order_of", "taker_of"]
