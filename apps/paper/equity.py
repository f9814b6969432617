"""An account's value over time: a step at every close, and where it stands now."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

import msgspec

from alphagex import clock
from apps.ledger.models import Account


def equity_points(
    account: Account, steps: Sequence[tuple[datetime, Decimal]], value: Decimal, *, at: datetime
) -> list[tuple[datetime, Decimal]]:
    """Return (moment, USD): the start, each closed trade, and `value` now. steps: as `Performance` has them."""
    totals = accumulate((pnl for _, pnl in steps), initial=account.starting_cash)
    moments = [account.opened_at, *(moment for moment, _ in steps), at]
    return list(zip(moments, [*totals, value], strict=True))


def equity_figure(points: list[tuple[datetime, Decimal]]) -> str:
    """Return the curve as a Plotly figure in the page's colours, JSON."""
    moments = [f"{clock.in_new_york(moment):%Y-%m-%dT%H:%M:%S}" for moment, _ in points]
    values = [float(value) for _, value in points]
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": moments,
        "y": values,
        "line": {"shape": "hv", "color": "var(--chart-net)", "width": 2},
        "hovertemplate": "%{x|%-d %b %H:%M}<br>$%{y:,.2f}<extra></extra>",
    }
    start = {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": values[0], "y1": values[0],
        "line": {"color": "var(--chart-after)", "dash": "dot", "width": 1},
    }  # fmt: skip
    layout = {
        "margin": {"l": 8, "r": 76, "t": 8, "b": 24},
        "xaxis": {"type": "date", "nticks": 6},
        "yaxis": {"side": "right", "tickprefix": "$", "tickformat": ",.0f", "nticks": 5},
        "shapes": [start],
    }
    return msgspec.json.encode({"data": [trace], "layout": layout}).decode()
