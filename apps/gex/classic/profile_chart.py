"""The old profile chart in the desk's colours: what is drawn, and where, is taken from the engine's own figure."""

from collections.abc import Sequence
from typing import Any

from apps.gex.charts import nice_ticks
from apps.market.templatetags.numbers import MINUS, points, strike
from legacy_engines.gex.charts import profile_chart

_LINES = {
    "yellow": ("spot", "var(--chart-spot)", "solid"),
    "orange": ("flip", "var(--chart-flip)", "dash"),
    "green": ("call", "var(--chart-call)", "dot"),
    "red": ("put", "var(--chart-put)", "dot"),
    "cyan": ("sigma-up", "var(--purple)", "solid"),
    "magenta": ("sigma-down", "var(--purple)", "solid"),
}
_TAGS = {
    "spot": ("Spot", "var(--chart-spot)", "var(--bg)"),
    "flip": ("Flip", "var(--card)", "var(--warn)"),
    "call": ("Call wall", "var(--card)", "var(--gain)"),
    "put": ("Put wall", "var(--card)", "var(--loss)"),
}
_BARS = ("var(--chart-call)", "var(--chart-put)", "var(--chart-net)")
_ROWS = {"y": ((0.335, 1.0), "Calls up, puts down, $mn"), "y2": ((0.0, 0.285), "Net, $mn")}  # as the engine splits it
_YESTERDAYS = 0.5  # the engine's is fainter still: on a light page it could not be seen
_TAG_ROW = 20  # px
_EDGE = 0.3  # of the width: a tag that opened outwards from here would be cut on a phone

Line = tuple[str, float, bool]
"""Kind of level, where it is (points), whether it is yesterday's."""


def lines_of(gex_data: dict[str, Any], yesterday: dict[str, float] | None) -> list[Line]:
    """Return every line of the engine's chart once: it draws each on both panels."""
    return _lines(profile_chart(gex_data, yesterday))


