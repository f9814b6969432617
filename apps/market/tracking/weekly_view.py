"""What the gamma records say of the last days, as plain JSON for pages and API."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from alphagex import clock
from apps.market.models import Snapshot
from apps.market.tracking import stores
from legacy_engines.gamma.tracking_view import CORRELATION_DAYS, weekly_tracking_view


def week(symbol: str, *, at: datetime | None = None, source: str | None = None) -> dict[str, Any]:
    """Return the weekly tracking of the configured source, or of `source`.

    source, label, truth (live, delayed, recorded or simulated): whose numbers; the last two are empty before the first
    snapshot. state: TABLE, or NO_DATA before the first summary. metrics: [label, value] texts. spy_strength: Strong,
    Moderate, Weak, NO_DATA, None for SPY. insights: {id, text} and value where a figure belongs to it. days, spy: rows
    of the daily summaries and of the likeness to SPY, newest first. pattern: empty without records, else
    hourly_patterns and time_buckets (`net_gex_mean`, `distance_to_flip_pct_std` ...), means at open and close in USD.
    """
    at = at or clock.now()
    whose = source or stores.own_source()
    engine = stores.gamma_tracking(at, source=whose)
    view = weekly_tracking_view(symbol, engine)
    return {
        "symbol": symbol,
        **origin(symbol, whose),
        **{name: view[name] for name in ("state", "metrics", "spy_strength", "insights")},
        "days": rows(engine.get_weekly_summary(symbol)),
        "spy": rows(engine.get_correlation_history(symbol, days_back=CORRELATION_DAYS)),
        "pattern": {name: plain(value) for name, value in engine.get_intraday_gamma_pattern(symbol).items()},
    }


def origin(symbol: str, source: str) -> dict[str, str]:
    """Return source, truth and label of a symbol's records."""
    known = Snapshot.objects.of(symbol).filter(source=source).values("kind", "source_label").first()
    return {
        "source": source,
        "truth": known["kind"] if known else "",
        "label": known["source_label"] if known else "",
    }


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as plain JSON, without their ids."""
    return [plain({name: row[name] for name in row if name != "id"}) for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """Return a value as JSON can say it: dates as YYYY-MM-DD, NaN as null, keys of several parts joined by `_`."""
    match value:
        case Mapping():
            return {_name(key): plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case pd.Timestamp():
            return value.date().isoformat()
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number


def _name(key: Any) -> str:
    return "_".join(part for part in key if part) if isinstance(key, tuple) else str(key)
