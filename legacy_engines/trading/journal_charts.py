"""The journal's chart: profit and loss adding up over time."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from legacy_engines.row_frames import floats

LINE_COLOUR: Final = "#00D4FF"
HEIGHT: Final = 400


def create_performance_chart(df: pd.DataFrame) -> dict[str, Any] | None:
    """Return cumulative P&L (US dollars) by closing time as a plain Plotly dictionary, None without trades."""
    if df.empty:
        return None
    closed = pd.to_datetime(df["closed_at"])
    # Deliberate: trades closed at the same moment fall as the default sort leaves them, as in the old chart.
    order = closed.to_numpy().argsort()
    times = closed.iloc[order]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "Cumulative P&L",
                "x": [None if pd.isna(time) else time.isoformat() for time in times],
                "y": pd.Series(floats(df, "pnl")[order]).cumsum().tolist(),
                "line": {"color": LINE_COLOUR, "width": 3},
                "fill": "tozeroy",
            }
        ],
        "layout": {
            "template": "plotly_dark",
            "height": HEIGHT,
            "hovermode": "x unified",
            "showlegend": False,
            "title": {"text": "Cumulative P&L"},
            "xaxis": {"title": {"text": "Closed"}},
            "yaxis": {"title": {"text": "P&L ($)"}},
            "shapes": [_zero_line()],
        },
    }


def _zero_line() -> dict[str, Any]:
    place = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": 0, "y1": 0}
    return place | {"line": {"color": "gray", "dash": "dash"}, "opacity": 0.5}
