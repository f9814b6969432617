"""One position in full: legs, payoff, conditions, fills and who changed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from apps.ledger import payoff
from apps.ledger.models import Change, Fill, Leg, Order, Position
from apps.positions.greeks import Greeks, of_leg, values, years_to
from apps.positions.open_rows import Row, newest_levels, row_of

_POINTS = 121
_SPAN = 0.04  # of the price, at least so far to both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """A leg and its greeks as held."""

    leg: Leg
    greeks: Greeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """figure: the payoff as a Plotly figure, JSON; empty for what is closed. is_exact: False with later expirations."""

    row: Row
    legs: list[LegLine]
    best: Decimal | None
    worst: Decimal | None
    breakevens: Sequence[Decimal]
    is_exact: bool
    figure: str
    fills: list[Fill]
    orders: list[Order]
    changes: list[Change]

    @property
    def position(self) -> Position:
        return self.row.position


def detail_of(position: Position, *, at: datetime) -> Detail:
    """Return everything about a position."""
    row = row_of(position, newest_levels([position.symbol]).get(position.symbol), at=at)
    held = [leg for leg in row.legs if leg.open_quantity] or list(row.legs)
    units = position.open_quantity or position.quantity
    ends = payoff.extremes(held, [leg.entry_price for leg in held], units=units)
    spot = None if row.spot is None else float(row.spot)
    orders = position.orders.select_related("placed_by").order_by("pk")
    fills = Fill.objects.filter(order__position=position).select_related("leg", "order").order_by("pk")
    return Detail(
        row=row,
        legs=[LegLine(leg=leg, greeks=of_leg(leg, spot, at=at)) for leg in row.legs],
        best=ends.max_profit,
        worst=ends.max_loss,
        breakevens=ends.breakevens,
        is_exact=len({leg.expiration for leg in held if leg.expiration}) < 2,
        figure=_figure(position, held, units, spot, at=at) if position.status == Position.Status.OPEN else "",
        fills=list(fills),
        orders=list(orders),
        changes=list(position.changes.select_related("by")[:20]),
    )


def _figure(position: Position, legs: Sequence[Leg], units: int, spot: float | None, *, at: datetime) -> str:
    strikes = [float(leg.strike) for leg in legs if leg.strike is not None]
    middle = spot or (sum(strikes) / len(strikes) if strikes else float(position.entry_price))
    low, high = min([*strikes, middle]), max([*strikes, middle])
    room = max((high - low) * 0.5, middle * _SPAN)
    prices = np.unique(np.concatenate([np.linspace(max(low - room, 0.01), high + room, _POINTS), strikes]))
    entries = [leg.entry_price for leg in legs]
    at_end = [float(payoff.result_at(legs, entries, Decimal(repr(float(one))), units=units)) for one in prices]
    data: list[dict[str, Any]] = [_line("At expiration", prices, at_end, "var(--chart-net)", "solid")]
    if today := _today(legs, units, prices, at=at):
        data.append(_line("Today", prices, today, "var(--chart-after)", "dot"))
    shapes = [_mark("y", 0.0, "var(--chart-zero)", "dash")]
    if spot is not None:
        shapes.append(_mark("x", spot, "var(--chart-spot)", "solid"))
    shapes += [_mark("x", float(one), "var(--chart-flip)", "dot") for one in (position.stop, position.target) if one]
    layout = {
        "margin": {"l": 8, "r": 64, "t": 8, "b": 24},
        "hovermode": "x unified",
        "showlegend": False,
        "shapes": shapes,
        "xaxis": {"showgrid": False, "fixedrange": True, "nticks": 6, "tickformat": ",.6~g"},
        "yaxis": {"side": "right", "tickprefix": "$", "tickformat": ",.0f", "nticks": 5, "fixedrange": True},
    }
    return msgspec.json.encode({"data": data, "layout": layout}).decode().replace("<", "\\u003c")


def _today(legs: Sequence[Leg], units: int, prices: Any, *, at: datetime) -> list[float]:
    """Return the result by price now, at the implied volatilities of the marks; nothing where one is missing."""
    if any(leg.kind != Leg.Kind.STOCK and not leg.iv for leg in legs):
        return []
    result = np.zeros_like(prices)
    for leg in legs:
        worth = prices
        if leg.kind != Leg.Kind.STOCK and leg.strike is not None and leg.expiration is not None and leg.iv:
            years = years_to(leg.expiration, at=at)
            worth = values(prices, float(leg.strike), leg.iv, years, is_call=leg.kind == Leg.Kind.CALL)
        result += units * leg.ratio * leg.multiplier * (worth - float(leg.entry_price))
    return [round(float(one), 2) for one in result]


def _line(name: str, x: Any, y: list[float], colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [round(float(one), 4) for one in x],
        "y": y,
        "line": {"color": colour, "width": 2 if dash == "solid" else 1.5, "dash": dash},
        "hovertemplate": "$%{y:,.0f}",
    }


def _mark(axis: str, value: float, colour: str, dash: str) -> dict[str, Any]:
    line = {"color": colour, "width": 1, "dash": dash}
    if axis == "x":
        return {"type": "line", "xref": "x", "x0": value, "x1": value, "yref": "paper", "y0": 0, "y1": 1, "line": line}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": value, "y1": value, "line": line}
