"""The order in which the old leaderboard left strategies with equal totals."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from legacy_engines.row_frames import Floats

LANES: Final = 8
NETWORK: Final = (
    ((1, 0, 3, 2, 5, 4, 7, 6), 0b10101010),
    ((3, 2, 1, 0, 7, 6, 5, 4), 0b11001100),
    ((1, 0, 3, 2, 5, 4, 7, 6), 0b10101010),
    ((7, 6, 5, 4, 3, 2, 1, 0), 0b11110000),
    ((2, 3, 0, 1, 6, 7, 4, 5), 0b11001100),
    ((1, 0, 3, 2, 5, 4, 7, 6), 0b10101010),
)
"""A bitonic sorting network: for each step the partner of every lane, and the lanes that keep the larger value."""

Order = npt.NDArray[np.intp]


def largest_first(totals: Floats) -> Order:
    """Return the positions of the totals, largest first, equal ones where the old sort put them.

    Deliberate: the old order of equal totals was that of a vectorised, unstable sort. It decides which strategy is
    named best and worst, so it is redone here and does not depend on the processor. Beyond eight strategies equal
    totals stay in alphabetical order.
    """
    backwards = totals[::-1]
    order = _network_order(backwards) if len(totals) <= LANES else backwards.argsort(kind="stable")
    return len(totals) - 1 - order[::-1]


def _network_order(values: Floats) -> Order:
    """Return the positions of up to eight finite values, smallest first."""
    keys = np.full(LANES, np.inf)
    keys[: len(values)] = values
    positions = np.arange(LANES)
    for partners, larger_lanes in NETWORK:
        partner = np.array(partners)
        takes_larger = (larger_lanes >> np.arange(LANES)) & 1 == 1
        sorted_keys = np.where(takes_larger, np.maximum(keys, keys[partner]), np.minimum(keys, keys[partner]))
        positions = np.where(sorted_keys == keys, positions, positions[partner])
        keys = sorted_keys
    return positions[: len(values)]
