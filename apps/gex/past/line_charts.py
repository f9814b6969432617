"""Panels of lines and bars over one time axis, as Plotly figures in the page's colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

Values = Sequence[float | None]
_GAP = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """kind: line, dashed, bars (green above zero, red below) or area. unit: printed behind the value."""

    name: str
    values: Values
    kind: str = "line"
    colour: str = "var(--chart-net)"
    digits: str = ",.2f"
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One row of the figure. height: its share. level: a dashed line across. bands: (from, to, colour)."""

    title: str
    traces: Sequence[Trace]
    height: float = 1.0
    level: float | None = None
    bands: Sequence[tuple[float, float, str]] = ()


def stacked(times: Sequence[str], panels: Sequence[Panel], *, is_category: bool) -> dict[str, Any]:
    """Return the figure. times: one per value. is_category: even spacing whatever lies between two moments."""
    room = 1 - _GAP * (len(panels) - 1)
    whole = sum(panel.height for panel in panels)
    data: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "margin": {"l": 4, "r": 56, "t": 8, "b": 28},
        "hovermode": "x",
        "xaxis": {
            "anchor": f"y{len(panels)}" if len(panels) > 1 else "y",
            "type": "category" if is_category else "date",
            "showgrid": False,
            "fixedrange": True,
            "nticks": 8,
        },
    }
    top = 1.0
    for number, panel in enumerate(panels, start=1):
        axis = "y" if number == 1 else f"y{number}"
        bottom = max(top - panel.height / whole * room, 0.0)
        layout["yaxis" if number == 1 else f"yaxis{number}"] = {
            "domain": [round(bottom, 4), round(top, 4)],
            "side": "right",
            "fixedrange": True,
            "nticks": 5,
            "zeroline": any(trace.kind == "bars" for trace in panel.traces),
        }
        data += [_trace(trace, times, axis) for trace in panel.traces]
        shapes += _shapes(panel, axis)
        notes.append(_title(panel.title, top))
        top = bottom - _GAP
    return {"data": data, "layout": layout | {"shapes": shapes, "annotations": notes}}


def encoded(figure: dict[str, Any]) -> str:
    """Return the figure for a script element: "<" is written so that no text of it can end the element."""
    return msgspec.json.encode(figure).decode().replace("<", "\\u003c")


def _trace(trace: Trace, times: Sequence[str], axis: str) -> dict[str, Any]:
    values = [None if value is None else float(f"{value:.6g}") for value in trace.values]
    shared: dict[str, Any] = {
        "name": trace.name,
        "x": list(times),
        "y": values,
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "hovertemplate": f"%{{x}} {trace.name} %{{y:{trace.digits}}}{trace.unit}<extra></extra>",
    }
    if trace.kind == "bars":
        colours = ["var(--chart-call)" if (value or 0) >= 0 else "var(--chart-put)" for value in values]
        return {"type": "bar", **shared, "marker": {"color": colours}}
    line: dict[str, Any] = {"color": trace.colour, "width": 2}
    if trace.kind == "dashed":
        line["dash"] = "dash"
    drawn = {"type": "scatter", "mode": "lines", "connectgaps": False, **shared, "line": line}
    return drawn | {"fill": "tozeroy", "fillcolor": "var(--chart-gain-area)"} if trace.kind == "area" else drawn


def _shapes(panel: Panel, axis: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "yref": axis,
            "y0": low,
            "y1": high,
            "fillcolor": colour,
            "line": {"width": 0},
            "layer": "below",
        }
        for low, high, colour in panel.bands
    ]
    if panel.level is not None:
        line = {"color": "var(--chart-after)", "width": 1, "dash": "dot"}
        place = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": panel.level, "y1": panel.level}
        found.append({"type": "line", **place, "line": line})
    return found


def _title(text: str, top: float) -> dict[str, Any]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": round(top, 4), "yref": "paper", "yanchor": "top"}
    font = {"size": 11, "color": "var(--text-2)"}
    return {"text": text, **place, "showarrow": False, "bgcolor": "var(--card)", "font": font}
