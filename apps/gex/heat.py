"""Strike x expiration: which settlement holds a strike's gamma. Colour is logarithmic, the number is in the cell."""

import math
from dataclasses import dataclass

import numpy as np

from apps.gex.expirations import short_label
from apps.gex.ladder import ROWS, level_lines, wall_of
from apps.gex.scale import Scale, scale_for
from apps.gex.window import strikes_around
from apps.market.chain import FloatArray
from apps.market.exposure.result import Exposure
from apps.market.templatetags.numbers import strike

COLUMNS = 12
_NEXT = 8  # nearest settlements; the rest of the columns go to those with most gamma
_LEVELS = 10
_SMALLEST = 0.02  # of the largest cell: below, a dot


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One strike. cells: (class, text)."""

    strike: str
    tone: str
    line: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Rows from the highest strike down. columns: heads. limit: the largest cell, for the colour scale."""

    columns: list[str]
    rows: list[HeatRow]
    unit: str
    limit: str
    dot: str


def heat_map(exposure: Exposure) -> Heat:
    """Return net gamma per strike and settlement around spot."""
    columns = _columns(exposure)
    prices = exposure.by_strike.strike
    shown = strikes_around(prices, exposure.spot, count=ROWS)
    net = _grid(exposure)[shown][:, columns][::-1]
    falling = prices[shown][::-1].tolist()
    scale = scale_for(net.ravel().tolist())
    most = float(np.abs(net).max(initial=0.0))
    dot = _round_down(_SMALLEST * most)
    rows = [
        HeatRow(
            strike=strike(price),
            tone=wall_of(exposure, price)[1],
            line=line,
            cells=[_cell(value, scale=scale, dot=dot, most=most) for value in values],
        )
        for price, line, values in zip(falling, level_lines(exposure, falling), net.tolist(), strict=True)
    ]
    return Heat(
        columns=[short_label(exposure, index) for index in columns],
        rows=rows,
        unit=scale.unit,
        limit=scale.size(most),
        dot=f"{scale.of(dot):g}",
    )


def _columns(exposure: Exposure) -> list[int]:
    rows = exposure.by_expiration
    later = sorted(range(_NEXT, len(rows)), key=lambda index: -rows[index].gross_gex)[: COLUMNS - _NEXT]
    return [*range(min(_NEXT, len(rows))), *sorted(later)]


def _grid(exposure: Exposure) -> FloatArray:
    """Return net gamma, shape (strikes, expirations), 0 where nothing is open."""
    surface = exposure.surface
    grid = np.zeros((len(exposure.by_strike.strike), len(exposure.by_expiration)))
    grid[surface.strike_index, surface.expiration_index] = surface.call_gex.astype(np.float64) + surface.put_gex
    return grid


def _cell(value: float, *, scale: Scale, dot: float, most: float) -> tuple[str, str]:
    if abs(value) < dot or not dot:
        return "nil", "·"
    level = 1 + round((_LEVELS - 1) * math.log(abs(value) / dot) / math.log(most / dot))
    return f"{'call' if value > 0 else 'put'} d{level}", scale.signed(value)


def _round_down(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above `value`."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value)
