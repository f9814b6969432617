"""Judging closed trades."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.risk import post_mortem
from legacy_engines.risk.post_mortem import PostMortemAnalyzer

TRADES = st.fixed_dictionaries(
    {},
    optional={
        "entry_price": st.floats(-5, 50),
        "exit_price": st.floats(0, 50),
        "pnl": st.floats(-1000, 1000),
        "strategy": st.sampled_from(["Long Call", "long put", "Iron Condor", "put spread over calls"]),
        "entry_gex": st.floats(-5e9, 5e9),
        "hold_time_days": st.integers(0, 10),
        "day_entered": st.sampled_from(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Unknown"]),
    },
)


def judged(**trade: Any) -> dict[str, Any]:
    return PostMortemAnalyzer.analyze_trade(trade)


@given(TRADES)
def test_winners_get_a_or_b_and_losers_d_or_f(trade: dict[str, Any]) -> None:
    answer = PostMortemAnalyzer.analyze_trade(trade)
    won = trade.get("pnl", 0) > 0
    assert answer["grade"] in ("AB" if won else "DF")
    assert answer["trade_summary"].endswith("WIN" if won else "LOSS")
    assert len(answer["key_lessons"]) == 1


def test_two_lines_in_favour_make_an_a() -> None:
    answer = judged(pnl=1, day_entered="Monday", hold_time_days=2, strategy="LONG CALL", entry_gex=-1.1e9)
    assert answer["grade"] == "A"
    assert answer["what_went_right"] == [
        post_mortem.GOOD_ENTRY_DAY,
        post_mortem.QUICK_TRADE.format(days=2),
        post_mortem.CALL_WITH_NEGATIVE_GEX,
    ]


def test_two_lines_against_make_an_f() -> None:
    answer = judged(pnl=-1, day_entered="Friday", hold_time_days=4, strategy="Long Put", entry_gex=-1.1e9)
    assert answer["grade"] == "F"
    assert answer["what_went_wrong"] == [
        post_mortem.BAD_ENTRY_DAY,
        post_mortem.HELD_TOO_LONG.format(days=4),
        post_mortem.PUT_AGAINST_NEGATIVE_GEX,
    ]


@pytest.mark.parametrize("days", [1, 1.5, 4])
def test_the_holding_time_is_shown_as_given(days: float) -> None:
    answer = judged(hold_time_days=days)
    assert f"(days held: {days})" in (answer["what_went_right"] + answer["what_went_wrong"])[0]


def test_a_day_that_is_no_text_is_no_entry_day() -> None:
    assert judged(day_entered=["Monday"], hold_time_days=3)["what_went_right"] == []


def test_gamma_thresholds_are_strict() -> None:
    assert judged(strategy="call", entry_gex=-1e9, hold_time_days=3)["what_went_right"] == []
    assert judged(strategy="call", entry_gex=2e9, hold_time_days=3)["what_went_wrong"] == []


def test_zero_and_nan_are_losses() -> None:
    assert judged(pnl=0)["trade_summary"] == "Unknown - LOSS"
    assert judged(pnl=math.nan, hold_time_days=3)["grade"] == "D"


def test_percentage_needs_an_entry_price_above_zero() -> None:
    assert judged(entry_price=0, exit_price=3)["pnl_pct"] == 0
    assert judged(entry_price=2, exit_price=3.5)["pnl_pct"] == 75.0


def test_missing_text_and_numbers_raise() -> None:
    with pytest.raises(AttributeError):
        judged(strategy=None)
    with pytest.raises(TypeError):
        judged(pnl=None)
