"""The parts charts are made of, as plain Plotly dictionaries."""

from __future__ import annotations

from typing import Any

Element = dict[str, Any]

DARK = "plotly_dark"


def vertical_line(x: float, *, axes: tuple[str, str], line: Element, opacity: float | None = None) -> Element:
    """Return a line over the whole height of a subplot. axes: names of its x and y axis."""
    shape = {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "xref": axes[0], "yref": f"{axes[1]} domain"}
    return shape | {"line": line} | ({} if opacity is None else {"opacity": opacity})


def horizontal_line(y: float, *, axes: tuple[str, str], line: Element) -> Element:
    """Return a line over the whole width of a subplot. axes: names of its x and y axis."""
    shape = {"type": "line", "x0": 0, "x1": 1, "y0": y, "y1": y, "xref": f"{axes[0]} domain", "yref": axes[1]}
    return shape | {"line": line}


def band(low: float, high: float, *, axes: tuple[str, str], color: str) -> Element:
    """Return a faint rectangle over the whole width of a subplot, below the data."""
    shape = {"type": "rect", "x0": 0, "x1": 1, "y0": low, "y1": high, "xref": f"{axes[0]} domain", "yref": axes[1]}
    return shape | {"fillcolor": color, "opacity": 0.1, "layer": "below", "line": {"width": 0}}


def line_end_text(y: float, text: str, *, axes: tuple[str, str], right: bool) -> Element:
    """Return the text beside the right or left end of a horizontal line."""
    return {
        "text": text,
        "x": 1 if right else 0,
        "y": y,
        "xref": f"{axes[0]} domain",
        "yref": axes[1],
        "xanchor": "left" if right else "right",
        "yanchor": "middle",
        "showarrow": False,
    }


def subplot_title(text: str, *, x: float, y: float) -> Element:
    """Return the title above a subplot. x, y: paper coordinates of its middle and its upper edge."""
    place = {"x": x, "y": y, "xref": "paper", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    return {"text": text, **place, "showarrow": False, "font": {"size": 16}}


def message_chart(text: str, font: Element | None = None) -> Element:
    """Return a chart without data that says why in its middle."""
    note: Element = {"text": text, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    if font:
        note["font"] = font
    return {"data": [], "layout": {"annotations": [note]}}
