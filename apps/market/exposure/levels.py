"""Prices that matter: where net gamma changes sign, and the strikes with the most gamma."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apps.market.chain import FloatArray
from apps.market.exposure.result import Wall

FAR = 0.05  # of spot: a flip further away does not describe today's regime
SHALLOW = 0.02  # of the curve's peak: net gamma that never leaves this band beside a flip is noise
CROWDED = 0.02  # of spot: several flips so close together mean net gamma is about zero, not that it turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A change of sign between two grid points; `at` by linear interpolation. All in points of spot."""

    low: float
    high: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """All changes of sign, ascending, and the one nearest spot. Without one: `point` None and a reason."""

    point: float | None
    every: tuple[float, ...]
    reason: str | None
    quality: str | None


def crossings(spots: FloatArray, curve: FloatArray) -> list[Crossing]:
    """Return the changes of sign of `curve` over ascending `spots`.

    A grid point that is exactly 0 between two signs is a crossing. A longer stretch of zeros is none: nothing is
    there that could turn.
    """
    found = []
    solid = np.flatnonzero(curve)
    turns = np.flatnonzero(np.diff(np.signbit(curve[solid])))
    for left, right in zip(solid[turns], solid[turns + 1], strict=True):
        low, high = float(spots[left]), float(spots[right])
        if right == left + 1:
            share = float(curve[left] / (curve[left] - curve[right]))
            found.append(Crossing(low=low, high=high, at=low + share * (high - low)))
        elif right == left + 2:
            found.append(Crossing(low=low, high=high, at=float(spots[left + 1])))
    return found


def refined_root(value: Callable[[float], float], crossing: Crossing, tolerance: float = 1e-10) -> float:
    """Return the root of `value` inside `crossing`, to `tolerance` of its size (Illinois: a secant that cannot leave).

    Not scipy's brentq, whose package takes most of a second to import.
    """
    low, high = crossing.low, crossing.high
    at_low, at_high = value(low), value(high)
    if at_low * at_high >= 0.0:  # the grid's last digit and the function's disagree: as good as on the spot
        return crossing.at
    root, side = crossing.at, 0
    for _ in range(60):
        at_root = value(root)
        if at_root == 0.0 or high - low <= tolerance * high:
            break
        if at_root * at_high < 0.0:
            low, at_low = root, at_root
            at_high *= 0.5 if side == -1 else 1.0
            side = -1
        else:
            high, at_high = root, at_root
            at_low *= 0.5 if side == 1 else 1.0
            side = 1
        step = (at_low * high - at_high * low) / (at_low - at_high)
        if abs(step - root) <= tolerance * root:
            return step
        root = step
    return root


def find_flips(spot: float, spots: FloatArray, curve: FloatArray, value: Callable[[float], float]) -> Flips:
    """Return the flips of a re-priced curve. value: the same curve as a function of spot, for the last digits.

    On either side of spot the nearest crossing is refined before the nearer one is chosen: interpolation alone could
    choose the wrong one.
    """
    found = crossings(spots, curve)
    if not found:
        return Flips(point=None, every=(), reason=_why_none(spots, curve), quality=None)
    every = [crossing.at for crossing in found]
    above = int(np.searchsorted(every, spot))
    for index in {max(above - 1, 0), min(above, len(found) - 1)}:
        every[index] = refined_root(value, found[index])
    point = min(every, key=lambda flip: abs(flip - spot))
    return Flips(point=point, every=tuple(every), reason=None, quality=_quality(point, every, spot, spots, curve))


def _why_none(spots: FloatArray, curve: FloatArray) -> str:
    span = f"every spot from {spots[0]:,.2f} to {spots[-1]:,.2f}"
    if not curve.any():
        return f"Net gamma is zero at {span}."
    sign = "positive" if curve.max() > 0 else "negative"
    return f"Net gamma is {sign} at {span}."


def _quality(point: float, every: list[float], spot: float, spots: FloatArray, curve: FloatArray) -> str:
    doubts = []
    away = abs(point / spot - 1.0)
    if away > FAR:
        doubts.append(f"far: {away * 100:.1f} % from spot")
    index = every.index(point)
    left = every[index - 1] if index else spots[0]
    right = every[index + 1] if index + 1 < len(every) else spots[-1]
    size = np.abs(curve)
    sides = [size[(spots >= left) & (spots <= point)], size[(spots >= point) & (spots <= right)]]
    weakest = min(float(side.max(initial=0.0)) for side in sides) / float(size.max())
    if weakest < SHALLOW:
        doubts.append(f"shallow: on one side net gamma stays within {weakest * 100:.1f} % of its peak")
    near = sum(abs(flip - spot) <= CROWDED * spot for flip in every)
    if near > 1:
        doubts.append(f"several: {near} flips within {CROWDED * 100:g} % of spot")
    return "; ".join(doubts) or "clear"


def call_wall(spot: float, strike: FloatArray, call_gex: FloatArray) -> Wall | None:
    """Return the strike at or above spot with the largest call GEX, or None. strike: ascending; ties: nearest spot."""
    reach = strike >= spot
    return _wall(strike[reach], call_gex[reach], total=float(call_gex.sum()))


def put_wall(spot: float, strike: FloatArray, put_gex: FloatArray) -> Wall | None:
    """Return the strike at or below spot with the largest put GEX (negative), or None. Ties: nearest spot."""
    reach = strike <= spot
    return _wall(strike[reach][::-1], put_gex[reach][::-1], total=float(put_gex.sum()))


def _wall(strike: FloatArray, gex: FloatArray, *, total: float) -> Wall | None:
    """Choose among strikes that are ordered away from spot. total: of the whole side, either side of spot."""
    order = np.argsort(-np.abs(gex), kind="stable")[:2]
    order = order[gex[order] != 0.0]
    if not len(order):
        return None
    best, second = order[0], order[1] if len(order) > 1 else None
    return Wall(
        strike=float(strike[best]),
        gex=float(gex[best]),
        dominance=float(gex[best]) / total,
        second_strike=None if second is None else float(strike[second]),
        second_gex=None if second is None else float(gex[second]),
    )
