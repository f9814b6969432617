"""What the weekly gamma tracking shows: tiles, tables, strength of the likeness to SPY, insights."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from legacy_engines.gamma.tracking import GammaTrackingDB
from legacy_engines.row_frames import floats, mean, total

SUMMARY_HEADINGS: Final = {
    "date": "Date",
    "gex_change_pct": "GEX Change %",
    "flip_change_pct": "Flip Change %",
    "price_change_pct": "Price Change %",
    "avg_iv": "Avg IV",
    "snapshots_count": "Snapshots",
}
STREAK_DAYS: Final = 3
FLIP_MOVE_PERCENT: Final = 1.0
VOLATILITY_MOVE: Final = 0.05
CORRELATION_DAYS: Final = 7


def weekly_tracking_view(symbol: str, db: GammaTrackingDB) -> dict[str, Any]:
    """Return the weekly tracking of a symbol.

    state: TABLE, or NO_DATA when there is no summary yet. metrics: [label, value] pairs. tables: frames with the
    headings shown. spy_strength: Strong, Moderate, Weak, NO_DATA without a score, None for SPY itself.
    insights: {id, text} and value where a figure belongs to it.
    """
    week = db.get_weekly_summary(symbol)
    if week.empty:
        return {"state": "NO_DATA", "metrics": [], "tables": [], "spy_strength": None, "insights": []}
    view: dict[str, Any] = {
        "state": "TABLE",
        "metrics": week_metrics(week),
        "tables": [_shown(week, SUMMARY_HEADINGS)],
        "spy_strength": None,
        "insights": week_insights(week),
    }
    if symbol != "SPY":
        _add_correlation(view, symbol, db.get_correlation_history(symbol, days_back=CORRELATION_DAYS))
    return view


def week_metrics(week: pd.DataFrame) -> list[list[str]]:
    """Return the tiles of a week: sums of the GEX and price changes, mean flip move, mean snapshots per day."""
    return [
        ["Week GEX Trend", f"{total(floats(week, 'gex_change_pct')):+.1f}%"],
        ["Avg Flip Move", f"{mean(floats(week, 'flip_change_pct')):+.2f}%"],
        ["Week Price Move", f"{total(floats(week, 'price_change_pct')):+.2f}%"],
        ["Avg Snapshots/Day", f"{mean(floats(week, 'snapshots_count')):.0f}"],
    ]


def _add_correlation(view: dict[str, Any], symbol: str, history: pd.DataFrame) -> None:
    if history.empty:
        view["spy_strength"] = "NO_DATA"
        return
    score = mean(floats(history, "correlation_score"))
    headings = {
        "date": "Date",
        "spy_price_change_pct": "SPY Price %",
        "symbol_price_change_pct": f"{symbol} Price %",
        "spy_gex_change_pct": "SPY GEX %",
        "symbol_gex_change_pct": f"{symbol} GEX %",
        "correlation_score": "Correlation",
    }
    view["metrics"].append([f"{symbol} - SPY Correlation", f"{score:.2f}"])
    view["tables"].append(_shown(history, headings))
    view["spy_strength"] = strength(score)


def strength(score: float) -> str:
    """Return how strong a mean score is, whatever its sign: above 0.7, above 0.4, or less."""
    if abs(score) > 0.7:
        return "Strong"
    return "Moderate" if abs(score) > 0.4 else "Weak"


def _shown(frame: pd.DataFrame, headings: dict[str, str]) -> pd.DataFrame:
    dates = frame["date"].dt.strftime("%Y-%m-%d").astype(object)
    return frame[list(headings)].assign(date=dates).rename(columns=headings)


def week_insights(week: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what the days say, in fixed order; MORE_DATA_NEEDED when they say nothing.

    week: newest first. Streaks look at the three newest days, volatility at the newest and the oldest of all.
    Changes in percent; avg_iv as a fraction, its insight's value in percentage points.
    """
    newest = week.head(STREAK_DAYS)
    found = [
        *_streak(newest, "gex_change_pct", 0.0, _GEX_STREAKS),
        *_streak(newest, "flip_change_pct", FLIP_MOVE_PERCENT, _FLIP_STREAKS),
        *_volatility_move(week),
    ]
    more = "No pattern yet: three days with summaries show streaks, two show a move in volatility."
    return found or [{"id": "MORE_DATA_NEEDED", "text": more}]


_GEX_STREAKS: Final = (
    ("GEX_UP_3D", "Net GEX rose three days in a row: dealers add long gamma, expect calmer, range-bound trading."),
    ("GEX_DOWN_3D", "Net GEX fell three days in a row: dealers lose long gamma, expect wider swings."),
)
_FLIP_STREAKS: Final = (
    ("FLIP_UP_3D", "The flip rose by more than 1% on each of three days: the level that holds the market moves up."),
    ("FLIP_DOWN_3D", "The flip fell by more than 1% on each of three days: support from dealers moves down."),
)


def _streak(
    newest: pd.DataFrame, column: str, beyond: float, outcomes: tuple[tuple[str, str], tuple[str, str]]
) -> list[dict[str, Any]]:
    values = floats(newest, column)
    if len(values) < STREAK_DAYS:
        return []
    hits = (np.all(values > beyond), np.all(values < -beyond))
    return [{"id": code, "text": text} for hit, (code, text) in zip(hits, outcomes, strict=True) if hit]


def _volatility_move(week: pd.DataFrame) -> list[dict[str, Any]]:
    volatility = floats(week, "avg_iv")
    if len(volatility) < 2:
        return []
    move = float(volatility[0] - volatility[-1])
    value = f"{abs(move) * 100:.1f}"
    if move > VOLATILITY_MOVE:
        text = f"Implied volatility rose by {value} points: options cost more, protection is in demand."
        return [{"id": "IV_EXPANDING", "value": value, "text": text}]
    if move < -VOLATILITY_MOVE:
        text = f"Implied volatility fell by {value} points: options are cheaper, sellers collect less."
        return [{"id": "IV_CONTRACTING", "value": value, "text": text}]
    return []
