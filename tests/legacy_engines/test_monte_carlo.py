"""Simulations: the recorded stream, the definition of each figure, the theory for many paths, bad input."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.monte_carlo import MonteCarloEngine

FIRST_NORMALS = [0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254]
SPOT = 585.37


def path_by_path(spot: float, volatility: float, days: int, simulations: int) -> list[list[float]]:
    """Return the paths as loops over simulations and days make them."""
    random = np.random.RandomState(42)
    paths = []
    for _ in range(simulations):
        total, path = 0.0, [spot]
        for normal in random.standard_normal(days):
            total += volatility / math.sqrt(252) * normal
            path.append(spot * math.exp(total))
        paths.append(path)
    return paths


def test_the_paths_follow_the_seeded_stream() -> None:
    result = MonteCarloEngine(1).simulate_squeeze_play(100.0, 101, 105, volatility=math.sqrt(252), days=4)
    expected = 100 * np.exp(np.cumsum([0, *FIRST_NORMALS]))
    assert result["price_paths_sample"][0] == pytest.approx(expected, rel=1e-12)


@given(
    st.floats(20, 900), st.floats(-0.05, 0.1), st.floats(-0.05, 0.1), st.floats(0.05, 1), st.integers(0, 12),
    st.integers(1, 130),
)  # fmt: skip
def test_a_squeeze_equals_the_loop_over_paths(
    spot: float, to_flip: float, to_wall: float, volatility: float, days: int, simulations: int
) -> None:
    flip, wall = spot * (1 + to_flip), spot * (1 + to_wall)
    paths = path_by_path(spot, volatility, days, simulations)
    highest = [max(path) for path in paths]
    final = [path[-1] for path in paths]
    gains = [(top - spot) / spot * 100 for top in highest]
    result = MonteCarloEngine(simulations).simulate_squeeze_play(spot, flip, wall, volatility, days)
    assert result["probability_hit_flip"] == pytest.approx(sum(top >= flip for top in highest) / simulations * 100)
    assert result["probability_hit_wall"] == pytest.approx(sum(top >= wall for top in highest) / simulations * 100)
    assert result["expected_final_price"] == pytest.approx(np.mean(final))
    assert result["median_final_price"] == pytest.approx(np.median(final))
    assert result["std_final_price"] == pytest.approx(np.std(final, ddof=0), abs=1e-9)
    assert result["max_gain_percent"] == pytest.approx(np.percentile(gains, 95), abs=1e-9)
    assert result["avg_gain_percent"] == pytest.approx(np.mean(gains), abs=1e-9)
    assert result["final_price_distribution"] == pytest.approx(final, rel=1e-12)
    rows = [int(row) for row in np.linspace(0, simulations - 1, min(100, simulations))]
    assert np.allclose(result["price_paths_sample"], [paths[row] for row in rows], rtol=1e-12, atol=0)


@given(st.floats(20, 900), st.floats(0, 0.1), st.floats(0, 0.1), st.floats(0.05, 1), st.integers(0, 12))
def test_a_condor_equals_the_loop_over_paths(
    spot: float, above: float, below: float, volatility: float, days: int
) -> None:
    call, put = spot * (1 + above), spot * (1 - below)
    final = [path[-1] for path in path_by_path(spot, volatility, days, 50)]
    result = MonteCarloEngine(50).simulate_iron_condor(spot, call, 0, put, 0, days, volatility)
    assert result["win_probability"] == pytest.approx(sum(put <= price <= call for price in final) * 2)
    assert result["prob_above_call"] == pytest.approx(sum(price > call for price in final) * 2)
    assert result["prob_below_put"] == pytest.approx(sum(price < put for price in final) * 2)
    assert result["win_probability"] + result["prob_above_call"] + result["prob_below_put"] == pytest.approx(100)
    assert result["expected_final_price"] == pytest.approx(np.mean(final))
    assert result["median_final_price"] == pytest.approx(np.median(final))
    assert result["std_final_price"] == pytest.approx(np.std(final, ddof=0), abs=1e-9)


def test_ten_thousand_paths_agree_with_the_theory() -> None:
    result = MonteCarloEngine().simulate_iron_condor(SPOT, 600, 610, 570, 560)
    deviation = 0.15 * math.sqrt(30 / 252)
    normal = NormalDist(0, deviation)
    win = 100 * (normal.cdf(math.log(600 / SPOT)) - normal.cdf(math.log(570 / SPOT)))
    assert result["win_probability"] == pytest.approx(win, abs=1.0)
    # Deliberate (core Q11): no drift correction, so the mean lies above spot.
    assert result["expected_final_price"] == pytest.approx(SPOT * math.exp(deviation**2 / 2), abs=0.7)


def test_the_same_question_gets_the_same_answer_and_the_global_generator_is_left_alone() -> None:
    engine = MonteCarloEngine(50)
    np.random.seed(7)
    state = np.random.get_state()[1].copy()  # type: ignore[index]
    first = engine.simulate_iron_condor(SPOT, 600, 610, 570, 560)
    assert engine.simulate_iron_condor(SPOT, 600, 610, 570, 560) == first
    assert (np.random.get_state()[1] == state).all()  # type: ignore[index]


BAD: list[dict[str, Any]] = [
    {"days": -1}, {"days": 5.0}, {"days": None}, {"volatility": -0.2}, {"volatility": None}, {"volatility": "high"},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_squeeze_that_cannot_be_simulated_is_empty(bad: dict[str, Any]) -> None:
    assert MonteCarloEngine(10).simulate_squeeze_play(585.0, 588.0, 595.0, **bad) == {}


@pytest.mark.parametrize("levels", [(None, 588.0, 595.0), (585.0, None, 595.0), (585.0, 588.0, None), (585.0, "x", 5)])
def test_a_squeeze_without_a_level_is_empty(levels: tuple[Any, Any, Any]) -> None:
    assert MonteCarloEngine(10).simulate_squeeze_play(*levels) == {}


@pytest.mark.parametrize("bad", BAD)
def test_a_condor_that_cannot_be_simulated_reports_the_fallback(bad: dict[str, Any]) -> None:
    assert MonteCarloEngine(10).simulate_iron_condor(200.0, 210, 215, 190, 185, **bad) == {
        "win_probability": 70.0,
        "expected_final_price": 200.0,
        "median_final_price": 200.0,
        "std_final_price": 10.0,
        "prob_above_call": 15.0,
        "prob_below_put": 15.0,
    }


def test_no_simulations_give_nothing_or_the_fallback() -> None:
    assert MonteCarloEngine(0).simulate_squeeze_play(585.0, 588.0, 595.0) == {}
    assert MonteCarloEngine(0).simulate_iron_condor(200.0, 210, 215, 190, 185)["win_probability"] == 70.0
    with pytest.raises(TypeError):
        MonteCarloEngine(10).simulate_iron_condor(None, 210, 215, 190, 185)  # type: ignore[arg-type]


def test_unknown_figures_stay_unknown() -> None:
    unknown = MonteCarloEngine(10).simulate_squeeze_play(100.0, 90, 105, volatility=math.nan)
    assert (unknown["probability_hit_flip"], unknown["probability_hit_wall"]) == (100, 0)
    assert unknown["max_gain_percent"] == unknown["avg_gain_percent"] == 0
    assert math.isnan(unknown["expected_final_price"])
    assert math.isnan(MonteCarloEngine(10).simulate_squeeze_play(0, 1, 2)["avg_gain_percent"])
