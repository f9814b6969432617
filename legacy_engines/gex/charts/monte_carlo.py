"""Simulated paths as a fan: single paths, the 50% and 90% bands and the median."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from legacy_engines.gex.charts.elements import DARK, Element, horizontal_line, line_end_text

AXES = ("x", "y")
PATHS_DRAWN = 50
BULLISH_ABOVE, BEARISH_BELOW = 60, 40  # percent of paths that reach the flip


def monte_carlo_chart(simulation_results: Mapping[str, Any], current_price: float) -> Element:
    """Return the chart as a dictionary of `data` and `layout`; an empty one when there are no paths.

    `price_paths_sample`: array of paths by days + 1, points. `probability_hit_flip`: percent.
    """
    if "price_paths_sample" not in simulation_results:
        return {"data": [], "layout": {}}
    paths = simulation_results["price_paths_sample"]
    days = list(range(paths.shape[1]))
    probability = simulation_results.get("probability_hit_flip", 50)
    outlook = outlook_of(probability)
    shapes, notes = _price_lines(simulation_results, current_price)
    layout = _layout(outlook, probability)
    data = [*_single_paths(paths, days), *_bands(paths, days)]
    return {
        "data": data,
        "layout": layout | {"shapes": shapes, "annotations": [*notes, _interpretation(probability)]},
    }


def outlook_of(probability: float) -> str:
    """Return the word for the chance, in percent, that price reaches the flip."""
    if probability > BULLISH_ABOVE:
        return "BULLISH"
    return "BEARISH" if probability < BEARISH_BELOW else "NEUTRAL"


def _single_paths(paths: Any, days: list[int]) -> list[Element]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": days,
            "y": path.tolist(),
            "line": {"color": "lightgray", "width": 0.5},
            "showlegend": False,
            "hoverinfo": "skip",
        }
        for path in paths[:PATHS_DRAWN]
    ]


def _bands(paths: Any, days: list[int]) -> list[Element]:
    p5, p25, p50, p75, p95 = np.percentile(paths, [5, 25, 50, 75, 95], axis=0).tolist()
    median = {
        "type": "scatter",
        "mode": "lines",
        "name": "Most Likely Path (Median)",
        "x": days,
        "y": p50,
        "line": {"color": "yellow", "width": 3},
        "hovertemplate": "Day %{x}: $%{y:.2f}<extra></extra>",
    }
    return [
        _polygon("90% Confidence Range (5th-95th %ile)", days, p5, p95, "255, 0, 0", 0.1),
        _polygon("50% Confidence Range (25th-75th %ile)", days, p25, p75, "0, 255, 0", 0.2),
        median,
    ]


def _polygon(name: str, days: list[int], low: list[float], high: list[float], color: str, opacity: float) -> Element:
    return {
        "type": "scatter",
        "name": name,
        "x": days + days[::-1],
        "y": low + high[::-1],
        "fill": "toself",
        "fillcolor": f"rgba({color}, {opacity})",
        "line": {"color": f"rgba({color}, 0)"},
        "showlegend": True,
    }


def _price_lines(simulation_results: Mapping[str, Any], current_price: float) -> tuple[list[Element], list[Element]]:
    shapes = [horizontal_line(current_price, axes=AXES, line={"color": "white", "dash": "dash"})]
    notes = [line_end_text(current_price, f"Current Price ${current_price:.2f}", axes=AXES, right=False)]
    chance = simulation_results.get("probability_hit_flip")
    if chance:
        # Deliberate (plans Q4): the line is the expected final price, its text the chance of touching the flip.
        target = simulation_results.get("expected_final_price", current_price * 1.02)
        shapes.append(horizontal_line(target, axes=AXES, line={"color": "green", "dash": "dot"}))
        notes.append(line_end_text(target, f"Target ${target:.2f} ({chance:.0f}% chance)", axes=AXES, right=True))
    return shapes, notes


def _interpretation(probability: float) -> Element:
    text = (
        "INTERPRETATION:<br>"
        "Green band: 50% of the paths lie inside on each day<br>"
        "Red band: 90% of the paths lie inside on each day<br>"
        f"Chance of touching the flip: {probability:.0f}%"
    )
    return {
        "text": text,
        "x": 0.02,
        "y": 0.3,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "align": "left",
        "font": {"size": 10, "color": "white"},
        "bgcolor": "rgba(0,0,0,0.8)",
        "bordercolor": "cyan",
        "borderwidth": 1,
    }


def _layout(outlook: str, probability: float) -> Element:
    # Deliberate (plans Q4): the number of simulations is fixed text.
    below = f"10,000 simulations, {probability:.0f}% reach the flip"
    title = {"text": f"Price paths, outlook {outlook}<br><sub>{below}</sub>", "x": 0.5, "xanchor": "center"}
    return {
        "template": DARK,
        "title": title,
        "height": 500,
        "hovermode": "x unified",
        "legend": {"x": 0.01, "y": 0.99, "xanchor": "left", "yanchor": "top"},
        "xaxis": {"title": {"text": "Days Forward"}},
        "yaxis": {"title": {"text": "Price ($)"}},
    }
