"""The 'Gamma by price' figure as a plain dict for Plotly: rows of one price axis, so one line marks a level in all.

Colours are names of design tokens; static/js/charts.js puts in those of the theme.
"""

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np

from apps.gex.chart_levels import TOP_MARGIN, level_shapes, level_tags
from apps.gex.scale import Scale, scale_for
from apps.gex.weightings import Weighted
from apps.market.chain import FloatArray
from apps.market.exposure.result import Exposure
from apps.market.templatetags.numbers import strike

_CURVE_POINTS = 90
# Heights of the two rows of bars, parts of the chart, and below them the curve's, if there is one.
_WITH_CURVE = ((0.62, 1.0), (0.385, 0.555))
_WITHOUT_CURVE = ((0.42, 1.0), (0.0, 0.34))
_MONO = "JetBrains Mono, monospace"
_SMALL = {"family": _MONO, "size": 11}


class Figure(TypedDict):
    """What Plotly.react takes."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


def gamma_by_price(exposure: Exposure, weighted: Weighted, window: tuple[float, float]) -> Figure:
    """Return bars by strike, net by strike and, where it can be re-priced, the curve over the prices of `window`."""
    strikes = exposure.by_strike.strike
    shown = (strikes >= window[0]) & (strikes <= window[1])
    if weighted.call_gex is None or weighted.put_gex is None:
        rows = [_net_row(strikes[shown], weighted.net_gex[shown], (0.46, 1.0), "Net by strike, by volume")]
    else:
        calls, puts = weighted.call_gex[shown], weighted.put_gex[shown]
        sides, net = _WITHOUT_CURVE if weighted.curve is None else _WITH_CURVE
        rows = [
            _sides_row(strikes[shown], calls, puts, sides),
            _net_row(strikes[shown], calls + puts, net, "Net by strike"),
        ]
    if weighted.curve is not None:
        at = np.linspace(window[0], window[1], _CURVE_POINTS)
        curve = smooth(exposure.profile.spot, weighted.curve, at)
        rows.append(_curve_row(exposure, weighted, at, curve, top=0.36 if len(rows) == 1 else 0.29))
    return _assemble(exposure, rows, window)


def smooth(spots: FloatArray, curve: FloatArray, at: FloatArray) -> FloatArray:
    """Return a cubic through `curve`'s points at prices `at`: straight pieces would show the grid's 0.25 %."""
    slope = np.gradient(curve, spots)
    left = np.clip(np.searchsorted(spots, at) - 1, 0, len(spots) - 2)
    width = spots[left + 1] - spots[left]
    t = (at - spots[left]) / width
    bend = t * t * (3 - 2 * t)
    smoothed: FloatArray = (
        (1 - bend) * curve[left]
        + bend * curve[left + 1]
        + t * (1 - t) * width * ((1 - t) * slope[left] - t * slope[left + 1])
    )
    return smoothed


def _sides_row(strikes: FloatArray, calls: FloatArray, puts: FloatArray, domain: tuple[float, float]) -> dict[str, Any]:
    scale = scale_for([*calls.tolist(), *puts.tolist()])
    data = [
        _bars(strikes, calls, scale, name="Calls", colour="var(--chart-call)"),
        _bars(strikes, puts, scale, name="Puts", colour="var(--chart-put)"),
    ]
    notes = [_peak(strikes, calls, scale, "--gain"), _peak(strikes, puts, scale, "--loss")]
    return _row(data, scale, domain, f"By strike, ${scale.unit} per 1 %", [calls, puts], notes)


def _net_row(strikes: FloatArray, net: FloatArray, domain: tuple[float, float], title: str) -> dict[str, Any]:
    scale = scale_for(net.tolist())
    data = [_bars(strikes, net, scale, name="Net", colour="var(--chart-net)")]
    notes = [_peak(strikes, net, scale, "--link")]
    return _row(data, scale, domain, f"{title}, ${scale.unit}", [net], notes)


def _curve_row(
    exposure: Exposure, weighted: Weighted, at: FloatArray, curve: FloatArray, *, top: float
) -> dict[str, Any]:
    after = None
    if weighted.key == "all" and exposure.after_next is not None:
        after = smooth(exposure.profile.spot, exposure.profile.curves["ex_next"], at)
    values = [curve] if after is None else [curve, after]
    scale = scale_for(value for line in values for value in line.tolist())
    data: list[dict[str, Any]] = [
        _area(at, np.maximum(curve, 0), scale, "var(--chart-gain-area)"),
        _area(at, np.minimum(curve, 0), scale, "var(--chart-loss-area)"),
    ]
    if after is not None:
        dashed = {"color": "var(--chart-after)", "width": 1.5, "dash": "dot"}
        data.append(_line(at, after, scale, name="After next settlement", line=dashed))
    data.append(_line(at, curve, scale, name="Net", line={"color": "var(--chart-net)", "width": 2}))
    now = _net_at_spot(exposure, weighted.key)
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [exposure.spot],
            "y": [_round(scale.of(now))],
            "marker": {"size": 8, "color": "var(--card)", "line": {"color": "var(--chart-spot)", "width": 2}},
            "hoverinfo": "skip",
        }
    )
    notes = [_note(exposure.spot, scale.of(now), scale.signed(now), "--text", right=True)]
    if after is not None:
        notes.append(
            _note(at[-1], scale.of(float(after[-1])), "after next settlement", "--text-3", right=False, mono=False)
        )
    title = f"Net if {exposure.symbol} trades at, ${scale.unit}"
    if weighted.key != "all":
        title += " (lines: levels of all open interest)"
    return _row(data, scale, (0.0, top), title, values, notes)


def _net_at_spot(exposure: Exposure, weighting: str) -> float:
    if weighting == "all":
        return exposure.net_gex
    profile = exposure.profile
    return float(smooth(profile.spot, profile.curves[weighting], np.array([exposure.spot]))[0])


def _assemble(exposure: Exposure, rows: list[dict[str, Any]], window: tuple[float, float]) -> Figure:
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "margin": {"l": 4, "r": 44, "t": TOP_MARGIN, "b": 24},
        "barmode": "relative",
        "bargap": 0.28,
        "hovermode": "x",
        "shapes": level_shapes(exposure, window),
        "annotations": level_tags(exposure, window),
        "xaxis": {
            "range": [window[0], window[1]],
            "anchor": f"y{len(rows)}" if len(rows) > 1 else "y",
            "tickformat": ",~r",
            "tickvals": nice_ticks(*window, count=7),
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }
    for number, row in enumerate(rows, start=1):
        axis = "y" if number == 1 else f"y{number}"
        data += [{**trace, "xaxis": "x", "yaxis": axis, "showlegend": False} for trace in row["data"]]
        layout[f"yaxis{'' if number == 1 else number}"] = row["axis"]
        layout["annotations"] += [{**note, "xref": "x", "yref": axis} for note in row["notes"]]
        layout["annotations"].append(_row_title(row["title"], row["axis"]["domain"][1]))
    return {"data": data, "layout": layout}


def _row(
    data: list[dict[str, Any]],
    scale: Scale,
    domain: tuple[float, float],
    title: str,
    values: list[FloatArray],
    notes: Sequence[dict[str, Any] | None],
) -> dict[str, Any]:
    low = min(0.0, *(float(value.min(initial=0.0)) for value in values)) / scale.divisor
    high = max(0.0, *(float(value.max(initial=0.0)) for value in values)) / scale.divisor
    room = 0.16 * (high - low) or 1.0
    ticks = nice_ticks(low, high)
    axis = {
        "domain": list(domain),
        "side": "right",
        "range": [_round(low - (room if low else room / 2)), _round(high + room)],
        "tickvals": ticks,
        "ticktext": [_tick(value) for value in ticks],
        "zeroline": True,
        "zerolinewidth": 1,
        "fixedrange": True,
    }
    return {"data": data, "axis": axis, "title": title, "notes": [note for note in notes if note]}


def nice_ticks(low: float, high: float, *, count: int = 4) -> list[float]:
    """Return at most `count` + 1 round values of [low, high]; 0 is one of them where it lies within."""
    span = high - low
    if span <= 0:
        return [0.0]
    rough = span / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(float(unit * power) for unit in (1, 2, 2.5, 5, 10) if unit * power >= rough)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [_round(number * step) for number in range(first, last + 1)]


def _tick(value: float) -> str:
    return "0" if value == 0 else f"{'+' if value > 0 else '−'}{abs(value):,g}"


def _bars(strikes: FloatArray, values: FloatArray, scale: Scale, *, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": strikes.tolist(),
        "y": _heights(values, scale),
        "marker": {"color": colour},
        "hovertemplate": f"%{{x:,~r}} {name} %{{y:+,.2f}} {scale.unit}<extra></extra>",
    }


def _area(at: FloatArray, values: FloatArray, scale: Scale, colour: str) -> dict[str, Any]:
    line = {"width": 0, "color": colour}
    return {**_line(at, values, scale, name="", line=line), "fill": "tozeroy", "fillcolor": colour, "hoverinfo": "skip"}


def _line(at: FloatArray, values: FloatArray, scale: Scale, *, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Return `values` at the evenly spaced prices `at`."""
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x0": _round(float(at[0])),
        "dx": float(at[-1] - at[0]) / (len(at) - 1),
        "y": _heights(values, scale),
        "line": line,
    }
    if name:
        trace["hovertemplate"] = f"%{{x:,.2f}} {name.lower()} %{{y:+,.2f}} {scale.unit}<extra></extra>"
    return trace


