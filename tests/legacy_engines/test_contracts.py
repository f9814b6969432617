"""Contracts from a risk budget."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from legacy_engines.risk.contracts import NO_BUDGET, NO_DISTANCE, PositionSizingCalculator

MONEY = st.floats(100, 1e7)
PERCENT = st.floats(0.01, 100)
PRICE = st.floats(0.01, 500)


def size(*arguments: Any) -> dict[str, Any]:
    return PositionSizingCalculator.calculate_contracts(*arguments)


@given(MONEY, PERCENT, PRICE, PRICE)
def test_there_is_always_a_contract_and_more_than_one_stay_within_the_budget(
    account: float, percent: float, entry: float, stop: float
) -> None:
    assume(abs(entry - stop) > 0.001)
    answer = size(account, percent, entry, stop)
    assert answer["contracts"] >= 1
    assert answer["risk_dollars"] == answer["max_loss"] >= 0
    if answer["contracts"] > 1:
        assert answer["risk_dollars"] <= account * percent / 100 + 0.01


@given(MONEY, PERCENT, PRICE, PRICE)
def test_a_larger_account_never_gets_fewer_contracts(account: float, percent: float, entry: float, stop: float) -> None:
    assume(abs(entry - stop) > 0.001)
    assert size(account * 2, percent, entry, stop)["contracts"] >= size(account, percent, entry, stop)["contracts"]


def test_one_contract_is_taken_even_beyond_the_budget() -> None:
    assert size(1000, 1, 50, 1) == {
        "contracts": 1,
        "risk_dollars": 4900,
        "risk_pct": 490.0,
        "max_loss": 4900,
        "cost_basis": 5000,
    }


@pytest.mark.parametrize(("account", "percent"), [(0, 2), (-1, 2), (50_000, 0), (50_000, -2)])
def test_no_budget_is_an_error_that_says_what_to_do(account: float, percent: float) -> None:
    assert size(account, percent, 5, 3) == {"error": NO_BUDGET}


def test_a_stop_at_the_entry_is_an_error_that_says_what_to_do() -> None:
    assert size(50_000, 2, 5, 5) == {"error": NO_DISTANCE}


def test_missing_and_infinite_numbers_raise() -> None:
    with pytest.raises(TypeError):
        size(50_000, None, 5, 3)
    with pytest.raises(ValueError, match="NaN"):
        size(50_000, 2, 5, math.nan)
    with pytest.raises(OverflowError):
        size(math.inf, 2, 5, 3)
    assert size(50_000, 2, 5, math.inf)["contracts"] == 1
