"""Price bars from yfinance's table to the value of Kind.BARS."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from alphagex import clock
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.yahoo.pages import moment_of

if TYPE_CHECKING:
    import pandas as pd

_MINUTES = {"1m": 1, "2m": 2, "5m": 5, "15m": 15, "30m": 30, "60m": 60, "90m": 90, "1h": 60}
_DAYS = {"1d": 1, "5d": 5, "1wk": 7, "1mo": 31, "3mo": 92}
LENGTHS = {name: timedelta(minutes=count) for name, count in _MINUTES.items()} | {
    name: timedelta(days=count) for name, count in _DAYS.items()
}
_PERIOD = re.compile(r"[1-9]\d{0,3}(d|wk|mo|y)|ytd|max")
_PRICES = ("Open", "High", "Low", "Close")


def read_detail(detail: str) -> tuple[str, str]:
    """Return interval and period of `interval:period`. Raises UnknownSymbol."""
    interval, _, period = detail.partition(":")
    if interval not in LENGTHS or not _PERIOD.fullmatch(period):
        raise UnknownSymbol(f"{detail!r} are no bars. Ask for interval:period, like 1d:1y or 5m:5d.")
    return interval, period


def bars_of(frame: "pd.DataFrame", *, interval: str, what: str) -> tuple[dict[str, list[Any]], datetime]:
    """Return the value of Kind.BARS and the start of the last bar. Raises UnknownSymbol where there is none.

    A bar without all four prices is left out. A bar of a day or longer starts at midnight in New York, whatever zone
    the exchange is in (the VIX is quoted in Chicago).
    """
    whole = frame.dropna(subset=list(_PRICES))
    if whole.empty:
        raise UnknownSymbol(f"Yahoo has no prices for {what}. Check the spelling, or ask for a longer period.")
    starts = [_start(stamp.to_pydatetime(), interval) for stamp in whole.index]
    value: dict[str, list[Any]] = {"time": [start.isoformat() for start in starts]}
    value |= {name.lower(): whole[name].astype(float).tolist() for name in _PRICES}
    value["volume"] = whole["Volume"].astype(int).tolist()
    return value, starts[-1]


def as_of_bars(last_start: datetime, meta: Mapping[str, Any], *, interval: str, symbol: str, at: datetime) -> datetime:
    """Return the moment the bars are of: the last trade where it made the last bar, else the start of that bar.

    The start alone would call today's daily bar hours old. Raises SourceUnavailable for the prices of another symbol.
    """
    answered = str(meta.get("symbol") or "").upper()
    if answered and answered != symbol.upper():
        raise SourceUnavailable(f"Yahoo answered with the prices of {answered} when asked for {symbol}.")
    traded = moment_of(meta.get("regularMarketTime"))
    if traded and last_start <= traded <= last_start + LENGTHS[interval]:
        return traded
    return last_start


def _start(moment: datetime, interval: str) -> datetime:
    if interval in _MINUTES:
        return clock.in_new_york(moment)
    return clock.midnight(moment.date())