def _peak(strikes: FloatArray, values: FloatArray, scale: Scale, token: str) -> dict[str, Any] | None:
    """Return the printed value of the largest bar: where one strike dominates, that is the message."""
    if not len(values) or not values.any():
        return None
    index = int(np.argmax(np.abs(values)))
    value = float(values[index])
    note = _note(float(strikes[index]), scale.of(value), scale.signed(value), token, right=False)
    return {**note, "xshift": -12, "bgcolor": "var(--card)", "yanchor": "top" if value > 0 else "bottom"}


def _note(x: float, y: float, text: str, token: str, *, right: bool, mono: bool = True) -> dict[str, Any]:
    return {
        "x": _round(x),
        "y": _round(y),
        "text": text,
        "showarrow": False,
        "xanchor": "left" if right else "right",
        "yanchor": "top" if right else "bottom",
        "xshift": 6 if right else -2,
        "font": {**(_SMALL if mono else {"size": 11}), "color": f"var({token})"},
    }


def _row_title(text: str, top: float) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": top,
        "yref": "paper",
        "yanchor": "top",
        "showarrow": False,
        "bgcolor": "var(--card)",
        "font": {"size": 11, "color": "var(--text-2)"},
    }


def _heights(values: FloatArray, scale: Scale) -> list[float]:
    """Return `values` in the row's unit, one digit finer than they are ever printed: the rest would double the page."""
    return [round(float(f"{value:.5g}"), 3) for value in scale.of(1.0) * values]


def _round(value: float) -> float:
    """Keep six significant digits: more cannot be seen."""
    return float(f"{value:.6g}")


def chart_summary(exposure: Exposure, weighted: Weighted) -> str:
    """Return the chart in one sentence, for those who do not see it."""
    strikes = exposure.by_strike.strike
    if weighted.missing or not len(strikes):
        return weighted.missing or "No strikes."
    biggest = strikes[int(np.argmax(np.abs(weighted.net_gex)))]
    return f"{weighted.label}: the largest net gamma is at {strike(float(biggest))}. Values: the table of strikes."
