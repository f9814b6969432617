"""Contracts for a risk budget, the sizing panel, its chart and the Kelly criterion."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.risk.sizing import (
    calculate_optimal_position_size,
    create_risk_reward_chart,
    kelly_criterion,
    position_size_controls,
    size_setup,
)

MONEY = st.floats(1000, 1e7)


@given(MONEY, st.floats(0.1, 10), st.floats(1, 100), st.floats(0.05, 50), st.none() | st.floats(10, 5000))
def test_the_risk_stays_in_the_budget_unless_one_contract_exceeds_it(
    account: float, percent: float, confidence: float, premium: float, max_loss: float | None
) -> None:
    size = calculate_optimal_position_size(account, percent, confidence, premium, max_loss)
    per_contract = max_loss or premium * 100
    budget = account * percent / 100 * confidence / 100
    assert size["adjusted_risk_amount"] == pytest.approx(budget)
    assert size["num_contracts"] >= 1
    assert size["total_risk"] == pytest.approx(size["num_contracts"] * per_contract)
    assert size["num_contracts"] == 1 or size["total_risk"] <= budget * (1 + 1e-9)
    assert (size["num_contracts"] + 1) * per_contract > budget * (1 - 1e-9)
    assert size["premium_outlay"] == pytest.approx(size["num_contracts"] * premium * 100)
    assert size["risk_pct_of_account"] == pytest.approx(size["total_risk"] / account * 100)


@given(st.floats(0, 1e7), st.floats(0, 100), st.floats(0, 150), st.floats(0.01, 50))
def test_sizes_are_never_negative(account: float, percent: float, confidence: float, premium: float) -> None:
    assert all(
        figure >= 0 for figure in calculate_optimal_position_size(account, percent, confidence, premium).values()
    )


def test_no_budget_means_no_contracts() -> None:
    assert calculate_optimal_position_size(50000, 2, 0, 2.5)["num_contracts"] == 0
    assert calculate_optimal_position_size(50000, -2, 80, 2.5)["num_contracts"] == 0
    assert calculate_optimal_position_size(0, 2, 80, 2.5)["risk_pct_of_account"] == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((50000, 2, 80, 0), ZeroDivisionError),
        ((50000, 2, math.nan, 2.5), ValueError),
        ((math.inf, 2, 80, 2.5), OverflowError),
        ((50000, 2, None, 2.5), TypeError),
        ((None, 2, 80, 2.5), TypeError),
    ],
)
def test_what_cannot_be_sized_raises(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        calculate_optimal_position_size(*arguments)


@pytest.mark.parametrize(
    ("max_risk", "total"),
    [
        ("$1,250.50", 1250.5),
        (" $ 600 ", 600),
        (315, 945),
        ("$300-$400", 800),
        ("defined", 800),
        (None, 800),
        ("$0", 800),
    ],
)
def test_the_panel_reads_the_maximum_loss_from_its_text(max_risk: Any, total: float) -> None:
    setup = {"confidence": 100, "option_premium": 4.0, "max_risk": max_risk}
    assert size_setup(setup, 50000, 2.0)["sizing"]["total_risk"] == total


def test_the_panel_shows_and_explains_its_figures() -> None:
    panel = size_setup({"strategy": "IRON_CONDOR", "confidence": 75, "max_risk": "$420"}, 50000, 2.0, "setup_0")
    assert [metric["value"] for metric in panel["metrics"]] == ["1", "$250", "$420", "0.84%"]
    assert "IRON_CONDOR" in panel["title"]
    assert panel["chart"]["key"] == "risk_reward_chart_setup_0"
    explained = " ".join(panel["explanation"])
    figures = ["$1,000", "2.0%", "$50,000", "75%", "0.75x", "$750"]
    assert [explained.find(figure) for figure in figures] == sorted(explained.find(figure) for figure in figures)
    assert all(figure in explained for figure in figures)
    assert "Unknown" in size_setup({}, 50000, 2.0)["title"]
    assert len(panel["explanation"]) == 3


def test_the_panel_says_when_one_contract_exceeds_the_budget() -> None:
    (*_, budget, excess) = size_setup({"confidence": 70, "option_premium": 20.0}, 50000, 2.0)["explanation"]
    assert "$700" in budget
    assert "$2,000" in excess
    assert len(size_setup({"confidence": 70}, 0, 2.0)["explanation"]) == 3


def test_a_figure_without_an_end_has_no_bar() -> None:
    chart = size_setup({"max_risk": "inf"}, 50000, 2.0)["chart"]["figure"]["data"][0]
    assert chart["y"] == [None, 0, None, None]
    assert chart["text"] == ["$-inf", "$0", "$inf", "$inf"]


def test_the_chart_is_a_valid_figure_of_loss_and_profit() -> None:
    chart = create_risk_reward_chart({"risk_reward": 3.0}, {"total_risk": 1000.5, "num_contracts": 4})
    figure = go.Figure(chart["figure"])
    assert list(figure.data[0].y) == [-1000.5, 0, 1500.75, 3001.5]
    assert list(figure.data[0].text) == ["$-1,000", "$0", "$1,501", "$3,002"]
    assert "4" in figure.layout.title.text
    assert (figure.layout.margin.t, figure.layout.margin.b, figure.layout.margin.l, figure.layout.margin.r) == (
        80, 60, 60, 60,
    )  # fmt: skip
    assert (figure.layout.height, figure.layout.showlegend) == (450, False)


def test_the_controls_start_with_what_is_stored_and_take_what_is_entered() -> None:
    assert position_size_controls()["values"] == {"account_size": 50000, "risk_per_trade": 2.0}
    stored = {"account_size": 75000, "risk_per_trade": 3}
    assert position_size_controls(stored)["inputs"]["account_size"]["value"] == 75000
    entered = position_size_controls(stored, {"account_size": 120000})
    assert entered["values"] == {"account_size": 120000, "risk_per_trade": 3.0}
    assert entered["caption"].endswith("$3,600.00")


@given(st.integers(0, 100), st.floats(0, 5000), st.floats(-10, 5000))
def test_kelly_lies_between_nothing_and_everything(win_rate: int, win: float, loss: float) -> None:
    kelly = kelly_criterion(win_rate, win, loss)
    assert 0 <= kelly["full_kelly_percent"] <= 100
    assert kelly["half_kelly_percent"] == kelly["full_kelly_percent"] / 2
    assert kelly["warning"] is (kelly["full_kelly_percent"] > 10)
    assert kelly["no_edge"] is False


def test_kelly_is_the_edge_over_the_odds() -> None:
    assert kelly_criterion(60, 500, 500)["full_kelly_percent"] == pytest.approx(20)
    assert kelly_criterion()["full_kelly_text"] == "51.0%"
    assert kelly_criterion(30, 400, 400)["full_kelly_percent"] == 0
    assert kelly_criterion(55, 100, 0)["full_kelly_percent"] == 0
    # The binary values decide: just above 10 warns, exactly 10 does not.
    assert kelly_criterion(40, 1000, 500)["warning"] is True
    assert kelly_criterion(25, 250, 50)["warning"] is False
