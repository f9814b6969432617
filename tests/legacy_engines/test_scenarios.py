"""First-order scenarios."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.risk import scenarios
from legacy_engines.risk.scenarios import ScenarioPlanner

POSITION = {"entry_price": 4.0, "contracts": 2, "delta": 0.5, "theta": -0.1, "current_price": 100.0}


def outcome(scenario: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return ScenarioPlanner.analyze_scenario({**POSITION, **changes}, scenario)


@given(st.floats(-50, 50), st.integers(0, 60), st.floats(-50, 50))
def test_an_option_never_falls_below_a_cent(move: float, days: int, volatility: float) -> None:
    answer = outcome({"price_change_pct": move, "days_forward": days, "iv_change_pct": volatility})
    assert answer["estimated_option_price"] >= 0.01
    assert answer["total_pnl"] == pytest.approx(2 * answer["pnl_per_contract"], abs=0.011)


@given(st.integers(0, 30), st.integers(0, 30))
def test_waiting_longer_never_helps_a_long_option(days: int, more: int) -> None:
    early, late = outcome({"days_forward": days}), outcome({"days_forward": days + more})
    assert late["total_pnl"] <= early["total_pnl"]


def test_nothing_given_is_a_day_in_an_option_that_costs_nothing() -> None:
    answer = ScenarioPlanner.analyze_scenario({}, {})
    assert answer["days_elapsed"] == 1
    assert answer["estimated_option_price"] == 0.01
    assert answer["pnl_pct"] == 0
    assert answer["scenario_name"] == "Unnamed"


def test_an_estimate_that_is_no_number_is_a_cent() -> None:
    assert outcome({"price_change_pct": math.nan})["estimated_option_price"] == 0.01


def test_the_spot_defaults_to_the_strike() -> None:
    assert ScenarioPlanner.analyze_scenario({"strike": 50}, {"price_change_pct": 10})["new_stock_price"] == 55.0


@pytest.mark.parametrize(
    ("pnl", "expected"),
    [
        (200.01, scenarios.TAKE_PROFITS),
        (200.0, scenarios.SCALE_OUT_HALF),
        (120.0, scenarios.HOLD),
        (0.0, scenarios.HOLD),
        (-0.01, scenarios.MONITOR_AT_RISK),
        (-200.0, scenarios.MONITOR_AT_RISK),
        (-200.01, scenarios.CUT_LOSS),
        (math.nan, scenarios.HOLD),
    ],
)
def test_recommendation_by_share_of_the_cost(pnl: float, expected: str) -> None:
    assert ScenarioPlanner._get_recommendation(pnl, 4.0, 1) == expected


@pytest.mark.parametrize("field", ["entry_price", "contracts", "delta", "theta", "current_price"])
def test_none_for_a_number_raises(field: str) -> None:
    with pytest.raises(TypeError):
        outcome({}, **{field: None})
