"""Values a JSON writer understands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd


def make_json_serializable(obj: Any) -> Any:
    """Return the value with containers rebuilt, times as ISO text, NumPy numbers as floats and gaps as None.

    Deliberate (intelligence 2): NumPy integers become floats, a NumPy NaN stays NaN, arrays are not looked into, NaT
    becomes the text `NaT`, and dates, NumPy booleans and NumPy datetimes are left as they are.
    """
    if isinstance(obj, dict):
        return {key: make_json_serializable(value) for key, value in obj.items()}
    if isinstance(obj, (list, tuple)):
        return [make_json_serializable(item) for item in obj]
    if isinstance(obj, datetime):  # NaT among them
        return obj.isoformat()
    if isinstance(obj, (np.integer, np.floating)):
        return float(obj)
    if isinstance(obj, np.ndarray):
        return obj.tolist()
    return None if _is_missing(obj) else obj


def _is_missing(obj: Any) -> bool:
    return bool(pd.api.types.is_scalar(obj) and pd.isna(obj))
