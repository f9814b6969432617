"""Charts of dealer gamma: what is drawn, where, and what odd data does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gex.charts import GEXVisualizer, history_chart, monte_carlo_chart, profile_chart
from legacy_engines.gex.charts.history import day_of
from legacy_engines.gex.charts.monte_carlo import outlook_of
from legacy_engines.gex.charts.profile import interpolated_flip

millions = st.floats(-500, 500).filter(lambda value: abs(value) > 1e-6)


def profile(**changes: Any) -> dict[str, Any]:
    strikes = [
        {"strike": 580, "call_gamma": 1e6, "put_gamma": -4e6},
        {"strike": 590, "call_gamma": 3e6, "put_gamma": -2e6},
    ]
    return {"symbol": "SPY", "spot_price": 585.5, "strikes": strikes, "call_wall": 600, "put_wall": 570} | changes


def texts(chart: dict[str, Any]) -> list[str]:
    return [annotation["text"] for annotation in chart["layout"]["annotations"]]


@pytest.mark.parametrize("data", [None, {}, {"spot_price": 590.0}])
def test_without_strikes_the_profile_says_so(data: Any) -> None:
    assert profile_chart(data)["data"] == []
    assert texts(profile_chart(data)) == ["No GEX data available"]


def test_an_empty_strike_list_still_draws_the_levels() -> None:
    chart = profile_chart(profile(strikes=[], flip_point=586.0))
    assert [trace["x"] for trace in chart["data"]] == [[], [], []]
    assert "Flip: $586.00" in texts(chart)


@given(st.lists(st.tuples(millions, millions), min_size=1, max_size=8))
def test_puts_point_down_and_net_is_the_sum(gammas: list[tuple[float, float]]) -> None:
    rows = [{"strike": 500 + i, "call_gamma": c * 1e6, "put_gamma": p * 1e6} for i, (c, p) in enumerate(gammas)]
    calls, puts, net = (trace["y"] for trace in profile_chart(profile(strikes=rows))["data"])
    assert all(value <= 0 for value in puts)
    assert np.allclose(np.array(calls) + np.array(puts), net)
    assert np.allclose(np.abs(puts), [abs(p) for _, p in gammas])


@given(st.lists(millions, min_size=2, max_size=12))
def test_the_computed_flip_lies_between_the_first_two_strikes_of_opposite_sign(net: list[float]) -> None:
    strikes = [100.0 + 5 * i for i in range(len(net))]
    flip = interpolated_flip(strikes, np.array(net))
    pairs = [i for i in range(len(net) - 1) if net[i] * net[i + 1] < 0]
    if not pairs:
        assert flip is None
    else:
        assert flip is not None
        assert strikes[pairs[0]] <= flip <= strikes[pairs[0] + 1]


def test_the_computed_flip_is_linear_between_the_strikes() -> None:
    assert interpolated_flip([580, 590], np.array([-3.0, 1.0])) == pytest.approx(587.5)


def test_touching_zero_is_no_flip() -> None:
    assert interpolated_flip([580, 590, 600], np.array([-3.0, 0.0, 2.0])) is None


def test_level_notes_appear_twice_and_sigma_notes_once() -> None:
    chart = profile_chart(profile(flip_point=586.0, std_1_pos=595.0, std_1_neg=575.0))
    for text in ("Spot: $585.50", "Flip: $586.00", "Call Wall: $600", "Put Wall: $570"):
        assert texts(chart).count(text) == 2
    assert texts(chart).count("+1σ: $595.00") == 1
    assert len(chart["layout"]["shapes"]) == 12


@pytest.mark.parametrize(
    ("yesterday", "expected"),
    [
        ((594.5, 574.5), ["+1σ: $595.00", "-1σ: $575.00"]),
        ((594.0, 576.0), ["STD Range: 📈 Expanding (+2.00)", "↑ +1σ: $595.00 (+1.00)", "↓ -1σ: $575.00 (-1.00)"]),
        ((597.0, 575.0), ["STD Range: 📉 Contracting (-2.00)", "↓ +1σ: $595.00 (-2.00)", "-1σ: $575.00"]),
        ((595.0, 576.0), ["+1σ: $595.00", "↓ -1σ: $575.00 (-1.00)"]),
    ],
)
def test_sigma_moves_since_yesterday_are_marked(yesterday: tuple[float, float], expected: list[str]) -> None:
    before = {"std_1_pos": yesterday[0], "std_1_neg": yesterday[1]}
    chart = profile_chart(profile(std_1_pos=595.0, std_1_neg=575.0), before)
    assert [text for text in texts(chart) if "σ" in text or "STD" in text] == expected
    assert len(chart["layout"]["shapes"]) == 6 + 2 + 8


def test_yesterday_needs_both_sigmas() -> None:
    chart = profile_chart(profile(std_1_pos=595.0, std_1_neg=575.0), {"std_1_pos": 500.0})
    assert "+1σ: $595.00" in texts(chart)
    assert len(chart["layout"]["shapes"]) == 12


@pytest.mark.parametrize(
    ("strikes", "error"),
    [
        ([{"call_gamma": 1.0}], KeyError),
        ([{"call_gamma": None}], KeyError),
        ([{"strike": 1, "call_gamma": None}], TypeError),
        ([{"strike": 1, "put_gamma": "much"}], TypeError),
    ],
)
def test_unreadable_strikes_are_errors(strikes: list[dict[str, Any]], error: type[Exception]) -> None:
    with pytest.raises(error):
        profile_chart(profile(strikes=strikes))


def test_a_spot_of_none_is_an_error() -> None:
    with pytest.raises(TypeError):
        profile_chart(profile(spot_price=None))


def gamma_day(day: str, **changes: Any) -> dict[str, Any]:
    return {"collection_date": day, "gex_flip_price": 590.0, "skew_adjusted_gex": 2e9, "spot_price": 591.0} | changes


def skew_day(day: str, volatility: Any = 0.2, ratio: Any = 1.0) -> dict[str, Any]:
    return {"collection_date": day, "implied_volatility": volatility, "pcr_oi": ratio}


@pytest.mark.parametrize("nothing", [None, []])
def test_without_history_the_chart_says_so(nothing: Any) -> None:
    chart = history_chart(nothing, nothing, "SPY")
    assert chart["data"] == []
    assert len(texts(chart)) == 1
    assert not any(character.isdigit() for character in texts(chart)[0])


def test_flip_trend_and_last_positive_spot_are_named() -> None:
    days = [gamma_day("2025-10-01", gex_flip_price=500), gamma_day("2025-10-02", gex_flip_price="510", spot_price=0)]
    chart = history_chart(days, [], "SPY")
    assert "Flip Trend: RISING (+2.0%)" in texts(chart)
    assert "Current: $591.00" in texts(chart)


@pytest.mark.parametrize(("last", "text"), [(500.0, "FALLING (+0.0%)"), (490.0, "FALLING (-2.0%)")])
def test_a_flat_flip_counts_as_falling(last: float, text: str) -> None:
    days = [gamma_day("2025-10-01", gex_flip_price=500), gamma_day("2025-10-02", gex_flip_price=last)]
    assert f"Flip Trend: {text}" in texts(history_chart(days, [], "SPY"))


def test_zero_net_gex_is_red() -> None:
    days = [gamma_day("2025-10-01", skew_adjusted_gex=0), gamma_day("2025-10-02", skew_adjusted_gex=1)]
    bars = history_chart(days, [], "SPY")["data"][1]
    assert bars["marker"]["color"] == ["red", "green"]


def test_an_entry_that_fails_midway_leaves_its_date_behind() -> None:
    days = [gamma_day("2025-10-01"), gamma_day("2025-10-02", gex_flip_price=None), gamma_day("2025-10-03")]
    flips = history_chart(days, [], "SPY")["data"][0]
    assert len(flips["x"]) == 3
    assert len(flips["y"]) == 2


def test_an_entry_without_a_date_is_skipped() -> None:
    flips = history_chart([gamma_day(""), gamma_day("2025-10-02_16:00")], [], "SPY")["data"][0]
    assert flips["x"] == ["2025-10-02T00:00:00"]


@pytest.mark.parametrize("day", ["", "bad", "2025/10/01", "20251001"])
def test_only_iso_days_are_read(day: str) -> None:
    with pytest.raises(ValueError):
        day_of({"collection_date": day})


def test_the_neutral_line_needs_a_ratio() -> None:
    without = history_chart([gamma_day("2025-10-01")], [], "SPY")
    assert "NEUTRAL (PCR = 1.0)" not in texts(without)
    both = history_chart([], [skew_day("2025-10-01", 0.2, 0.9), skew_day("2025-10-02", 0.3, 2.0)], "SPY")
    assert {"NEUTRAL (PCR = 1.0)", "BULLISH ZONE", "BEARISH ZONE", "Avg: 25.0%"} <= set(texts(both))
    zones = [shape for shape in both["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(zone["y0"], zone["y1"]) for zone in zones] == [(0, 0.7), (1.3, pytest.approx(2.2))]


def paths(count: int, days: int = 3) -> Any:
    return 590 + np.arange(count * (days + 1), dtype=float).reshape(count, days + 1)


def test_without_paths_the_fan_is_empty() -> None:
    assert monte_carlo_chart({"probability_hit_flip": 55}, 590) == {"data": [], "layout": {}}


@pytest.mark.parametrize(("count", "drawn"), [(1, 1), (50, 50), (51, 50)])
def test_at_most_fifty_paths_are_drawn(count: int, drawn: int) -> None:
    data = monte_carlo_chart({"price_paths_sample": paths(count)}, 590)["data"]
    assert sum(1 for trace in data if trace.get("hoverinfo") == "skip") == drawn
    assert len(data) == drawn + 3


def test_bands_count_all_paths() -> None:
    sample = paths(200)
    *_, outer, inner, median = monte_carlo_chart({"price_paths_sample": sample}, 590)["data"]
    assert median["y"] == pytest.approx(np.percentile(sample, 50, axis=0))
    assert outer["y"][:4] == pytest.approx(np.percentile(sample, 5, axis=0))
    assert outer["y"][4:] == pytest.approx(np.percentile(sample, 95, axis=0)[::-1])
    assert inner["y"][:4] == pytest.approx(np.percentile(sample, 25, axis=0))
    assert outer["x"] == [0, 1, 2, 3, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("probability", "word"),
    [(60, "NEUTRAL"), (60.01, "BULLISH"), (40, "NEUTRAL"), (39.99, "BEARISH"), (0, "BEARISH"), (math.nan, "NEUTRAL")],
)
def test_the_outlook_follows_the_chance_of_the_flip(probability: float, word: str) -> None:
    assert outlook_of(probability) == word


def test_the_bands_are_explained_day_by_day() -> None:
    chart = monte_carlo_chart({"price_paths_sample": paths(2), "probability_hit_flip": 72.4}, 590)
    explanation = texts(chart)[-1]
    assert explanation.startswith("INTERPRETATION:")
    assert "50% of the paths lie inside on each day" in explanation
    assert "90% of the paths lie inside on each day" in explanation
    assert explanation.endswith("72%")


def test_the_target_line_is_the_expected_final_price() -> None:
    known = monte_carlo_chart({"price_paths_sample": paths(2), "probability_hit_flip": 62.5}, 500.0)
    assert "Target $510.00 (62% chance)" in texts(known)
    zero = monte_carlo_chart({"price_paths_sample": paths(2), "probability_hit_flip": 0}, 500.0)
    assert not any("Target" in text for text in texts(zero))


@pytest.mark.parametrize(
    ("results", "price", "error"),
    [
        ({"price_paths_sample": [[1.0, 2.0]]}, 590, AttributeError),
        ({"price_paths_sample": paths(2), "probability_hit_flip": None}, 590, TypeError),
        ({"price_paths_sample": paths(2)}, None, TypeError),
    ],
)
def test_unreadable_simulations_are_errors(results: dict[str, Any], price: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        monte_carlo_chart(results, price)


def test_every_chart_is_a_valid_plotly_figure() -> None:
    drawn = [
        GEXVisualizer.create_gex_profile(profile(std_1_pos=595.0, std_1_neg=575.0), {"std_1_pos": 1, "std_1_neg": 2}),
        GEXVisualizer.create_historical_chart([gamma_day("2025-10-01")], [skew_day("2025-10-01")], "SPY"),
        GEXVisualizer.create_monte_carlo_chart({"price_paths_sample": paths(3), "probability_hit_flip": 70}, 590.0),
    ]
    assert all(isinstance(figure, go.Figure) for figure in drawn)
    assert [figure.layout.title.text for figure in drawn][:2] == [
        "GEX Profile Analysis - SPY",
        "SPY - Historical Gamma & Skew Analysis (30 Days)",
    ]
