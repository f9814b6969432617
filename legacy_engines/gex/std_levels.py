"""How the one and seven standard deviation levels moved since yesterday."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Levels = Mapping[str, float]
"""`std_1_pos`, `std_1_neg`, `std_7_pos`, `std_7_neg` and `spot_price` in dollars; missing ones count as 0."""

UNCHANGED_BELOW: Final = 0.01
CHART_KEY: Final = "std_level_changes_chart"
NEED_TWO_DAYS: Final = "Two days of data are needed to compare levels. Come back after the next trading day."
TEXTS: Final = {
    "EXPANDING_1SD": "The 1σ range widens: short-term volatility is rising, expect wider swings.",
    "CONTRACTING_1SD": "The 1σ range narrows: short-term volatility is falling, which favours selling premium.",
    "EXPANDING_7SD": "The 7σ range widens: the market expects more volatility over the longer term.",
    "CONTRACTING_7SD": "The 7σ range narrows: the market is settling.",
    "SHIFT_UP_1SD": "Both 1σ levels moved up: bullish bias.",
    "SHIFT_DOWN_1SD": "Both 1σ levels moved down: bearish bias.",
    "SHIFT_UP_7SD": "Both 7σ levels moved up: bullish longer-term bias.",
    "SHIFT_DOWN_7SD": "Both 7σ levels moved down: bearish longer-term bias.",
}
YESTERDAY_LINES: Final = (
    ("std_7_pos", "+7σ", "rgba(255, 0, 0, 0.3)"),
    ("std_1_pos", "+1σ", "rgba(255, 165, 0, 0.3)"),
    ("spot_price", "Spot", "rgba(255, 255, 255, 0.3)"),
    ("std_1_neg", "-1σ", "rgba(0, 255, 0, 0.3)"),
    ("std_7_neg", "-7σ", "rgba(0, 0, 255, 0.3)"),
)
CURRENT_LINES: Final = (
    ("std_7_pos", "+7σ", "red", 3),
    ("std_1_pos", "+1σ", "orange", 3),
    ("spot_price", "Spot", "white", 4),
    ("std_1_neg", "-1σ", "lime", 3),
    ("std_7_neg", "-7σ", "cyan", 3),
)


def std_level_changes(current_data: Levels, yesterday_data: Levels | None) -> dict[str, Any]:
    """Return metrics, interpretation and chart of the changes since yesterday, or a notice without yesterday's levels.

    Comparisons are exact: a rounding residue counts as a change although it shows as 0.00.
    """
    if not yesterday_data:
        return {"notice": NEED_TWO_DAYS}
    change = {name: _value(current_data, name) - _value(yesterday_data, name) for name, _, _ in YESTERDAY_LINES}
    widths = {sigma: _width(current_data, sigma) for sigma in (1, 7)}
    width_change = {sigma: widths[sigma] - _width(yesterday_data, sigma) for sigma in (1, 7)}
    # Deliberate (core Q20): the lower level takes the colour of the upper one.
    colors = {sigma: "normal" if abs(change[f"std_{sigma}_pos"]) < UNCHANGED_BELOW else "off" for sigma in (1, 7)}
    metrics = [
        {
            "label": f"Current {sign}{sigma}σ",
            "value": f"${_value(current_data, name):.2f}",
            "delta": f"{_arrow(change[name])} ${abs(change[name]):.2f}",
            "delta_color": colors[sigma],
        }
        for sigma in (1, 7)
        for sign, name in (("+", f"std_{sigma}_pos"), ("-", f"std_{sigma}_neg"))
    ]
    metrics += [
        {
            "label": f"{sigma}σ Range Width",
            "value": f"${widths[sigma]:.2f}",
            "delta": f"{_width_word(width_change[sigma])} ${abs(width_change[sigma]):.2f}",
        }
        for sigma in (1, 7)
    ]
    return {
        "metrics": metrics,
        "interpretation": [{"id": token, "text": TEXTS[token]} for token in _tokens(change, width_change)],
        "chart": create_std_movement_chart(current_data, yesterday_data),
    }


def create_std_movement_chart(current_data: Levels, yesterday_data: Levels) -> dict[str, Any]:
    """Return the levels of both days as horizontal lines and today's ranges as bands: a Plotly figure and its key."""
    shapes: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for name, label, color in YESTERDAY_LINES:
        y = _value(yesterday_data, name)
        shapes.append(_line(y, {"dash": "dot", "color": color}))
        texts.append(_label(y, f"Yesterday {label}: ${y:.2f}", right=name == "spot_price"))
    for name, label, color, width in CURRENT_LINES:
        y = _value(current_data, name)
        shapes.append(_line(y, {"dash": "solid", "color": color, "width": width}))
        texts.append(_label(y, f"Current {label}: ${y:.2f}", right=True))
    for sigma, color, opacity in ((1, "green", 0.1), (7, "blue", 0.05)):
        low, high = _value(current_data, f"std_{sigma}_neg"), _value(current_data, f"std_{sigma}_pos")
        shapes.append(_band(low, high, color, opacity))
        texts.append(_label(high, f"{sigma}σ Range", right=False))
    layout = {
        "template": "plotly_dark",
        "title": {"text": "Standard deviation levels: today against yesterday"},
        "height": 600,
        "showlegend": False,
        "xaxis": {"showticklabels": False, "showgrid": False},
        "yaxis": {"title": {"text": "Price ($)"}},
        "shapes": shapes,
        "annotations": texts,
    }
    return {"key": CHART_KEY, "figure": {"data": [], "layout": layout}}


def _tokens(change: Mapping[str, float], width_change: Mapping[int, float]) -> list[str]:
    widths = [
        f"{'EXPANDING' if width_change[sigma] > 0 else 'CONTRACTING'}_{sigma}SD"
        for sigma in (1, 7)
        if width_change[sigma] > 0 or width_change[sigma] < 0
    ]
    shifts = []
    for sigma in (1, 7):
        pair = (change[f"std_{sigma}_pos"], change[f"std_{sigma}_neg"])
        if all(each > 0 for each in pair):
            shifts.append(f"SHIFT_UP_{sigma}SD")
        elif all(each < 0 for each in pair):
            shifts.append(f"SHIFT_DOWN_{sigma}SD")
    return widths + shifts


def _value(levels: Levels, name: str) -> float:
    return levels.get(name, 0)


def _width(levels: Levels, sigma: int) -> float:
    return _value(levels, f"std_{sigma}_pos") - _value(levels, f"std_{sigma}_neg")


def _arrow(change: float) -> str:
    return "↑" if change > 0 else "↓" if change < 0 else "→"


def _width_word(change: float) -> str:
    return "🟢 WIDENED" if change > 0 else "🔴 NARROWED" if change < 0 else "⚪ UNCHANGED"


def _line(y: float, line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": _place(y), "y1": _place(y), "line": line}


def _band(low: float, high: float, color: str, opacity: float) -> dict[str, Any]:
    place = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": _place(low), "y1": _place(high)}
    return place | {"fillcolor": color, "opacity": opacity, "line": {"width": 0}}


def _label(y: float, text: str, *, right: bool) -> dict[str, Any]:
    side = {"x": 1, "xanchor": "left"} if right else {"x": 0, "xanchor": "right"}
    return {"text": text, "xref": "paper", "y": _place(y), "showarrow": False, **side}


def _place(y: float) -> float | None:
    """Return a coordinate; an unknown level has none, since a chart goes to the browser as JSON."""
    return y if math.isfinite(y) else None
