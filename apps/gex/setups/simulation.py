"""How far price may go in five sessions: ten thousand paths, drawn the same way every time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from apps.gex.setups.picture import Picture, picture_of
from apps.market.blocks import Block
from apps.market.notices import Badge
from apps.market.templatetags.numbers import percent, points, signed_percent
from legacy_engines.gex.charts.monte_carlo import outlook_of
from legacy_engines.options.monte_carlo import MonteCarloEngine

VOLATILITY = 0.20  # what the old program always took
DAYS = 5
_DRAWN = 14  # single paths: enough to see how they run, few enough to read the bands


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One simulation in words. volatility: as a text, with where it comes from."""

    volatility: str
    basis: str
    hit_flip: str
    hit_wall: str
    expected: str
    most: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """figure: JSON for the chart. outlook: the old program's word for the chance of touching the flip."""

    runs: list[Run]
    outlook: str
    figure: str
    summary: str
    side: str
    badge: Badge


def simulate(picture: Picture, volatility: float) -> dict[str, Any]:
    """Return the engine's figures at an annual volatility (fraction)."""
    data = picture.data
    return MonteCarloEngine().simulate_squeeze_play(
        data["spot_price"], data["flip_point"], data["call_wall"], volatility=volatility, days=DAYS
    )


def build(symbol: str, at: datetime) -> Simulation:
    """Return both simulations of the newest levels. Raises NotReadyError."""
    picture = picture_of(symbol)
    old = simulate(picture, VOLATILITY)
    runs = [_run(picture, old, volatility=VOLATILITY, basis="Old program, fixed")]
    implied = picture.snapshot.implied_volatility
    if implied:
        runs.append(_run(picture, simulate(picture, implied), volatility=implied, basis="This chain, 30 days"))
    chance = old["probability_hit_flip"]
    above = picture.data["spot_price"] >= picture.data["flip_point"]
    return Simulation(
        runs=runs,
        outlook=f"{outlook_of(chance).capitalize()}: {chance:.0f} % of the paths touch the flip",
        figure=msgspec.json.encode(chart(old, picture)).decode(),
        summary=(
            f"Ninety of a hundred paths end between {points(_at_end(old, 5))} and {points(_at_end(old, 95))} "
            f"after {DAYS} sessions."
        ),
        side="Price starts above the flip, so every path counts as having touched it." if above else "",
        badge=picture.badge,
    )


def chart(result: dict[str, Any], picture: Picture) -> dict[str, Any]:
    """Return the bands, the median, some paths, spot and flip over the sessions as a Plotly figure."""
    paths = result["price_paths_sample"]
    days = list(range(paths.shape[1]))
    p5, p25, p50, p75, p95 = (np.round(band, 2).tolist() for band in np.percentile(paths, [5, 25, 50, 75, 95], axis=0))
    step = max(1, len(paths) // _DRAWN)
    singles = [_line(days, np.round(path, 2).tolist(), "var(--chart-after)", 0.6) for path in paths[::step]]
    bands = [_band(days, p5, p95, "var(--chart-loss-area)"), _band(days, p25, p75, "var(--chart-gain-area)")]
    median = _line(days, p50, "var(--chart-net)", 2) | {
        "name": "Median",
        "hoverinfo": "all",
        "hovertemplate": "session %{x}: median %{y:,.2f}<extra></extra>",
    }
    spot, flip = picture.data["spot_price"], picture.data["flip_point"]
    low, high = min(*p5, spot), max(*p95, spot)
    margin = 0.15 * (high - low)
    return {
        "data": [*bands, *singles, median],
        "layout": {
            "margin": {"l": 4, "r": 56, "t": 12, "b": 28},
            "xaxis": {"tickvals": days, "fixedrange": True, "showgrid": False, "zeroline": False},
            "yaxis": {
                "side": "right",
                "fixedrange": True,
                "tickformat": ",.0f",
                "range": [low - margin, high + margin],
            },
            "shapes": [
                _level(spot, "var(--chart-spot)", "solid"),
                _level(flip, "var(--chart-flip)", "dash"),
                _level(result["expected_final_price"], "var(--chart-call)", "dot"),
            ],
        },
    }


def _run(picture: Picture, result: dict[str, Any], *, volatility: float, basis: str) -> Run:
    has_wall = bool(picture.data["call_wall"])
    spot, gain = picture.data["spot_price"], float(result["max_gain_percent"]) / 100
    return Run(
        volatility=percent(volatility, 1),
        basis=basis,
        hit_flip=percent(result["probability_hit_flip"] / 100, 1),
        # The engine takes a missing wall for 0, which every path reaches.
        hit_wall=percent(result["probability_hit_wall"] / 100, 1) if has_wall else "no call wall",
        expected=points(float(result["expected_final_price"])),
        most=f"{signed_percent(gain, 1)} · {points(spot * (1 + gain))}",
    )


def _at_end(result: dict[str, Any], share: float) -> float:
    return float(np.percentile(result["price_paths_sample"][:, -1], share))


def _line(days: list[int], values: list[float], colour: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": days,
        "y": values,
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _band(days: list[int], low: list[float], high: list[float], colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": days + days[::-1],
        "y": low + high[::-1],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _level(price: float, colour: str, dash: str) -> dict[str, Any]:
    line = {"color": colour, "width": 1.5, "dash": dash}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": float(price), "y1": float(price), "line": line}


BLOCK = Block(
    key="monte-carlo",
    title="Monte Carlo, five sessions",
    template="gex/setups/simulation.html",
    build=build,
    kept_seconds=60,
)
