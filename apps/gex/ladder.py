"""Strikes down the side with their bars: the phone's chart, and everywhere the chart's table for screen readers."""

from dataclasses import dataclass

import numpy as np

from apps.gex.scale import Scale, scale_for
from apps.gex.window import strikes_around
from apps.market.exposure.result import Exposure
from apps.market.templatetags.numbers import points, signed_class, strike

ROWS = 16
_HALF = 100.0  # of the bars' drawing to either side


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """One strike. put_width, call_width: of a drawing 200 wide with its zero in the middle."""

    strike: str
    wall: str
    tone: str
    line: str
    call: str
    put: str
    net: str
    net_tone: str
    put_x: str
    put_width: str
    call_width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Rows from the highest strike down. above: line over the first row ("flip-above"), if any."""

    rows: list[LadderRow]
    unit: str


def price_ladder(exposure: Exposure) -> Ladder:
    """Return the strikes around spot."""
    strikes = exposure.by_strike
    shown = strikes_around(strikes.strike, exposure.spot, count=ROWS)
    prices, calls, puts = strikes.strike[shown], strikes.call_gex[shown], strikes.put_gex[shown]
    scale = scale_for((calls + puts).tolist())
    scale = Scale(scale.divisor, scale.unit, min(scale.digits, 1))
    most = max(float(calls.max(initial=0.0)), float(-puts.min(initial=0.0))) or 1.0
    lines = level_lines(exposure, prices[::-1].tolist())
    rows = [
        _row(exposure, scale, most, price, call, put, line)
        for price, call, put, line in zip(
            prices[::-1].tolist(), calls[::-1].tolist(), puts[::-1].tolist(), lines, strict=True
        )
    ]
    return Ladder(rows=rows, unit=scale.unit)


def level_lines(exposure: Exposure, falling: list[float]) -> list[str]:
    """Return for each strike of `falling` the classes of the lines below it: where spot and flip lie between rows."""
    levels = {"spot-below": exposure.spot}
    if exposure.flip_point is not None:
        levels["flip-below"] = exposure.flip_point
    lines = [""] * len(falling)
    for name, level in levels.items():
        above = int(np.count_nonzero(np.array(falling) >= level))
        if 0 < above < len(falling):
            lines[above - 1] = f"{lines[above - 1]} {name}".strip()
    return lines


def wall_of(exposure: Exposure, price: float) -> tuple[str, str]:
    """Return the name and tone of the wall at a strike, or two empty texts."""
    is_call = exposure.call_wall is not None and exposure.call_wall.strike == price
    is_put = exposure.put_wall is not None and exposure.put_wall.strike == price
    if is_call and is_put:
        return "Both walls", "call"
    if is_call:
        return "Call wall", "call"
    return ("Put wall", "put") if is_put else ("", "")


def _row(exposure: Exposure, scale: Scale, most: float, price: float, call: float, put: float, line: str) -> LadderRow:
    wall, tone = wall_of(exposure, price)
    put_width, call_width = -put / most * _HALF, call / most * _HALF
    net = scale.signed(call + put)
    return LadderRow(
        strike=strike(price),
        wall=wall,
        tone=tone,
        line=line,
        call=scale.signed(call),
        put=scale.signed(put),
        net=net,
        net_tone=signed_class(call + put) if net[0] in "+−" else "muted",
        put_x=f"{_HALF - put_width:.1f}",
        put_width=f"{put_width:.1f}",
        call_width=f"{call_width:.1f}",
    )


def spot_and_flip(exposure: Exposure) -> dict[str, str]:
    """Return the two prices as they stand beside their lines."""
    flip = exposure.flip_point
    return {"spot": points(exposure.spot), "flip": "" if flip is None else points(flip)}
