"""Macro figures, market time and trading hours."""
