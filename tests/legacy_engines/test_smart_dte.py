"""Days to expiration."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.smart_dte import BASE_DTE, SmartDTECalculator
from tests.parity.worlds import StandingClock

STRATEGY = st.sampled_from([*BASE_DTE, "OTHER", None])
WEEK = [f"2025-10-{day}T11:00:00-04:00" for day in range(20, 27)]
MARKETS = st.fixed_dictionaries(
    {},
    optional={
        "spot_price": st.floats(0, 1000),
        "flip_point": st.none() | st.floats(0, 1000),
        "net_gex": st.floats(-5e9, 5e9),
        "implied_volatility": st.floats(0, 1) | st.just(math.nan),
    },
)


def calculator(instant: str = WEEK[1]) -> SmartDTECalculator:
    return SmartDTECalculator(clock=StandingClock(instant))


@given(MARKETS, STRATEGY, st.sampled_from(WEEK))
def test_the_choice_lies_in_its_range_and_confidence_in_its_bounds(
    market: dict[str, Any], strategy: str | None, instant: str
) -> None:
    answer = calculator(instant).calculate_optimal_dte(market, strategy)
    shortest, longest = answer["range"]
    assert 2 <= shortest <= answer["dte"] <= longest <= 30
    assert 2 <= answer["dte"] <= 17
    assert 50 <= answer["confidence"] <= 75
    assert answer["display"] == f"{answer['dte']} DTE ({shortest}-{longest} acceptable)"


@given(MARKETS, STRATEGY, st.booleans())
def test_the_third_argument_changes_nothing(market: dict[str, Any], strategy: str | None, flag: bool) -> None:
    engine = calculator()
    assert repr(engine.calculate_optimal_dte(market, strategy, flag)) == repr(
        engine.calculate_optimal_dte(market, strategy)
    )


@given(st.floats(-5e9, 5e9), st.floats(0, 3e9))
def test_more_gex_never_names_a_lower_regime(net_gex: float, more: float) -> None:
    order = ["EXTREME_NEGATIVE", "NEGATIVE", "NEUTRAL", "POSITIVE", "EXTREME_POSITIVE"]
    engine = calculator()
    low, high = (engine._classify_gex_regime(value) for value in (net_gex, net_gex + more))
    assert order.index(low) <= order.index(high)


@pytest.mark.parametrize(
    ("iv", "regime"),
    [(0.149, "LOW"), (0.15, "NORMAL"), (0.25, "ELEVATED"), (0.35, "HIGH"), (math.nan, "HIGH"), (-1, "LOW")],
)
def test_volatility_regimes(iv: float, regime: str) -> None:
    assert calculator()._classify_volatility(iv) == regime


def test_a_far_flip_can_shorten_a_long_expiry() -> None:
    def base(distance: float) -> int:
        return calculator()._calculate_base_dte("IRON_CONDOR", "NEUTRAL", "LOW", "Monday", 4, distance)

    assert base(2.0) == 17
    assert base(3.1) == 14
    assert base(0.4) == 15


def test_late_week_shortens_everything_but_premium() -> None:
    def base(strategy: str, day: str) -> int:
        return calculator()._calculate_base_dte(strategy, "NEUTRAL", "NORMAL", day, 0, 2.0)

    assert base("SPREAD", "Thursday") == 8
    assert base("CREDIT_SPREAD", "Thursday") == 10
    assert base("CREDIT_SPREAD", "Wednesday") == 8


def test_history_weighs_seventy_percent_above_ten_samples() -> None:
    adjusted = calculator()._adjust_dte_from_history
    assert adjusted(10, {"has_data": True, "sample_size": 11, "optimal_dte": 3}) == 5
    assert adjusted(10, {"has_data": True, "sample_size": 10, "optimal_dte": 3}) == 10
    assert adjusted(10, {"has_data": True, "sample_size": 11, "optimal_dte": None}) == 10
    assert adjusted(10, {}) == 10
    with pytest.raises(KeyError, match="sample_size"):
        adjusted(10, {"has_data": True})


def test_an_unknown_flip_reads_as_being_at_the_flip() -> None:
    answer = calculator().calculate_optimal_dte({"spot_price": 500}, "SPREAD")
    assert answer["dte"] == 8
    assert answer["reasoning"].endswith("Flip 0.0% from spot: the regime can change quickly")


def test_reasons_are_joined_in_order_and_may_be_empty() -> None:
    build = calculator()._build_dte_reasoning
    assert build(7, "SPREAD", "NEUTRAL", "NORMAL", "Sunday", 2.0, {}) == ""
    parts = build(9, "IRON_CONDOR", "POSITIVE", "LOW", "Friday", -0.94, {"sample_size": 12}).split(" | ")
    assert [part.split(":")[0] for part in parts] == [
        "Selling premium",
        "Positive GEX",
        "Low IV",
        "Friday entry",
        "Flip -0.9% from spot",
        "History",
    ]


@pytest.mark.parametrize("field", ["net_gex", "implied_volatility"])
def test_none_for_a_number_raises(field: str) -> None:
    with pytest.raises(TypeError):
        calculator().calculate_optimal_dte({field: None}, "SPREAD")
