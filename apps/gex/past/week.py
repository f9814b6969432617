"""The last days by the old gamma tracking, and how a symbol's gamma goes with that of SPY."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.gex.past.records import NO_RECORDS, day_name, last_days
from apps.market.blocks import Block, NotReadyError
from apps.market.notices import Badge
from apps.market.templatetags.numbers import MINUS, MISSING, percent, signed, signed_percent
from legacy_engines.gamma.tracking_view import CORRELATION_DAYS

_KEEPING = 120
# What each tile is made of: the engine's sum of nothing is 0, its mean of nothing no number.
_COLUMNS = {
    "Week GEX Trend": "gex_change_pct",
    "Avg Flip Move": "flip_change_pct",
    "Week Price Move": "price_change_pct",
    "Avg Snapshots/Day": "snapshots_count",
}
STRENGTHS = {
    "Strong": "They go together (or, below zero, against each other) on most days.",
    "Moderate": "They go together more often than not.",
    "Weak": "Each goes its own way.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """context: on how many of the days it rests, where that is not all of them."""

    label: str
    value: str
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryDay:
    date: str
    gex: str
    flip: str
    price: str
    volatility: str
    snapshots: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """tiles: texts as the engine writes them. span: which days. days: newest first."""

    span: str
    tiles: list[Tile]
    days: list[SummaryDay]
    insights: list[str]
    source: str
    badge: Badge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessDay:
    date: str
    spy_price: str
    price: str
    spy_gex: str
    gex: str
    score: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """score: the engine's mean of the days, with two digits; strength and meaning in words."""

    score: str
    strength: str
    meaning: str
    window: int
    days: list[LikenessDay]
    source: str
    badge: Badge | None


def week(symbol: str, at: datetime) -> Week:
    """Return the week's table and tiles. Raises NotReadyError before the first summary."""
    found = last_days(symbol, at=at)
    if found["state"] != "TABLE":
        raise NotReadyError("No day summed up yet", NO_RECORDS)
    days = [_summary_day(row) for row in found["days"]]
    return Week(
        span=days[0].date if len(days) == 1 else f"{days[-1].date} to {days[0].date}",
        tiles=[_tile(label, text, found["days"]) for label, text in found["metrics"] if label in _COLUMNS],
        days=days,
        insights=[one["text"] for one in found["insights"]],
        source=found["source"],
        badge=found["badge"],
    )


def likeness(symbol: str, at: datetime) -> Likeness:
    """Return how the symbol goes with SPY. Raises NotReadyError for SPY itself and before the first day of both."""
    if symbol == "SPY":
        raise NotReadyError("SPY is the measure", "Choose another symbol to see how it goes with SPY.")
    found = last_days(symbol, at=at)
    days = [_likeness_day(row) for row in found["spy"] if row["correlation_score"] is not None]
    if not days or found["state"] != "TABLE":
        raise NotReadyError(
            "No common day yet",
            f"No day on which {symbol} and SPY are both known. Each close the desk sees of both adds one.",
        )
    score = next(text for label, text in found["metrics"] if label not in _COLUMNS)
    return Likeness(
        score=_with_minus(score),
        strength=found["spy_strength"],
        meaning=STRENGTHS[found["spy_strength"]],
        window=CORRELATION_DAYS,
        days=days,
        source=found["source"],
        badge=found["badge"],
    )


def _tile(label: str, text: str, days: list[dict[str, Any]]) -> Tile:
    known = sum(row[_COLUMNS[label]] is not None for row in days)
    if not known:
        return Tile(label=label, value=MISSING, context="known on none of the days")
    context = "" if known == len(days) else f"known on {known} of {len(days)} days"
    return Tile(label=label, value=_with_minus(text), context=context)


def _with_minus(text: str) -> str:
    """Return the engine's text with the sign the desk writes."""
    return text.replace("-", MINUS, 1)


def _summary_day(row: dict[str, Any]) -> SummaryDay:
    return SummaryDay(
        date=day_name(row["date"]),
        gex=_percent(row["gex_change_pct"], 1),
        flip=_percent(row["flip_change_pct"]),
        price=_percent(row["price_change_pct"]),
        volatility=percent(row["avg_iv"], 1),
        snapshots=MISSING if row["snapshots_count"] is None else f"{row['snapshots_count']:.0f}",
    )


def _likeness_day(row: dict[str, Any]) -> LikenessDay:
    return LikenessDay(
        date=day_name(row["date"]),
        spy_price=_percent(row["spy_price_change_pct"]),
        price=_percent(row["symbol_price_change_pct"]),
        spy_gex=_percent(row["spy_gex_change_pct"], 1),
        gex=_percent(row["symbol_gex_change_pct"], 1),
        score=signed(row["correlation_score"]),
    )


def _percent(value: float | None, digits: int = 2) -> str:
    return MISSING if value is None else signed_percent(value / 100, digits)


WEEK = Block(
    key="week", title="The last days", template="gex/past/week.html", build=week, kept_seconds=_KEEPING, wide=True
)
LIKENESS = Block(
    key="spy", title="Beside SPY", template="gex/past/likeness.html", build=likeness, kept_seconds=_KEEPING
)
