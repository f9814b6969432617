"""The account's limits, in the order in which they are checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gex.setups import TradeSetup
from legacy_engines.risk import limits as risk
from legacy_engines.risk.limits import RiskManager

SETUP = TradeSetup("Iron Condor", "SELL IC", 1, 1, 0, 70, 1.5, "5-10 DTE", 0, "")


def checked(positions: list[dict[str, Any]], daily_pnl: float = 0, account: float = 100000) -> dict[str, Any]:
    manager = RiskManager(account)
    manager.positions, manager.daily_pnl = positions, daily_pnl
    return manager.check_new_position(SETUP)


def test_a_free_account_may_risk_a_tenth() -> None:
    decision = checked([])
    assert decision == {
        "approved": True,
        "reason": risk.APPROVED,
        "current_exposure": 0,
        "available_risk": 10000,
    }


@pytest.mark.parametrize(("pnl", "approved"), [(-2000, False), (-1999.99, True), (2000, True)])
def test_two_percent_lost_today_ends_the_day(pnl: float, approved: bool) -> None:
    decision = checked([{"risk": 10, "strategy": "X"}], pnl)
    assert decision["approved"] is approved
    if not approved:
        assert (decision["reason"], decision["available_risk"]) == (risk.DAILY_LOSS_LIMIT, 0)


def test_three_positions_of_a_strategy_are_enough() -> None:
    same = {"strategy": "Iron Condor", "risk": 100}
    assert checked([same] * 2 + [{"strategy": "Other"}])["approved"]
    decision = checked([same] * 3)
    assert (decision["reason"], decision["current_exposure"], decision["available_risk"]) == (
        risk.STRATEGY_POSITION_LIMIT,
        300,
        0,
    )


@given(st.lists(st.floats(0, 5000), max_size=8))
def test_exposure_and_available_risk_add_up_to_a_tenth(risks: list[float]) -> None:
    decision = checked([{"strategy": "X", "risk": each} for each in risks])
    assert decision["current_exposure"] + decision["available_risk"] == pytest.approx(10000)
    assert decision["approved"] is (decision["available_risk"] > 0)
    assert decision["reason"] in (risk.APPROVED, risk.PORTFOLIO_RISK_LIMIT)


def test_a_position_without_a_strategy_is_an_error_unless_the_day_is_over() -> None:
    with pytest.raises(KeyError, match="strategy"):
        checked([{"risk": 5}])
    assert checked([{"risk": 5}], -100000)["reason"] == risk.DAILY_LOSS_LIMIT


def test_unknown_risk_is_refused_and_an_empty_account_is_at_its_limit() -> None:
    assert checked([{"strategy": "X", "risk": float("nan")}])["reason"] == risk.PORTFOLIO_RISK_LIMIT
    assert checked([], account=0)["reason"] == risk.DAILY_LOSS_LIMIT


def test_the_daily_limit_stays_as_it_was_at_the_start() -> None:
    manager = RiskManager(100000)
    manager.account_size = 10000
    manager.daily_pnl = -1999
    assert manager.check_new_position(SETUP)["available_risk"] == 1000
