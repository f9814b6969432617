"""Stored rows as data frames, with missing values as the old program showed them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from legacy_engines.storage import Row

Floats = npt.NDArray[np.float64]


def frame_of(rows: Sequence[Row], columns: Sequence[str], *, texts: Collection[str]) -> pd.DataFrame:
    """Return the named columns of the rows as a frame, one line per row, in the given order.

    A missing text stays None and a missing number becomes NaN; a number column without any number keeps its None.
    """
    return pd.DataFrame({name: _column([row[name] for row in rows], is_text=name in texts) for name in columns})


def _column(values: list[Any], *, is_text: bool) -> pd.Series[Any]:
    if is_text or all(value is None for value in values):
        return pd.Series(values, dtype=object)
    return pd.Series(values)


def parse_dates(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the frame with the text columns read as timestamps; an empty frame stays as it is."""
    if frame.empty:
        return frame
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in columns})


def floats(frame: pd.DataFrame, column: str) -> Floats:
    """Return a number column as floats, NaN where the value is missing."""
    return np.asarray(pd.to_numeric(frame[column]), dtype=np.float64)


def mean(values: Floats) -> float:
    """Return the mean of what is there, NaN when nothing is."""
    return float(pd.Series(values).mean())


def total(values: Floats) -> float:
    """Return the sum of what is there, 0 when nothing is."""
    return float(pd.Series(values).sum())


def without_nan(row: Mapping[str, Any]) -> Row:
    """Return the row with NaN as None, so that every store treats a NaN as the old database did: as missing."""
    return {name: None if isinstance(value, float) and value != value else value for name, value in row.items()}
