"""Which prices a panel shows: close enough around spot to read, wide enough to hold what matters."""

import numpy as np

from apps.market.chain import FloatArray
from apps.market.exposure.result import Exposure

REACH = 0.08  # of spot: a level further away would squeeze everything near spot into a few pixels
MOVES = 2.25  # implied moves to either side
LEAST = 0.019  # of spot to either side
LEAST_STRIKES = 25


def near_levels(exposure: Exposure) -> list[float]:
    """Return flip and walls that are near enough to be shown beside spot, in points."""
    walls = [wall.strike for wall in (exposure.call_wall, exposure.put_wall) if wall]
    flip = [] if exposure.flip_point is None else [exposure.flip_point]
    return [level for level in [*flip, *walls] if abs(level / exposure.spot - 1) <= REACH]


def price_window(exposure: Exposure) -> tuple[float, float]:
    """Return the lowest and highest price of the charts, in points."""
    spot = exposure.spot
    half = max(MOVES * (exposure.implied_move or 0.0), LEAST * spot)
    half = min(half, REACH * spot)
    low, high = spot - half, spot + half
    margin = 0.1 * half
    for level in near_levels(exposure):
        low, high = min(low, level - margin), max(high, level + margin)
    while _strikes_between(exposure, low, high) < LEAST_STRIKES and high - spot < 2 * REACH * spot:
        low, high = low - margin, high + margin
    return low, high


def _strikes_between(exposure: Exposure, low: float, high: float) -> int:
    strikes = exposure.by_strike.strike
    return int(np.searchsorted(strikes, high, "right") - np.searchsorted(strikes, low))


def strikes_around(strikes: FloatArray, spot: float, *, count: int) -> slice:
    """Return the place of the `count` strikes nearest around spot, as many above as below where there are."""
    middle = int(np.searchsorted(strikes, spot))
    first = max(0, min(middle - count // 2, len(strikes) - count))
    return slice(first, min(len(strikes), first + count))
