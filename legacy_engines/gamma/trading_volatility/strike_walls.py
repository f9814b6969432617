"""Walls from strike data in several layouts. The old program had this and never called it; its cases are kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LIST_CALLS = ("call_gamma", "call_gex", "calls")
LIST_PUTS = ("put_gamma", "put_gex", "puts")
MAP_CALLS = ("call", "call_gamma", "calls")
MAP_PUTS = ("put", "put_gamma", "puts")
NO_WALLS = (0.0, 0.0)

StrikeSides = tuple[float, float, float]


def walls_from_strikes(data: Any) -> tuple[float, float]:
    """Return call and put wall (points), or (0, 0) when one of them is missing or anything cannot be read.

    data: a list of strike objects, or an object from strike to sides.
    """
    try:
        rows = list(_from_list(data) if isinstance(data, list) else _from_map(data))
    except (TypeError, ValueError, OverflowError):
        return NO_WALLS
    call_wall, put_wall = _largest(rows, 1), _largest(rows, 2)
    return (call_wall, put_wall) if call_wall and put_wall else NO_WALLS


def _from_list(data: Sequence[Any]) -> Iterator[StrikeSides]:
    for item in data:
        if isinstance(item, dict):
            strike = float(first_of(item, ("strike", "strike_price")))
            yield strike, abs(float(first_of(item, LIST_CALLS))), abs(float(first_of(item, LIST_PUTS)))


def _from_map(data: Any) -> Iterator[StrikeSides]:
    # The first key tells whether the keys are strikes at all.
    if isinstance(data, dict) and data and math.isfinite(float(next(iter(data)))):
        for key, sides in data.items():
            if isinstance(sides, dict):
                yield float(key), abs(float(first_of(sides, MAP_CALLS))), abs(float(first_of(sides, MAP_PUTS)))


def first_of(entry: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return the value of the first name that exists, even None, or 0."""
    return next((entry[name] for name in names if name in entry), 0)


def _largest(rows: Sequence[StrikeSides], side: int) -> float:
    most: float = 0
    strike: float = 0
    for row in rows:
        if row[side] > most:
            most, strike = row[side], row[0]
    return strike
