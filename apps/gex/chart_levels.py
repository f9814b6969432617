"""Spot, flip and walls on the chart: a line through all rows, and a tag above that opens away from spot."""

from typing import Any

from apps.market.exposure.result import Exposure
from apps.market.templatetags.numbers import points, strike

_TAG_ROWS = 3
_ROW_HEIGHT = 20  # px
TOP_MARGIN = 4 + _TAG_ROWS * _ROW_HEIGHT
_EDGE = 0.2  # of the width: a tag opening outwards from here would be cut
_LINES = {
    "spot": {"color": "var(--chart-spot)", "width": 1.5, "dash": "solid"},
    "flip": {"color": "var(--chart-flip)", "width": 1.5, "dash": "dash"},
    "call": {"color": "var(--chart-call)", "width": 1.5, "dash": "dot"},
    "put": {"color": "var(--chart-put)", "width": 1.5, "dash": "dot"},
}
_TAGS = {
    "spot": {"bgcolor": "var(--chart-spot)", "bordercolor": "var(--chart-spot)", "font": "var(--bg)"},
    "flip": {"bgcolor": "var(--card)", "bordercolor": "var(--chart-flip)", "font": "var(--warn)"},
    "call": {"bgcolor": "var(--card)", "bordercolor": "var(--chart-call)", "font": "var(--gain)"},
    "put": {"bgcolor": "var(--card)", "bordercolor": "var(--chart-put)", "font": "var(--loss)"},
}


def marked_levels(exposure: Exposure, window: tuple[float, float]) -> list[tuple[str, float, str]]:
    """Return (kind, price, text) of spot and of the levels inside `window`."""
    found = [("spot", exposure.spot, f"Spot {points(exposure.spot)}")]
    if exposure.flip_point is not None:
        found.append(("flip", exposure.flip_point, f"Flip {points(exposure.flip_point)}"))
    if exposure.call_wall:
        found.append(("call", exposure.call_wall.strike, f"Call wall {strike(exposure.call_wall.strike)}"))
    if exposure.put_wall:
        found.append(("put", exposure.put_wall.strike, f"Put wall {strike(exposure.put_wall.strike)}"))
    return [level for level in found if window[0] < level[1] < window[1]]


def level_shapes(exposure: Exposure, window: tuple[float, float]) -> list[dict[str, Any]]:
    """Return the lines of the levels through all rows. Spot comes last, so that it lies on top."""
    return [
        {"type": "line", "x0": price, "x1": price, "y0": 0, "y1": 1, "xref": "x", "yref": "paper", "line": _LINES[kind]}
        for kind, price, _ in reversed(marked_levels(exposure, window))
    ]


def level_tags(exposure: Exposure, window: tuple[float, float]) -> list[dict[str, Any]]:
    """Return the tags above the plot: on either side the one nearest spot in the lowest row, the next above it."""
    low, high = window
    rows = {"left": 0, "right": 0}
    tags = []
    for kind, price, text in sorted(marked_levels(exposure, window), key=lambda level: abs(level[1] - exposure.spot)):
        side = "left" if price < exposure.spot else "right"
        share = (price - low) / (high - low)
        opens_left = (side == "left" and share > _EDGE) or share > 1 - _EDGE
        colours = _TAGS[kind]
        tags.append(
            {
                "x": price,
                "xref": "x",
                "y": 1,
                "yref": "paper",
                "yshift": 3 + rows[side] * _ROW_HEIGHT,
                "xanchor": "right" if opens_left else "left",
                "yanchor": "bottom",
                "text": text,
                "showarrow": False,
                "bgcolor": colours["bgcolor"],
                "bordercolor": colours["bordercolor"],
                "borderpad": 2,
                "font": {"family": "JetBrains Mono, monospace", "size": 11, "color": colours["font"]},
            }
        )
        rows[side] += 1
    return tags
