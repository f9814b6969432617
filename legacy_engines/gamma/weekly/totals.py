"""Gamma that expires on each of the five days, and what is left from a day on."""

from __future__ import annotations

from collections.abc import Sequence


def usable(total: float) -> float:
    """Return a day's total if it is above zero, else 0: nothing expires, or nothing is known (NaN)."""
    return total if total > 0 else 0


def remaining(totals: Sequence[float], start: int) -> float:
    """Return the sum from day `start` on, added from left to right; 0 past the end.

    A plain loop: from Python 3.12 `sum` compensates, which changes last digits.
    """
    left: float = 0
    for total in totals[start:]:
        left += total
    return left
