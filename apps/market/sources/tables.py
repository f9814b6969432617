"""Cells of CSV tables as numbers."""

from collections.abc import Sequence

import numpy as np

from apps.market.chain import ChainError, FloatArray

_NOTHING = {"", "-", "--", "n/a", "na", "nan", "null", "none"}


def number(cell: str) -> float:
    """Return a cell as a number: thousands separators are dropped, blank and 'N/A' are NaN. Raises ValueError."""
    plain = cell.strip()
    return float("nan") if plain.lower() in _NOTHING else float(plain.replace(",", ""))


def numbers(cells: Sequence[str], *, name: str, first_line: int) -> FloatArray:
    """Return a column as numbers. Raises ChainError naming column and line where a cell is none."""
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        return np.array([_checked(cell, name=name, line=first_line + at) for at, cell in enumerate(cells)])


def line_with(lines: Sequence[str], beginning: str) -> int | None:
    """Return the place of the first line that begins so, whatever its case."""
    return next((at for at, line in enumerate(lines) if line.strip().lower().startswith(beginning)), None)


def _checked(cell: str, *, name: str, line: int) -> float:
    try:
        return number(cell)
    except ValueError as error:
        raise ChainError(f"line {line}: {name} is {cell[:40]!r}, which is no number") from error
