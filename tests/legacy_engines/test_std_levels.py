"""Changes of the standard deviation levels and their chart."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import pytest

from legacy_engines.gex.std_levels import create_std_movement_chart, std_level_changes

YESTERDAY = {"spot_price": 100.0, "std_1_pos": 102.0, "std_1_neg": 98.0, "std_7_pos": 107.0, "std_7_neg": 93.0}


def changed(**by: float) -> dict[str, float]:
    return {name: value + by.get(name, 0) for name, value in YESTERDAY.items()}


def tokens(**by: float) -> list[str]:
    return [line["id"] for line in std_level_changes(changed(**by), YESTERDAY)["interpretation"]]


def test_without_yesterday_there_is_only_a_notice() -> None:
    assert list(std_level_changes(YESTERDAY, None)) == list(std_level_changes(YESTERDAY, {})) == ["notice"]


def test_levels_widths_and_their_changes_are_shown() -> None:
    metrics = std_level_changes(changed(std_1_pos=0.5, std_1_neg=-0.25, std_7_neg=3), YESTERDAY)["metrics"]
    assert [(metric["value"], metric["delta"]) for metric in metrics] == [
        ("$102.50", "↑ $0.50"),
        ("$97.75", "↓ $0.25"),
        ("$107.00", "→ $0.00"),
        ("$96.00", "↑ $3.00"),
        ("$4.75", "🟢 WIDENED $0.75"),
        ("$11.00", "🔴 NARROWED $3.00"),
    ]
    # Deliberate (core Q20): the lower level takes the colour of the upper one.
    assert [metric.get("delta_color") for metric in metrics] == ["off", "off", "normal", "normal", None, None]


def test_the_interpretation_follows_widths_and_shifts() -> None:
    assert tokens() == []
    assert tokens(std_1_pos=1, std_1_neg=-1) == ["EXPANDING_1SD"]
    assert tokens(std_7_pos=-1) == ["CONTRACTING_7SD"]
    assert tokens(std_1_pos=1, std_1_neg=0.5, std_7_pos=-1, std_7_neg=-1) == [
        "EXPANDING_1SD",
        "SHIFT_UP_1SD",
        "SHIFT_DOWN_7SD",
    ]
    assert tokens(std_1_pos=-1, std_1_neg=-0.5, std_7_pos=1, std_7_neg=2) == [
        "CONTRACTING_1SD",
        "CONTRACTING_7SD",
        "SHIFT_DOWN_1SD",
        "SHIFT_UP_7SD",
    ]


def test_a_change_below_a_cent_is_coloured_as_none() -> None:
    colors = [
        std_level_changes(changed(std_1_pos=move), YESTERDAY)["metrics"][0]["delta_color"] for move in (0.009, -0.011)
    ]
    assert colors == ["normal", "off"]


def test_missing_levels_count_as_zero_and_none_is_an_error() -> None:
    assert std_level_changes({}, YESTERDAY)["metrics"][0]["delta"] == "↓ $102.00"
    with pytest.raises(TypeError):
        std_level_changes({**YESTERDAY, "std_1_pos": None}, YESTERDAY)  # type: ignore[dict-item]


def test_the_chart_is_a_valid_figure_with_both_days_and_todays_bands() -> None:
    chart = create_std_movement_chart(changed(spot_price=1), YESTERDAY)
    figure = go.Figure(chart["figure"])
    assert len(figure.layout.shapes) == len(figure.layout.annotations) == 12
    assert [shape.y0 for shape in figure.layout.shapes] == [107, 102, 100, 98, 93, 107, 102, 101, 98, 93, 98, 93]
    assert [note.xanchor for note in figure.layout.annotations] == [
        "right", "right", "left", "right", "right", "left", "left", "left", "left", "left", "right", "right",
    ]  # fmt: skip
    assert {(shape.xref, shape.x0, shape.x1) for shape in figure.layout.shapes} == {("paper", 0, 1)}
    assert not figure.data


@pytest.mark.parametrize("level", [math.nan, math.inf])
def test_an_unknown_or_endless_level_has_no_place_in_the_chart(level: float) -> None:
    chart = create_std_movement_chart({**YESTERDAY, "std_1_pos": level}, YESTERDAY)
    assert chart["figure"]["layout"]["shapes"][6]["y0"] is None
