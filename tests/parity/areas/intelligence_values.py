"""Recorded constants, times and converted values of the copilot's tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from legacy_engines import config_and_database
from legacy_engines.copilot.json_values import make_json_serializable
from tests.parity.cases import Case
from tests.parity.worlds import clock_of

BEST_DAYS = {"Any with 5-10 DTE": "ANY_5_TO_10_DTE", "Any 0-2 DTE": "ANY_0_TO_2_DTE"}


def mm_states(case: Case) -> Any:
    return [
        {
            "state": name,
            "threshold": state["threshold"],
            "confidence": state["confidence"],
            "fields": sorted(state),
            "action_verb": state["action"].split(":")[0],
        }
        for name, state in config_and_database.MM_STATES.items()
    ]


def strategies(case: Case) -> Any:
    return [
        {
            "name": name,
            **{key: strategy[key] for key in ("conditions", "win_rate", "risk_reward")},
            "best_days": [BEST_DAYS.get(day, day) for day in strategy["best_days"]],
            "fields": sorted(strategy),
        }
        for name, strategy in config_and_database.STRATEGIES.items()
    ]


def constants(case: Case) -> Any:
    def numeric(table: Mapping[str, Mapping[str, Any]], *names: str) -> dict[str, Any]:
        return {key: {name: entry[name] for name in names} for key, entry in table.items()}

    return {
        "MM_STATES": numeric(config_and_database.MM_STATES, "threshold", "confidence"),
        "STRATEGIES": numeric(config_and_database.STRATEGIES, "conditions", "win_rate", "risk_reward", "best_days"),
        **{name: getattr(config_and_database, name) for name in ("TRADINGVOLATILITY_BASE", "CLAUDE_MODEL", "DB_PATH")},
    }


def api_constants(case: Case) -> Any:
    return {name: getattr(config_and_database, name) for name in ("TRADINGVOLATILITY_BASE", "CLAUDE_MODEL")}


def time_of(function: Callable[..., Any]) -> Callable[[Case], Any]:
    def run(case: Case) -> Any:
        return function(*case.args, **case.kwargs, clock=clock_of(case))

    return run


TYPED: Mapping[str, Callable[[Any], Any]] = {
    "np.float64": np.float64,
    "np.float32": np.float32,
    "np.int64": np.int64,
    "np.bool": np.bool_,
    "np.datetime64": np.datetime64,
    "ndarray": np.array,
    "datetime": datetime.fromisoformat,
    "timestamp": pd.Timestamp,
    "date": date.fromisoformat,
    "tuple": lambda items: tuple(typed(item) for item in items),
    "NaT": lambda nothing: pd.NaT,
    "pd.NA": lambda nothing: pd.NA,
}


def typed(value: Any) -> Any:
    """Return the input that a recorded `{"$type", "value"}` stands for."""
    if isinstance(value, dict):
        if "$type" in value:
            return TYPED[value["$type"]](value.get("value"))
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else value


def left_as_it_was(value: Any) -> Any:
    """Return the value with what the conversion leaves alone replaced by its type's name, as recorded."""
    if isinstance(value, dict):
        return {key: left_as_it_was(item) for key, item in value.items()}
    if isinstance(value, list):
        return [left_as_it_was(item) for item in value]
    return {"$repr": type(value).__name__} if isinstance(value, (date, np.generic)) else value


def serializable(case: Case) -> Any:
    converted = make_json_serializable(typed(case.args[0]))
    return {"return": left_as_it_was(converted), "type": type(converted).__name__}
