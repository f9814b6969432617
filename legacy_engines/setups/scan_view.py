"""What the scanner page shows of a scan, and what it lets people do with their watchlist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

HEADINGS = {
    "symbol": "Symbol",
    "spot_price": "Price",
    "net_gex": "Net GEX ($B)",
    "distance_to_flip": "Dist to Flip (%)",
    "setup_type": "Setup",
    "confidence": "Conf %",
    "dte": "DTE",
    "action": "Action",
    "cache_status": "Status",
}
TEXT_COLUMNS = ("symbol", "setup_type", "action", "cache_status", "dte")
GREEN_ROW, YELLOW_ROW, RED_ROW = "rgba(0, 255, 0, 0.2)", "rgba(255, 255, 0, 0.1)", "rgba(255, 0, 0, 0.1)"
CARDS = 3

DEFAULT_WATCHLIST = ("SPY", "QQQ", "IWM", "DIA", "TSLA")
QUICK_SYMBOLS = ("AAPL", "MSFT", "NVDA", "AMD", "AMZN", "META", "GOOGL", "NFLX")
WATCHLIST_LIMIT = 20
SECONDS_PER_SYMBOL = 15

CACHE_INPUT = (1, 15, 5)
REFRESH_INPUT = (5, 30, 10)
"""Inputs of the scanner in minutes: least, most, default."""


@dataclass(frozen=True)
class Grade:
    """How a confidence (percent) is marked on a card."""

    letter: str
    colour: str
    badge: str
    border: str


GRADES = (
    (80, Grade("A", "#00FF88", "🏆", "rgba(0, 255, 136, 0.5)")),
    (70, Grade("B", "#FFB800", "⭐", "rgba(255, 184, 0, 0.5)")),
)
LOWEST_GRADE = Grade("C", "#888", "📊", "rgba(136, 136, 136, 0.5)")


def grade_of(confidence: float) -> Grade:
    """Return the grade of a confidence in percent."""
    return next((grade for least, grade in GRADES if confidence >= least), LOWEST_GRADE)


def row_colour(confidence: float) -> str:
    """Return the background of a row by its confidence in percent."""
    return GREEN_ROW if confidence >= 70 else YELLOW_ROW if confidence >= 60 else RED_ROW


def scan_figures(table: pd.DataFrame) -> dict[str, Any]:
    """Return the scan sorted by confidence: `columns`, formatted `rows`, `row_style` and the `cards` of the best three.

    Text instead of a confidence raises TypeError.
    """
    if table.empty:
        return {"empty": True, "columns": None, "rows": None, "row_style": None, "cards": []}
    full = table.reset_index(drop=True)
    for column in HEADINGS:
        if column not in full.columns:
            full[column] = "N/A" if column in TEXT_COLUMNS else 0
    ranked = full.sort_values("confidence", ascending=False, kind="stable")
    records = ranked.to_dict("records")
    return {
        "empty": False,
        "columns": list(HEADINGS.values()),
        "rows": [_cells(record) for record in records],
        # Deliberate (plans Q10): the colour comes from the row that stood here before sorting.
        "row_style": [row_colour(records[original]["confidence"]) for original in ranked.index],
        "cards": [_card(rank, record) for rank, record in enumerate(records[:CARDS], start=1)],
    }


def _cells(record: dict[Any, Any]) -> list[str]:
    shown = {
        "spot_price": lambda value: f"${value:.2f}",
        "net_gex": lambda value: f"{value:.2f}B",
        "distance_to_flip": lambda value: f"{value:+.1f}%",
        "confidence": lambda value: f"{int(value)}%",
    }
    return [_formatted(record[column], shown[column]) if column in shown else record[column] for column in HEADINGS]


def _formatted(value: Any, form: Any) -> str:
    try:
        return str(form(value))
    except (TypeError, ValueError):
        return "N/A"


def _card(rank: int, record: dict[Any, Any]) -> dict[str, Any]:
    grade = grade_of(record["confidence"])
    return {
        "rank": rank,
        "grade": grade.letter,
        "colour": grade.colour,
        "border": grade.border,
        "badge_and_symbol": f"{grade.badge} {record['symbol']}",
        "setup": record["setup_type"],
        "conf": f"{record['confidence']}%",
        "dte": str(record["dte"]),
        "action": record["action"],
    }


AddOutcome = Literal["added", "full", "duplicate", "nothing"]


def add_to_watchlist(watchlist: list[str], text: str) -> AddOutcome:
    """Append the symbol, upper-cased, and say what came of it. Deliberate: blanks around it are kept."""
    symbol = text.upper()
    if len(watchlist) >= WATCHLIST_LIMIT:
        return "full"
    if symbol in watchlist:
        return "duplicate"
    if not symbol:
        return "nothing"
    watchlist.append(symbol)
    return "added"


def watchlist_light(count: int) -> str:
    """Return the colour that says how much room is left among 20 symbols."""
    remaining = WATCHLIST_LIMIT - count
    return "green" if remaining > 5 else "yellow" if remaining > 0 else "red"


def scanner_settings(
    *, cache_duration: int = CACHE_INPUT[2], auto_refresh: bool = False, refresh_interval: int = REFRESH_INPUT[2]
) -> dict[str, Any]:
    """Return the scanner's settings in minutes; the refresh interval only when refreshing is switched on."""
    return {
        "cache_duration": cache_duration,
        "auto_refresh": auto_refresh,
        "refresh_interval": refresh_interval if auto_refresh else None,
    }


def request_estimate(symbols: Sequence[str], cache_duration: int) -> dict[str, int]:
    """Return what a scan may cost: cache minutes, attempts per symbol, symbols, requests at most."""
    attempts = 3
    return {
        "cache_minutes": cache_duration,
        "attempts": attempts,
        "symbols": len(symbols),
        "requests": attempts * len(symbols),
    }


def scan_minutes(count: int) -> float:
    """Return how long scanning `count` symbols takes, in minutes."""
    return count * SECONDS_PER_SYMBOL / 60
