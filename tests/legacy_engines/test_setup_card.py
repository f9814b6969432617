"""How a setup was shown: its grade, estimated profit, risk and reward, and the count of high confidence."""

from __future__ import annotations

from typing import Any

import pytest

from legacy_engines.setups.card import estimated_profit, grade_of, high_confidence, risk_and_reward


@pytest.mark.parametrize(
    ("confidence", "grade"),
    [
        (100, ("A", "🏆")),
        (80, ("A", "🏆")),
        (79, ("B", "⭐")),
        (70, ("B", "⭐")),
        (69.9, ("C", "📊")),
        (0, ("C", "📊")),
    ],
)
def test_the_grade_changes_at_70_and_80(confidence: float, grade: tuple[str, str]) -> None:
    assert grade_of(confidence) == grade


@pytest.mark.parametrize(
    ("setup", "shown"),
    [
        ({"entry": "$100.00", "target_1": "$102.00"}, "+$8"),  # 2 % times 4.2
        ({"entry": "$100.00", "target_1": "$95.00"}, "+$21"),  # a fall counts by its size
        ({"entry": "$100.00, give or take $0.50", "target_1": "$102.00"}, "TBD"),
        ({"entry": "NOW", "target_1": "$102.00"}, "TBD"),
        ({"entry": "$100.00"}, "TBD"),
        ({"entry": "$0.00", "target_1": "$102.00"}, "TBD"),
        ({}, "TBD"),
    ],
)
def test_the_estimated_profit_needs_two_plain_prices(setup: dict[str, Any], shown: str) -> None:
    assert estimated_profit(setup) == shown


@pytest.mark.parametrize(
    ("setup", "figures"),
    [
        ({}, (2.0, 420.0, 840.0)),
        ({"risk_reward": 3.0, "max_risk": "$1,250.50"}, (3.0, 1250.5, 3751.5)),
        ({"max_risk": "$9.70", "risk_reward": 0.5}, (0.5, 9.7, 4.85)),
        ({"max_risk": "defined"}, None),
    ],
)
def test_risk_and_reward_come_from_the_text_or_the_usual_figures(
    setup: dict[str, Any], figures: tuple[float, float, float] | None
) -> None:
    assert risk_and_reward(setup) == (None if figures is None else pytest.approx(figures))


def test_high_confidence_starts_at_80_and_a_missing_one_is_none() -> None:
    assert high_confidence([{"confidence": 80}, {"confidence": 79.9}, {"confidence": 95}, {}]) == 2
