"""Gamma by strike: calls, puts and net, with the levels that matter drawn over both panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legacy_engines.gex.charts.elements import DARK, Element, message_chart, subplot_title, vertical_line

Levels = Mapping[str, Any]
SIGMA_KEYS = ("std_1_pos", "std_1_neg")
UPPER, LOWER = ("x", "y"), ("x2", "y2")
WORTH_AN_ARROW = 0.5  # points a sigma level moved since yesterday
WORTH_A_BOX = 1.0  # points the sigma range widened or narrowed since yesterday


@dataclass(frozen=True)
class StrikeGammas:
    """Gamma per strike in input order, duplicates kept. strikes: points; calls, puts, net: USD millions, puts <= 0."""

    strikes: list[Any]
    calls: NDArray[np.float64]
    puts: NDArray[np.float64]

    @classmethod
    def of(cls, gex_data: Levels) -> StrikeGammas:
        """Read the strikes of the answer. A missing gamma is 0, a missing strike a KeyError, None a TypeError."""
        rows = gex_data["strikes"]
        strikes = [row["strike"] for row in rows]
        calls = np.array([row.get("call_gamma", 0) / 1e6 for row in rows], dtype=float)
        # The sign of the input is ignored: puts are drawn downwards whichever way the source signs them.
        puts = np.array([-abs(row.get("put_gamma", 0) / 1e6) for row in rows], dtype=float)
        return cls(strikes, calls, puts)

    @property
    def net(self) -> NDArray[np.float64]:
        return self.calls + self.puts


def profile_chart(gex_data: Levels | None, yesterday_data: Levels | None = None) -> Element:
    """Return the chart as a dictionary of `data` and `layout`. Input gammas are USD, drawn in USD millions."""
    if not gex_data or "strikes" not in gex_data:
        return message_chart("No GEX data available")
    gammas = StrikeGammas.of(gex_data)
    flip = gex_data.get("flip_point") or interpolated_flip(gammas.strikes, gammas.net)
    yesterday = yesterday_data if _both_sigmas(gex_data) and yesterday_data and _both_sigmas(yesterday_data) else None
    level_notes = _level_notes(gex_data, flip)
    sigma_notes = _sigma_notes(gex_data, yesterday)
    titles = [
        subplot_title("Gamma Exposure by Strike", x=0.5, y=1.0),
        subplot_title("Net Gamma Profile", x=0.5, y=0.285),
    ]
    # Deliberate (plans Q1): the level notes are added, and then added again together with the sigma notes.
    annotations = [*titles, *level_notes, *_range_box(gex_data, yesterday), *level_notes, *sigma_notes]
    layout = _layout(gex_data.get("symbol", "N/A"))
    shapes = _lines(gex_data, flip, yesterday)
    return {"data": _bars(gammas), "layout": layout | {"shapes": shapes, "annotations": annotations}}


def interpolated_flip(strikes: list[Any], net: NDArray[np.float64]) -> float | None:
    """Return where net gamma first crosses zero between neighbours of the list, or None. Touching zero is no crossing.

    Linear between the two strikes: K1 + (K2 - K1) * (-n1 / (n2 - n1)).
    """
    crossings = np.flatnonzero(net[:-1] * net[1:] < 0)
    if not crossings.size:
        return None
    i = int(crossings[0])
    return float(strikes[i] + (strikes[i + 1] - strikes[i]) * (-net[i] / (net[i + 1] - net[i])))


def _both_sigmas(data: Levels) -> bool:
    return all(key in data for key in SIGMA_KEYS)


def _bars(gammas: StrikeGammas) -> list[Element]:
    drawn = (
        ("Call Gamma", gammas.calls, "green", 0.7, UPPER),
        ("Put Gamma", gammas.puts, "red", 0.7, UPPER),
        ("Net Gamma", gammas.net, "blue", 0.8, LOWER),
    )
    return [
        {
            "type": "bar",
            "name": name,
            "x": gammas.strikes,
            "y": values.tolist(),
            "marker": {"color": color},
            "opacity": opacity,
            "xaxis": axes[0],
            "yaxis": axes[1],
            "hovertemplate": f"Strike: %{{x}}<br>{name}: $%{{y:.1f}}M<extra></extra>",
        }
        for name, values, color, opacity, axes in drawn
    ]


def _lines(gex_data: Levels, flip: float | None, yesterday: Levels | None) -> list[Element]:
    """Return every level twice, once per panel."""
    lines: list[tuple[Any, str, str, int, float | None]] = [(gex_data.get("spot_price", 0), "yellow", "dash", 2, None)]
    for value, color, dash in (
        (flip, "orange", "dash"),
        (gex_data.get("call_wall"), "green", "dot"),
        (gex_data.get("put_wall"), "red", "dot"),
    ):
        if value:
            lines.append((value, color, dash, 2, None))
    for data, dash, width, opacity in ((gex_data, "solid", 2, 0.8), (yesterday, "dash", 1, 0.3)):
        if data and _both_sigmas(data):
            lines += [
                (data["std_1_pos"], "cyan", dash, width, opacity),
                (data["std_1_neg"], "magenta", dash, width, opacity),
            ]
    return [
        vertical_line(x, axes=axes, line={"color": color, "dash": dash, "width": width}, opacity=opacity)
        for x, color, dash, width, opacity in lines
        for axes in (UPPER, LOWER)
    ]


def _level_notes(gex_data: Levels, flip: float | None) -> list[Element]:
    spot = gex_data.get("spot_price", 0)
    notes = [_note(spot, 1.0, f"Spot: ${spot:.2f}", "yellow")]
    if flip:
        notes.append(_note(flip, 0.95, f"Flip: ${flip:.2f}", "orange"))
    for key, name, y, color in (("call_wall", "Call Wall", 0.90, "green"), ("put_wall", "Put Wall", 0.85, "red")):
        wall = gex_data.get(key)
        if wall:
            # Deliberate (plans Q2): walls print without decimals, so a wall at 600.50 reads $600.
            notes.append(_note(wall, y, f"{name}: ${wall:.0f}", color))
    return notes


def _sigma_notes(gex_data: Levels, yesterday: Levels | None) -> list[Element]:
    if not _both_sigmas(gex_data):
        return []
    notes = []
    for key, name, y, color in (("std_1_pos", "+1σ", 0.75, "cyan"), ("std_1_neg", "-1σ", 0.70, "magenta")):
        value = gex_data[key]
        move = value - yesterday[key] if yesterday else 0
        if abs(move) > WORTH_AN_ARROW:
            arrow, tint = ("↑", "lime") if move > 0 else ("↓", "red")
            notes.append(_note(value, y, f"{arrow} {name}: ${value:.2f} ({move:+.2f})", tint))
        else:
            notes.append(_note(value, y, f"{name}: ${value:.2f}", color))
    return notes


def _range_box(gex_data: Levels, yesterday: Levels | None) -> list[Element]:
    """Return the box that says how much the sigma range changed, or nothing when it hardly did."""
    if not yesterday:
        return []
    range_now, range_then = (data["std_1_pos"] - data["std_1_neg"] for data in (gex_data, yesterday))
    change = range_now - range_then
    if not abs(change) > WORTH_A_BOX:
        return []
    word, color = ("📈 Expanding", "lime") if change > 0 else ("📉 Contracting", "orange")
    return [
        {
            "text": f"STD Range: {word} ({change:+.2f})",
            "x": 0.5,
            "y": 1.05,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "font": {"size": 12, "color": color, "weight": "bold"},
            "bgcolor": "rgba(0,0,0,0.8)",
            "bordercolor": color,
            "borderwidth": 2,
            "borderpad": 5,
        }
    ]


def _note(x: float, y: float, text: str, color: str) -> Element:
    """Return a boxed text with an arrow down to its level. x: points; y: share of the paper's height."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "x",
        "yref": "paper",
        "showarrow": True,
        "ax": 0,
        "ay": -30,
        "arrowhead": 2,
        "arrowsize": 1,
        "arrowwidth": 1,
        "arrowcolor": color,
        "font": {"size": 10, "color": color},
        "bgcolor": "rgba(0,0,0,0.6)",
        "bordercolor": color,
        "borderwidth": 1,
        "borderpad": 3,
    }


def _layout(symbol: Any) -> Element:
    return {
        "template": DARK,
        "title": {"text": f"GEX Profile Analysis - {symbol}"},
        "height": 600,
        "showlegend": True,
        "hovermode": "x unified",
        "xaxis": {"anchor": "y", "domain": [0.0, 1.0], "matches": "x2", "showticklabels": False},
        "xaxis2": {"anchor": "y2", "domain": [0.0, 1.0], "title": {"text": "Strike Price"}},
        "yaxis": {"anchor": "x", "domain": [0.335, 1.0], "title": {"text": "Gamma Exposure ($M)"}},
        "yaxis2": {"anchor": "x2", "domain": [0.0, 0.285], "title": {"text": "Net Gamma ($M)"}},
    }
