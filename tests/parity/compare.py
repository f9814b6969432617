"""Compare what our code gave with what was recorded, and say where they differ."""

from __future__ import annotations

import math
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

NUMBER_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf, "-inf": -math.inf, "-infinity": -math.inf}


def plain(value: Any) -> Any:
    """Return the value in the form in which results are recorded: JSON types, frames as columns and rows."""
    if isinstance(value, pd.DataFrame):
        return {
            "columns": [str(name) for name in value.columns],
            "rows": [[plain(cell) for cell in row] for row in value.itertuples(index=False, name=None)],
        }
    if isinstance(value, pd.Series):
        return plain(value.to_dict())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is pd.NaT:
        return None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def differences(
    actual: Any, expected: Any, *, relative: float, floor: float, ordered: bool = False, at: str = ""
) -> list[str]:
    """Return one line per difference, empty when equal.

    Numbers agree within `relative` of the larger, or when both lie within `floor` of zero (`floor` absolute, only for
    values that are themselves that small). Integers and floats of equal value agree; booleans are not numbers.
    `ordered` also compares the order of dictionary keys.
    """
    where = at or "result"
    number = _number(expected)
    if number is not None and not isinstance(actual, str):
        return [] if _close(actual, number, relative, floor) else [f"{where}: {actual!r}, recorded {expected!r}"]
    if type(expected) is not type(actual):
        return [f"{where}: {_short(actual)}, recorded {_short(expected)}"]
    options: dict[str, Any] = {"relative": relative, "floor": floor, "ordered": ordered}
    if isinstance(expected, dict):
        if set(expected) != set(actual):
            missing, extra = sorted(set(expected) - set(actual)), sorted(set(actual) - set(expected))
            return [f"{where}: keys missing {missing}, not recorded {extra}"]
        if ordered and list(expected) != list(actual):
            return [f"{where}: keys in the order {list(actual)}, recorded {list(expected)}"]
        return [
            line for key in expected for line in differences(actual[key], expected[key], **options, at=f"{at}.{key}")
        ]
    if isinstance(expected, list):
        if len(expected) != len(actual):
            return [f"{where}: {len(actual)} items {_short(actual)}, recorded {len(expected)} {_short(expected)}"]
        pairs = enumerate(zip(actual, expected, strict=True))
        return [line for i, (mine, theirs) in pairs for line in differences(mine, theirs, **options, at=f"{at}[{i}]")]
    return [] if actual == expected else [f"{where}: {_short(actual)}, recorded {_short(expected)}"]


def _number(expected: Any) -> float | int | None:
    if isinstance(expected, bool):
        return None
    if isinstance(expected, (int, float)):
        return expected
    return NUMBER_WORDS.get(expected.lower()) if isinstance(expected, str) else None


def _close(actual: Any, expected: float, relative: float, floor: float) -> bool:
    if isinstance(actual, bool) or not isinstance(actual, (int, float)):
        return False
    if math.isnan(expected) or math.isnan(actual):
        return math.isnan(expected) and math.isnan(actual)
    if actual == expected:
        return True
    if isinstance(actual, int) and isinstance(expected, int):
        return False
    if math.isinf(expected) or math.isinf(actual):
        return False
    larger = max(abs(actual), abs(expected))
    return abs(actual - expected) <= relative * larger or larger < floor


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
