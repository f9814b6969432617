"""The cumulative P&L for the page: the engine's curve in the page's colours, thinned where no screen could show it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from legacy_engines.trading.journal_charts import create_performance_chart

MOST_POINTS = 1_000
MOST_MARKERS = 250
_LONG = timedelta(days=300)


def figure_of(trades: pd.DataFrame) -> str:
    """Return the curve as a Plotly figure, JSON; empty without trades.

    With more than MOST_POINTS trades each stretch keeps its first, lowest, highest and last point, as they are.
    """
    moments, values = _thinned(trades) if len(trades) > MOST_POINTS else _whole(trades)
    if not moments:
        return ""
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if len(moments) <= MOST_MARKERS else "lines",
        "name": "Cumulative P&L",
        "x": moments,
        "y": [round(value, 2) for value in values],
        "line": {"color": "var(--chart-net)", "width": 2},
        "marker": {"color": "var(--chart-net)", "size": 5},
        "fill": "tozeroy",
        "fillcolor": "var(--accent-tint)",
        "hovertemplate": "%{x|%a %-d %b %Y %H:%M}<br>$%{y:,.2f}<extra></extra>",
    }
    layout: dict[str, Any] = {
        "margin": {"l": 8, "r": 64, "t": 8, "b": 24},
        "hovermode": "x unified",
        "xaxis": {
            "type": "date",
            "nticks": 6,
            "showgrid": False,
            "fixedrange": True,
            "tickformat": "%b %Y" if _is_long(moments) else "%-d %b",
        },
        "yaxis": {"side": "right", "tickprefix": "$", "tickformat": ",.0f", "nticks": 5, "fixedrange": True},
        "shapes": [
            {
                "type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": 0, "y1": 0,
                "line": {"color": "var(--chart-zero)", "dash": "dash", "width": 1},
            }
        ],
    }  # fmt: skip
    return msgspec.json.encode({"data": [trace], "layout": layout}).decode().replace("<", "\\u003c")


def _is_long(moments: Sequence[str]) -> bool:
    """Return whether the curve spans so much time that its axis needs years."""
    return datetime.fromisoformat(moments[-1]) - datetime.fromisoformat(moments[0]) > _LONG


def _whole(trades: pd.DataFrame) -> tuple[list[str], list[float]]:
    """Return the engine's curve: moments and running sums."""
    engine = create_performance_chart(trades)
    if engine is None:
        return [], []
    return engine["data"][0]["x"], engine["data"][0]["y"]


def _thinned(trades: pd.DataFrame) -> tuple[list[str], list[float]]:
    """Return points of the engine's curve, reckoned as it does: to write down all its moments takes the longest."""
    order = trades["closed_at"].to_numpy().argsort()
    sums = trades["pnl"].iloc[order].cumsum().to_numpy()
    places: set[int] = set()
    for stretch in np.array_split(np.arange(len(sums)), MOST_POINTS // 4):
        inside = sums[stretch]
        places.update(int(stretch[one]) for one in (0, inside.argmin(), inside.argmax(), len(stretch) - 1))
    kept = sorted(places)
    return [moment.isoformat() for moment in trades["closed_at"].iloc[order[kept]]], sums[kept].tolist()
