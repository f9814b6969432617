"""What changed since yesterday, metric by metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

METRICS = (
    ("flip_point", "gex_flip_price"),
    ("net_gex", "skew_adjusted_gex"),
    ("implied_volatility", "implied_volatility"),
    ("put_call_ratio", "put_call_ratio_open_interest"),
    ("rating", "rating"),
    ("gamma_formation", "gamma_formation"),
)
"""(key in the client's current data, key in a row of the vendor's history)."""
FLAT_PERCENT = 0.5


def day_over_day(current: Mapping[str, Any], yesterday: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return current, yesterday, change, pct_change (%) and trend (`↑`, `↓`, `→`) of each metric.

    A metric that was 0 yesterday is left out. A missing key counts as 0; None and other non-numbers raise.
    """
    if not yesterday:
        return {}
    changes = {}
    for ours, theirs in METRICS:
        # Deliberate (gamma Q19): the client's data has no rating and no formation, so these two read 0 today.
        now, before = float(current.get(ours, 0)), float(yesterday.get(theirs, 0))
        if before != 0:
            changes[ours] = metric_change(now, before)
    return changes


def metric_change(now: float, before: float) -> dict[str, Any]:
    """Return the change of one metric. before: not zero."""
    change = now - before
    # Deliberate (gamma Q19): the base keeps its sign, so a negative one turns the sign of the percentage around.
    percent = change / before * 100
    return {
        "current": now,
        "yesterday": before,
        "change": change,
        "pct_change": percent,
        "trend": trend(change, percent),
    }


def trend(change: float, percent: float) -> str:
    """Return the arrow: flat below half a percent, otherwise the sign of the change. NaN points down."""
    if abs(percent) < FLAT_PERCENT:
        return "→"
    return "↑" if change > 0 else "↓"