def figure_of(gex_data: dict[str, Any], yesterday: dict[str, float] | None) -> dict[str, Any]:
    """Return the figure. gex_data: strikes (at least one) and levels as the engine's chart takes them."""
    theirs = profile_chart(gex_data, yesterday)
    window = window_of(gex_data)
    bars = [_bar(trace, colour) for trace, colour in zip(theirs["data"], _BARS, strict=True)]
    shown = [line for line in _lines(theirs) if window[0] <= line[1] <= window[1]]
    layout: dict[str, Any] = {
        "margin": {"l": 4, "r": 58, "t": 4 + 4 * _TAG_ROW, "b": 24},
        "barmode": "relative",
        "bargap": 0.28,
        "hovermode": "x unified",
        "xaxis": {
            "range": list(window),
            "anchor": "y2",
            "tickformat": ",~r",
            "nticks": 6,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": _axis("y", [bar["y"] for bar in bars[:2]]),
        "yaxis2": _axis("y2", [bars[2]["y"]]),
        # The spot comes last, so that it lies on top.
        "shapes": [_shape(line) for line in reversed(shown)],
        "annotations": [*_titles(), *_tags(shown, gex_data["spot_price"], window), *_sigma_marks(shown)],
    }
    return {"data": bars, "layout": layout}


def window_of(gex_data: dict[str, Any]) -> tuple[float, float]:
    """Return the prices shown: the profile's strikes and spot, with half a strike's room at either end."""
    strikes = [row["strike"] for row in gex_data["strikes"]]
    low, high = min(*strikes, gex_data["spot_price"]), max(*strikes, gex_data["spot_price"])
    room = max((high - low) / max(len(strikes) - 1, 1) * 0.75, 0.001 * high)
    return low - room, high + room


def _lines(theirs: dict[str, Any]) -> list[Line]:
    upper = [shape for shape in theirs["layout"]["shapes"] if shape["xref"] == "x"]
    is_sigma = {"cyan", "magenta"}
    return [
        (_LINES[shape["line"]["color"]][0], shape["x0"], colour in is_sigma and shape["line"]["dash"] == "dash")
        for shape in upper
        if (colour := shape["line"]["color"])
    ]


def _bar(trace: dict[str, Any], colour: str) -> dict[str, Any]:
    name = trace["name"].removesuffix(" Gamma")
    return {
        "type": "bar",
        "name": name,
        "x": trace["x"],
        "y": [round(value, 3) for value in trace["y"]],
        "marker": {"color": colour},
        "xaxis": "x",
        "yaxis": trace["yaxis"],
        "showlegend": False,
        "hovertemplate": f"{name} %{{y:+,.1f}} mn<extra></extra>",
    }


def _axis(name: str, rows: Sequence[list[float]]) -> dict[str, Any]:
    low, high = min(0.0, *map(min, rows)), max(0.0, *map(max, rows))
    room = 0.12 * (high - low) or 1.0
    ticks = nice_ticks(low, high)
    return {
        "domain": list(_ROWS[name][0]),
        "side": "right",
        "range": [low - room, high + 2 * room],
        "tickvals": ticks,
        "ticktext": [f"{MINUS if tick < 0 else '+' if tick else ''}{abs(tick):,g}" for tick in ticks],
        "zeroline": True,
        "fixedrange": True,
    }


def _shape(line: Line) -> dict[str, Any]:
    kind, price, is_yesterdays = line
    colour, dash = next((colour, dash) for name, colour, dash in _LINES.values() if name == kind)
    place = {"type": "line", "x0": price, "x1": price, "y0": 0, "y1": 1, "xref": "x", "yref": "paper"}
    if is_yesterdays:
        return place | {"line": {"color": colour, "width": 1, "dash": "dash"}, "opacity": _YESTERDAYS}
    return place | {"line": {"color": colour, "width": 1.5, "dash": dash}}


def _tags(shown: list[Line], spot: float, window: tuple[float, float]) -> list[dict[str, Any]]:
    """Return the boxed names above the plot, each in a row of its own, the one nearest spot lowest."""
    named = sorted((line for line in shown if line[0] in _TAGS), key=lambda line: abs(line[1] - spot))
    return [_tag(kind, price, row, window) for row, (kind, price, _) in enumerate(named)]


def _tag(kind: str, price: float, row: int, window: tuple[float, float]) -> dict[str, Any]:
    label, background, ink = _TAGS[kind]
    share = (price - window[0]) / (window[1] - window[0])
    text = strike(price) if kind in {"call", "put"} else points(price)
    return {
        "x": price,
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "yshift": 3 + row * _TAG_ROW,
        "xanchor": "left" if share < _EDGE else "right" if share > 1 - _EDGE else "center",
        "yanchor": "bottom",
        "text": f"{label} {text}",
        "showarrow": False,
        "bgcolor": background,
        "bordercolor": next(colour for name, colour, _ in _LINES.values() if name == kind),
        "borderpad": 2,
        "font": {"family": "JetBrains Mono, monospace", "size": 11, "color": ink},
    }


def _sigma_marks(shown: list[Line]) -> list[dict[str, Any]]:
    names = {"sigma-up": "+1σ", "sigma-down": f"{MINUS}1σ"}
    return [
        {
            "x": price,
            "xref": "x",
            "y": 0.31,
            "yref": "paper",
            "yanchor": "middle",
            "text": names[kind],
            "showarrow": False,
            "bgcolor": "var(--card)",
            "font": {"size": 11, "color": "var(--purple)"},
        }
        for kind, price, is_yesterdays in shown
        if kind in names and not is_yesterdays
    ]


def _titles() -> list[dict[str, Any]]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "top", "showarrow": False}
    look = {"bgcolor": "var(--card)", "font": {"size": 11, "color": "var(--text-2)"}}
    return [{"text": text, "y": domain[1], **place, **look} for domain, text in _ROWS.values()]
