"""Chart of a trading day: price and flip, net GEX, implied volatility, stacked over one time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from legacy_engines.gamma.intraday import safe_float

HEIGHT: Final = 800
GAP: Final = 0.05
PANEL_SHARES: Final = (0.4, 0.3, 0.3)
PANEL_TITLES: Final = ("Price and flip point", "Net GEX (USD billions)", "Implied volatility (%)")


def create_intraday_charts(snapshots: Sequence[Any]) -> dict[str, Any]:
    """Return a Plotly figure (`data`, `layout`) of the snapshots, oldest first; unreadable entries are left out.

    Prices in points, net GEX drawn in billions of USD, volatility in percent.
    """
    readable = [snapshot for snapshot in snapshots if isinstance(snapshot, Mapping)]
    times = [snapshot.get("time_str", "N/A") for snapshot in readable]

    def series(name: str) -> list[float]:
        return [safe_float(snapshot.get(name)) for snapshot in readable]

    traces: list[dict[str, Any]] = [
        _line("Spot Price", series("spot_price"), {"color": "white"}, axis=1),
        _line("Flip Point", series("flip_point"), {"color": "orange", "dash": "dash"}, axis=1),
        _bars([value / 1e9 for value in series("net_gex")]),
        # Plotly decides on markers by the number of points, as the old chart let it.
        {
            **_panel(3),
            "type": "scatter",
            "name": "IV",
            "y": series("iv"),
            "fill": "tozeroy",
            "line": {"color": "purple"},
        },
    ]
    return {"data": [{**trace, "x": times} for trace in traces], "layout": _layout()}


def _panel(number: int) -> dict[str, str]:
    suffix = "" if number == 1 else str(number)
    return {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _line(name: str, values: list[float], line: dict[str, str], *, axis: int) -> dict[str, Any]:
    return {**_panel(axis), "type": "scatter", "name": name, "y": values, "mode": "lines+markers", "line": line}


def _bars(billions: list[float]) -> dict[str, Any]:
    colours = ["green" if value > 0 else "red" for value in billions]
    return {
        **_panel(2),
        "type": "bar",
        "name": "Net GEX",
        "y": billions,
        "marker": {"color": colours},
        "opacity": 0.7,
    }


def _layout() -> dict[str, Any]:
    layout: dict[str, Any] = {
        "height": HEIGHT,
        "paper_bgcolor": "#111111",
        "plot_bgcolor": "#111111",
        "font": {"color": "#f2f5fa"},
        "showlegend": True,
        "hovermode": "x unified",
    }
    room = 1 - GAP * (len(PANEL_SHARES) - 1)
    top = 1.0
    for number, (share, title) in enumerate(zip(PANEL_SHARES, PANEL_TITLES, strict=True), start=1):
        bottom = max(top - share * room, 0.0)
        suffix = "" if number == 1 else str(number)
        last = number == len(PANEL_SHARES)
        layout[f"yaxis{suffix}"] = {"domain": [bottom, top], "anchor": f"x{suffix}", "title": {"text": title}}
        layout[f"xaxis{suffix}"] = {"anchor": f"y{suffix}", "type": "category", "showticklabels": last}
        if number > 1:
            layout[f"xaxis{suffix}"]["matches"] = "x"
        top = bottom - GAP
    return layout
