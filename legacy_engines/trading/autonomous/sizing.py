"""How many contracts the auto-trader takes."""

from __future__ import annotations

from typing import Final

CONTRACT_SIZE: Final = 100
DIRECTIONAL_SHARE: Final = 0.25
DIRECTIONAL_CAP: Final = 1250
MOST_DIRECTIONAL: Final = 10
CONDOR_SHARE: Final = 0.20
MOST_CONDORS: Final = 5


def directional_contracts(available: float, unit_cost: float) -> int:
    """Return contracts for a quarter of the free capital, at most $1,250, and at most 10.

    unit_cost: US dollars per contract, not 0. A NaN raises ValueError.
    """
    budget = min(available * DIRECTIONAL_SHARE, DIRECTIONAL_CAP)
    return _between_one_and(MOST_DIRECTIONAL, budget / unit_cost)


def condor_contracts(available: float, risk: float) -> int:
    """Return condors for a fifth of the free capital by their width (`risk`, US dollars per condor), at most 5."""
    return _between_one_and(MOST_CONDORS, available * CONDOR_SHARE / risk)


def _between_one_and(most: int, affordable: float) -> int:
    # Deliberate (trading Q-9): one contract even when nothing is left to pay for it.
    return min(most, max(1, int(affordable)))
