"""Panels of lines and bars over one time axis, as Plotly figures in the page's colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

Values = Sequence[float | None]
_GAP = 0.08


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
class Level:
    """A dotted line across a panel and what stands on it."""

    value: float
    text: str = ""
    colour: str = "var(--chart-after)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A zone of values, its colour and its name, written inside at the bound that begins it."""

    low: float
    high: float
    colour: str
    text: str
    is_upper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One row of the figure. height: its share. span: of its values, where Plotly shall not choose it."""

    title: str
    traces: Sequence[Trace]
    height: float = 1.0
    levels: Sequence[Level] = ()
    bands: Sequence[Band] = ()
    span: tuple[float, float] | None = None


def stacked(times: Sequence[str], panels: Sequence[Panel], *, is_category: bool) -> dict[str, Any]:
    """Return the figure. times: one per value. is_category: even spacing whatever lies between two moments."""
    room = 1 - _GAP * (len(panels) - 1)
    whole = sum(panel.height for panel in panels)
    data: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "margin": {"l": 20, "r": 56, "t": 20, "b": 28},
        "hovermode": "x",
        "xaxis": {
            "anchor": f"y{len(panels)}" if len(panels) > 1 else "y",
            "type": "category" if is_category else "date",
            "showgrid": False,
            "fixedrange": True,
            "nticks": 6,
            "tickangle": 0,
        },
    }
    if not is_category:
        layout["xaxis"]["tickformat"] = "%-d %b"
    top = 1.0
    for number, panel in enumerate(panels, start=1):
        axis = f"y{_number(number)}"
        bottom = max(top - panel.height / whole * room, 0.0)
        layout[f"yaxis{_number(number)}"] = {
            "domain": [round(bottom, 4), round(top, 4)],
            "side": "right",
            "fixedrange": True,
            "nticks": 5,
            "zeroline": any(trace.kind == "bars" for trace in panel.traces),
        }
        if panel.span:
            layout[f"yaxis{_number(number)}"]["range"] = [round(value, 4) for value in panel.span]
        data += [_trace(trace, times, axis) for trace in panel.traces]
        shapes += _shapes(panel, axis)
        notes += [_title(panel.title, top), *_texts(panel, axis)]
        top = bottom - _GAP
    return {"data": data, "layout": layout | {"shapes": shapes, "annotations": notes}}


def encoded(figure: dict[str, Any]) -> str:
    """Return the figure for a script element: "<" is written so that no text of it can end the element."""
    return msgspec.json.encode(figure).decode().replace("<", "\\u003c")


def _number(place: int) -> str:
    return "" if place == 1 else str(place)


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
    return drawn | {"fill": "tozeroy", "fillcolor": "var(--purple-tint)"} if trace.kind == "area" else drawn


def _shapes(panel: Panel, axis: str) -> list[dict[str, Any]]:
    across = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis}
    zones = [
        {
            "type": "rect",
            **across,
            "y0": band.low,
            "y1": band.high,
            "fillcolor": band.colour,
            "line": {"width": 0},
            "layer": "below",
        }
        for band in panel.bands
    ]
    lines = [
        {
            "type": "line",
            **across,
            "y0": level.value,
            "y1": level.value,
            "line": {"color": level.colour, "width": 1, "dash": "dot"},
        }
        for level in panel.levels
    ]
    return [*zones, *lines]


def _texts(panel: Panel, axis: str) -> list[dict[str, Any]]:
    """Return the names of the zones and lines, at the right end, on the side of the bound they belong to."""
    on_lines = [_text(level.text, axis, level.value, "bottom") for level in panel.levels if level.text]
    in_zones = [
        _text(band.text, axis, band.low if band.is_upper else band.high, "bottom" if band.is_upper else "top")
        for band in panel.bands
    ]
    return [*on_lines, *in_zones]


def _text(text: str, axis: str, value: float, yanchor: str) -> dict[str, Any]:
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": value, "yref": axis, "yanchor": yanchor}
    return {"text": text, **place, "showarrow": False, "font": {"size": 11, "color": "var(--text-2)"}}


def _title(text: str, top: float) -> dict[str, Any]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": round(top, 4), "yref": "paper", "yanchor": "bottom"}
    return {"text": text, **place, "showarrow": False, "font": {"size": 11, "color": "var(--text-2)"}}
