"""The last days by the old gamma tracking, and how a symbol's gamma goes with that of SPY."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.market.blocks import Block, NotReadyError
from apps.market.templatetags.numbers import MISSING, percent, signed, signed_percent, usd_compact
from apps.market.tracking import weekly_view

NO_WEEK = (
    "The desk records gamma every quarter of an hour of a session and sums each day up after its close. "
    "The first line comes with the first close it sees."
)
_BOTH = "Both are recorded while they are on the watchlist."
STRENGTHS = {
    "Strong": "They move together (or against each other) most of the time.",
    "Moderate": "They move together more often than not.",
    "Weak": "Each goes its own way.",
    "NO_DATA": "No day on which both are known yet.",
}


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
    """metrics: (label, text) as the engine writes them."""

    metrics: list[tuple[str, str]]
    days: list[SummaryDay]
    insights: list[str]
    origin: str


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
    """score: the engine's mean, a text; strength and meaning in words."""

    score: str
    strength: str
    meaning: str
    days: list[LikenessDay]
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """rows: (hour, mean net GEX, mean distance to the flip, volatility)."""

    rows: list[tuple[str, str, str, str]]
    at_open: str
    at_close: str
    origin: str


def week(symbol: str, at: datetime) -> Week:
    """Return the week's table and tiles. Raises NotReadyError before the first summary."""
    found = weekly_view.week(symbol, at=at)
    if found["state"] != "TABLE":
        raise NotReadyError("No day summed up yet", NO_WEEK)
    metrics = [(label, text.replace("-", "−", 1)) for label, text in found["metrics"] if "SPY" not in label]
    return Week(
        metrics=metrics,
        days=[_summary_day(row) for row in found["days"]],
        insights=[one["text"] for one in found["insights"]],
        origin=_origin(found),
    )


def likeness(symbol: str, at: datetime) -> Likeness:
    """Return how the symbol goes with SPY. Raises NotReadyError for SPY itself and before the first day of both."""
    if symbol == "SPY":
        raise NotReadyError("SPY is the measure", "Choose another symbol to see how it goes with SPY.")
    found = weekly_view.week(symbol, at=at)
    if found["state"] != "TABLE" or not found["spy"]:
        raise NotReadyError("No common day yet", f"{STRENGTHS['NO_DATA']} {_BOTH}")
    return Likeness(
        score=next((text for label, text in found["metrics"] if "SPY" in label), MISSING),
        strength=str(found["spy_strength"]),
        meaning=STRENGTHS.get(found["spy_strength"], ""),
        days=[_likeness_day(row) for row in found["spy"]],
        origin=_origin(found),
    )


def pattern(symbol: str, at: datetime) -> Pattern:
    """Return gamma by the hour over the last week. Raises NotReadyError without records."""
    found = weekly_view.week(symbol, at=at)
    hours = found["pattern"].get("hourly_patterns")
    if not hours:
        raise NotReadyError("No pattern yet", NO_WEEK)
    return Pattern(
        rows=[
            (
                f"{int(float(hour)):02d}:00",
                usd_compact(row.get("net_gex_mean")),
                _percent(row.get("distance_to_flip_pct_mean")),
                _share(row.get("implied_volatility_mean")),
            )
            for hour, row in sorted(hours.items(), key=lambda pair: float(pair[0]))
        ],
        at_open=usd_compact(found["pattern"].get("market_open_avg_gex")),
        at_close=usd_compact(found["pattern"].get("market_close_avg_gex")),
        origin=_origin(found),
    )


def _summary_day(row: dict[str, Any]) -> SummaryDay:
    return SummaryDay(
        date=str(row["date"])[:10],
        gex=_percent(row.get("gex_change_pct"), 1),
        flip=_percent(row.get("flip_change_pct")),
        price=_percent(row.get("price_change_pct")),
        volatility=_share(row.get("avg_iv")),
        snapshots=f"{int(row['snapshots_count'])}" if row.get("snapshots_count") is not None else MISSING,
    )


def _likeness_day(row: dict[str, Any]) -> LikenessDay:
    return LikenessDay(
        date=str(row["date"])[:10],
        spy_price=_percent(row.get("spy_price_change_pct")),
        price=_percent(row.get("symbol_price_change_pct")),
        spy_gex=_percent(row.get("spy_gex_change_pct"), 1),
        gex=_percent(row.get("symbol_gex_change_pct"), 1),
        score=signed(row.get("correlation_score")),
    )


def _percent(value: float | None, digits: int = 2) -> str:
    return MISSING if value is None else signed_percent(value / 100, digits)


def _share(value: float | None) -> str:
    return MISSING if value is None else percent(value, 1)


def _origin(found: dict[str, Any]) -> str:
    return str(found["label"] or found["source"])


WEEK = Block(key="week", title="The last days", template="gex/past/week.html", build=week, kept_seconds=120, wide=True)
LIKENESS = Block(key="spy", title="Beside SPY", template="gex/past/likeness.html", build=likeness, kept_seconds=120)
PATTERN = Block(
    key="pattern", title="Gamma by the hour", template="gex/past/pattern.html", build=pattern, kept_seconds=120
)
