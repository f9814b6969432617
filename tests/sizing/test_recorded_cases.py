"""The recorded cases of the old program through the calculators, asked as their forms ask."""

import math
from typing import Any

import pytest

from apps.sizing.forms import StopForm, TradeForm
from apps.sizing.kelly import kelly_of
from apps.sizing.page import FIRST_KELLY
from apps.sizing.trade import size_by_stop, size_trade
from tests.parity.cases import OWN_VECTORS, Case, documents


def cases(name: str) -> list[Case]:
    (found,) = (one.cases for one in documents(OWN_VECTORS) if one.callable == name)
    assert found
    return found


def asked(form: type[TradeForm] | type[StopForm], values: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the form makes of recorded arguments, None where it refuses what the old program took."""
    bound = form({name: "" if value is None else str(value) for name, value in values.items()})
    return bound.cleaned_data if bound.is_valid() else None


def test_sizes_by_confidence_are_the_recorded_ones() -> None:
    compared = 0
    for case in cases("position_sizing.calculate_optimal_position_size"):
        account, risk, confidence, premium, most = (*case.args, *case.kwargs.values(), None)[:5]
        values = {"account_size": account, "risk_percent": risk, "confidence": confidence, "premium": premium}
        structure = {"structure": "stated" if most else "debit", "max_loss": most, "risk_reward": 2}
        if case.raises or not (cleaned := asked(TradeForm, values | structure)):
            continue
        size, recorded = size_trade(cleaned), case.expected
        assert size.contracts == recorded["num_contracts"], case.id
        for got, name in ((size.at_risk, "total_risk"), (size.capital, "premium_outlay")):
            assert got == pytest.approx(recorded[name], rel=1e-9), case.id
        assert size.of_account * 100 == pytest.approx(recorded["risk_pct_of_account"], rel=1e-9), case.id
        assert size.budget == pytest.approx(recorded["adjusted_risk_amount"], rel=1e-9), case.id
        compared += 1
    assert compared > 20


def test_sizes_by_the_stop_are_the_recorded_ones() -> None:
    compared = 0
    for case in cases("intelligence_and_strategies.PositionSizingCalculator.calculate_contracts"):
        if case.raises or not all(isinstance(value, int | float) and math.isfinite(value) for value in case.args):
            continue
        account, risk, entry, stop = case.args
        values = {"account_size": account, "risk_percent": risk, "entry": entry, "stop": stop}
        if (cleaned := asked(StopForm, values)) is None:
            continue
        size, recorded = size_by_stop(cleaned), case.expected
        if "error" in recorded:
            assert size.error, case.id
        else:
            got = [size.contracts, size.risk, size.max_loss, size.cost, size.of_account * 100]
            names = ("contracts", "risk_dollars", "max_loss", "cost_basis", "risk_pct")
            assert got == pytest.approx([recorded[name] for name in names], abs=1e-9), case.id
        compared += 1
    assert compared > 20


def test_kelly_is_the_recorded_one() -> None:
    for case in cases("position_sizing.display_kelly_criterion_calculator"):
        typed = case.state.get("inputs") or FIRST_KELLY
        kelly = kelly_of(*(float(value) for value in list(typed.values())[:3]))
        assert f"{kelly.full:.1f}" == case.expected["full_kelly_pct_text"], case.id
        assert f"{kelly.half:.1f}" == case.expected["half_kelly_pct_text"], case.id
        assert kelly.is_aggressive == case.expected["warning"], case.id
        assert kelly.quarter == pytest.approx(kelly.full / 4)
