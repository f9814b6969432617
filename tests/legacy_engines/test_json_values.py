"""Conversion for JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.copilot.json_values import make_json_serializable

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(PLAIN)
def test_plain_values_stay_as_they_are(value: Any) -> None:
    assert make_json_serializable(value) == value


@given(PLAIN)
def test_whatever_comes_out_of_plain_values_and_numpy_numbers_can_be_written(value: Any) -> None:
    json.dumps(make_json_serializable({"value": value, "count": np.int64(3), "price": (np.float32(1.5), pd.NaT)}))


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_values_become_none(missing: Any) -> None:
    assert make_json_serializable([missing]) == [None]


def test_numpy_numbers_become_floats_and_their_nan_stays() -> None:
    assert type(make_json_serializable(np.int64(3))) is float
    assert np.isnan(make_json_serializable(np.float64("nan")))


def test_arrays_become_lists_and_are_not_looked_into() -> None:
    converted = make_json_serializable({"levels": np.array([[1.0, np.nan]])})
    assert isinstance(converted["levels"], list)
    assert np.isnan(converted["levels"][0][1])


def test_times_become_text() -> None:
    moment = datetime(2025, 10, 21, 14, 30, tzinfo=UTC)
    assert make_json_serializable((moment, pd.Timestamp(moment), pd.NaT)) == [
        "2025-10-21T14:30:00+00:00",
        "2025-10-21T14:30:00+00:00",
        "NaT",
    ]


def test_dates_numpy_booleans_and_series_are_left_alone() -> None:
    series = pd.Series([1.0])
    left = make_json_serializable([date(2025, 10, 21), np.bool_(True), series])
    assert left[0] == date(2025, 10, 21)
    assert isinstance(left[1], np.bool_)
    assert left[2] is series
