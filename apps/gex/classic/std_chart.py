"""How the standard deviation levels moved: one line per level from the session before to now, ranges shaded."""

from typing import Any

from apps.market.history.std import StdLevels
from apps.market.templatetags.numbers import MINUS, points

_NAMES = {
    "std_7_pos": "+7σ",
    "std_1_pos": "+1σ",
    "spot_price": "Spot",
    "std_1_neg": f"{MINUS}1σ",
    "std_7_neg": f"{MINUS}7σ",
}
_COLOURS = {7: "var(--chart-after)", 1: "var(--chart-flip)"}
_SPOT = "var(--chart-spot)"
_AREA = "var(--chart-gain-area)"
_ROOM = 0.08  # of the height, above and below


def figure_of(now: StdLevels, before: StdLevels, *, day: str) -> dict[str, Any]:
    """Return the figure. now, before: the four levels and spot_price, points. day: the axis's word for before."""
    bands = [trace for days in (7, 1) for trace in _band(before, now, days)]
    data = [*bands, _line(before, now, "spot_price", _SPOT)]
    levels = [level for day_levels in (before, now) for name, level in day_levels.items() if name in _NAMES]
    room = _ROOM * (max(levels) - min(levels)) or 1.0
    bare = {"showgrid": False, "zeroline": False, "fixedrange": True}
    layout = {
        "margin": {"l": 72, "r": 104, "t": 8, "b": 24},
        "xaxis": {"range": [0, 1], "tickvals": [0, 1], "ticktext": [day, "Now"], **bare},
        "yaxis": {"range": [min(levels) - room, max(levels) + room], "showticklabels": False, **bare},
        "annotations": [*_ends(before, right=False), *_ends(now, right=True)],
    }
    return {"data": data, "layout": layout}


def _band(before: StdLevels, now: StdLevels, days: int) -> list[dict[str, Any]]:
    colour = _COLOURS[days]
    lower = _line(before, now, f"std_{days}_neg", colour)
    upper = _line(before, now, f"std_{days}_pos", colour)
    return [lower, upper | {"fill": "tonexty", "fillcolor": _AREA}]


def _line(before: StdLevels, now: StdLevels, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": _NAMES[name],
        "x": [0, 1],
        "y": [before[name], now[name]],
        "line": {"color": colour, "width": 2},
        "marker": {"size": 5, "color": colour},
        "cliponaxis": False,
        "hovertemplate": f"{_NAMES[name]} %{{y:,.2f}}<extra></extra>",
    }


def _ends(levels: StdLevels, *, right: bool) -> list[dict[str, Any]]:
    """Return the labels at one end: the day before by value alone, the present with the level's name."""
    return [
        {
            "x": 1 if right else 0,
            "xanchor": "left" if right else "right",
            "xshift": 8 if right else -8,
            "y": levels[name],
            "yanchor": "middle",
            "text": f"{label} {points(levels[name])}" if right else points(levels[name]),
            "showarrow": False,
            "font": {"family": "JetBrains Mono, monospace", "size": 11, "color": f"var(--text{'' if right else '-2'})"},
        }
        for name, label in _NAMES.items()
    ]
