"""How gamma goes through the trading day: the mean of the last days by hour and by quarter of an hour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.gex.past.records import last_days
from apps.market.blocks import Block, NotReadyError
from apps.market.line_charts import Panel, Trace, encoded, stacked
from apps.market.notices import Badge
from apps.market.templatetags.numbers import MISSING, percent, signed_percent, usd_compact, usd_size
from legacy_engines.gamma.tracking import CLOSING_HOUR, OPENING_HOUR

_ONE_RECORD = "one record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """net, distance: means. net_spread, distance_spread: standard deviations of the records, or that there is one."""

    hour: str
    net: str
    net_spread: str
    distance: str
    distance_spread: str
    records: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """basis: over how many days and records. at_open, at_close: mean net GEX of the first and last hour."""

    basis: str
    at_open: str
    at_close: str
    hours: list[Hour]
    figure: str
    source: str
    badge: Badge | None


def build(symbol: str, at: datetime) -> Pattern:
    """Return gamma through the day over the engine's five days. Raises NotReadyError without records."""
    found = last_days(symbol, at=at)
    pattern = found["pattern"]
    if not pattern:
        raise NotReadyError(
            "No pattern yet",
            "The desk records gamma every quarter of an hour of a session; the first record begins it.",
        )
    days, records = pattern["days_analyzed"], pattern["total_snapshots"]
    seen = {row["hour"] for row in pattern["hourly_patterns"]}
    return Pattern(
        basis=f"{days} day{_s(days)}, {records} record{_s(records)}",
        at_open=_mean_of(OPENING_HOUR, pattern["open_avg_gex"], seen),
        at_close=_mean_of(CLOSING_HOUR, pattern["close_avg_gex"], seen),
        hours=[_hour(row) for row in pattern["hourly_patterns"]],
        figure=encoded(figure_of(pattern["time_buckets"])),
        source=found["source"],
        badge=found["badge"],
    )


def figure_of(buckets: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the chart by quarter of an hour: mean net GEX, mean distance of the flip from the price.

    buckets: the engine's `time_buckets`, USD and percent of the price.
    """
    times = [f"{row['hour']:02d}:{row['minute_bucket']:02d}" for row in buckets]
    net = [row["net_gex_mean"] / 1e9 for row in buckets]
    distance = [row["distance_to_flip_pct_mean"] for row in buckets]
    panels = [
        Panel(title="Mean net GEX, $bn per 1 %", traces=(Trace(name="net", values=net, kind="bars", unit=" bn"),)),
    ]
    if any(value is not None for value in distance):
        trace = Trace(name="flip from price", values=distance, colour="var(--chart-flip)", unit=" %")
        panels.append(Panel(title="Mean distance of the flip from the price, %", height=0.8, traces=(trace,)))
    return stacked(times, panels, is_category=True)


def _mean_of(hour: int, value: float, seen: set[int]) -> str:
    """Return the hour's mean; the engine's 0 for an hour without records is none."""
    return usd_compact(value) if hour in seen else MISSING


def _hour(row: dict[str, Any]) -> Hour:
    net_spread, spread = row["net_gex_std"], row["distance_to_flip_pct_std"]
    distance = row["distance_to_flip_pct_mean"]
    return Hour(
        hour=f"{row['hour']:02d}:00",
        net=usd_compact(row["net_gex_mean"]),
        net_spread=_ONE_RECORD if net_spread is None else f"± {usd_size(net_spread)}",
        distance="no flip" if distance is None else signed_percent(distance / 100),
        distance_spread="" if spread is None else f"± {percent(spread / 100, 2)}",
        records=str(row["spot_price_count"]),
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


BLOCK = Block(key="pattern", title="Gamma by the hour", template="gex/past/pattern.html", build=build, kept_seconds=120)
