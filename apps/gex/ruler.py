"""The price ruler: where moves shrink and where they grow, with spot, flip and walls on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from apps.gex.window import near_levels
from apps.market.chain import FloatArray
from apps.market.exposure.result import Exposure
from apps.market.templatetags.numbers import points, signed, strike

_STOPS = 25
_LEAST = 0.006  # of spot shown to either side
_LABEL = 24.0  # per cent of the ruler that a label takes
_TWO_AT_ONE_PLACE = 3.0  # how much worse labels over each other are than labels over the edge
_MIDDLE = 0.38  # of the ruler: spot keeps this far from its ends
_FAINT, _FULL = 0.12, 0.82  # opacity at no gamma and at the most
_UNKNOWN = 0.3  # opacity where the side of the flip is known, but not how much gamma there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A point of the shading. at: per cent of the range; depth: opacity."""

    at: str
    side: str
    depth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A price on the ruler. at: per cent of its range; anchor: which way the label opens."""

    at: str
    kind: str
    value: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """What templates/components/ruler.html draws. sides: (tone, words) of the lower and the upper end."""

    sides: list[tuple[str, str]]
    stops: list[Stop]
    marks: list[Mark]
    summary: str


def price_ruler(exposure: Exposure) -> Ruler:
    """Return the ruler around spot and the levels near it."""
    low, high = _range(exposure)
    levels = _levels(exposure)
    places = [100 * (price - low) / (high - low) for price, _, _ in levels]
    marks = [
        Mark(
            at=f"{place:.2f}",
            kind=kind,
            value=strike(price) if kind != "flip" else points(price),
            label=f"{name} {signed(price - exposure.spot, 1)}",
            anchor=anchor,
        )
        for (price, kind, name), place, anchor in zip(levels, places, _anchors(places), strict=True)
    ]
    spot = 100 * (exposure.spot - low) / (high - low)
    marks.append(Mark(at=f"{spot:.2f}", kind="spot", value=points(exposure.spot), label="Spot", anchor=""))
    return Ruler(
        sides=_sides(exposure, low, high),
        stops=_stops(exposure, low, high),
        marks=marks,
        summary=_summary(exposure, levels),
    )


def _levels(exposure: Exposure) -> list[tuple[float, str, str]]:
    """Return near levels as (price, kind, name). Walls on one strike are one mark."""
    near = near_levels(exposure)
    calls, puts = exposure.call_wall, exposure.put_wall
    found: list[tuple[float, str, str]] = []
    if exposure.flip_point is not None and exposure.flip_point in near:
        found.append((exposure.flip_point, "flip", "Flip"))
    if calls and puts and calls.strike == puts.strike:
        return [*found, (calls.strike, "call", "Both walls")]
    if calls and calls.strike in near:
        found.append((calls.strike, "call", "Call wall"))
    if puts and puts.strike in near:
        found.append((puts.strike, "put", "Put wall"))
    return found


def _range(exposure: Exposure) -> tuple[float, float]:
    spot = exposure.spot
    levels = near_levels(exposure)
    low, high = min([spot, *levels]), max([spot, *levels])
    margin = max(0.35 * (high - low), _LEAST * spot)
    low, high = low - margin, high + margin
    # The price above spot must not cover the words at the ends.
    least = _MIDDLE / (1 - _MIDDLE)
    return min(low, spot - least * (high - spot)), max(high, spot + least * (spot - low))


def _sides(exposure: Exposure, low: float, high: float) -> list[tuple[str, str]]:
    """Return what moves do at the two ends: nothing says that it must be "grow" on the left."""
    gamma = _gamma_at(exposure, np.array([low, high])).tolist()
    return [("gain", "Moves shrink") if value >= 0 else ("loss", "Moves grow") for value in gamma]


def _stops(exposure: Exposure, low: float, high: float) -> list[Stop]:
    """Return the shading by re-priced gamma; where it changes sign, one colour ends and the other begins."""
    prices = np.linspace(low, high, _STOPS)
    gamma = _gamma_at(exposure, prices)
    most = float(np.abs(gamma).max()) or 1.0
    full = _UNKNOWN if exposure.is_by_strike_only else _FULL
    stops: list[Stop] = []
    before = None
    for price, value in zip(prices.tolist(), gamma.tolist(), strict=True):
        at = 100 * (price - low) / (high - low)
        side = "call" if value >= 0 else "put"
        if before is not None and side != before[2]:
            turn = before[0] + (at - before[0]) * abs(before[1]) / (abs(before[1]) + abs(value))
            stops += [Stop(at=f"{turn:.2f}", side=one, depth=f"{_FAINT}") for one in (before[2], side)]
        depth = _FAINT + (full - _FAINT) * (abs(value) / most) ** 0.5
        stops.append(Stop(at=f"{at:.2f}", side=side, depth=f"{depth:.2f}"))
        before = (at, value, side)
    return stops


def _gamma_at(exposure: Exposure, prices: FloatArray) -> FloatArray:
    """Return net gamma at `prices`; of gamma that cannot be re-priced only the sign: it changes at the flip."""
    if not exposure.is_by_strike_only:
        return np.interp(prices, exposure.profile.spot, exposure.profile.curves["all"])
    here = 1.0 if exposure.net_gex >= 0 else -1.0
    flip = exposure.flip_point
    if flip is None:
        return np.full(len(prices), here)
    return np.where((prices >= flip) == (exposure.spot >= flip), here, -here)


def _anchors(places: list[float]) -> list[str]:
    """Return how each label opens so that labels overlap and leave the ruler as little as possible."""
    choices = ("", "end", "start")

    def extent(place: float, anchor: str) -> tuple[float, float]:
        left = {"": place - _LABEL / 2, "start": place, "end": place - _LABEL}[anchor]
        return left, left + _LABEL

    def cost(anchors: tuple[str, ...]) -> tuple[float, int]:
        spans = [extent(place, anchor) for place, anchor in zip(places, anchors, strict=True)]
        overlap = sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for i, a in enumerate(spans) for b in spans[i + 1 :])
        outside = sum(max(0.0, -left) + max(0.0, right - 100) for left, right in spans)
        return _TWO_AT_ONE_PLACE * overlap + outside, sum(anchor != "" for anchor in anchors)

    combinations: Iterable[tuple[str, ...]] = product(choices, repeat=len(places))
    best = min(combinations, key=cost)
    return list(best)


def _summary(exposure: Exposure, levels: list[tuple[float, str, str]]) -> str:
    parts = [f"Spot {points(exposure.spot)}"]
    parts += [f"{name.lower()} {points(price)}" for price, _, name in levels]
    return ", ".join(parts) + "."
