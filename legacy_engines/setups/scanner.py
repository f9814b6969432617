"""Scan many symbols for their best setup, one after the other, through a cache of five minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from legacy_engines.ports import Clock, GammaSource, Notify, local_now, say_nothing
from legacy_engines.setups.detection import StrategyEngine

CACHE_MINUTES = 5
ATTEMPTS = 3
PAUSE_AFTER_ERROR = 2
PAUSE_AFTER_TIMEOUT = 3
SCAN_COLUMNS = (
    "symbol", "spot_price", "net_gex", "flip_point", "distance_to_flip", "setup_type", "confidence", "dte", "action",
    "cache_status", "timestamp",
)  # fmt: skip

Progress = Callable[[float], None]
"""Told the share of symbols done, 0 to 1."""


@dataclass
class CacheEntries:
    """What the caches of one person share."""

    data: dict[str, Any] = field(default_factory=dict)
    stored_at: dict[str, datetime | None] = field(default_factory=dict)


class SmartCache:
    """Keeps a row per symbol for some minutes. Stale rows stay, so that a longer duration finds them again."""

    def __init__(
        self, cache_duration_minutes: float = CACHE_MINUTES, *, clock: Clock, entries: CacheEntries | None = None
    ) -> None:
        self.cache_duration = timedelta(minutes=cache_duration_minutes)
        self.clock = clock
        self.entries = entries if entries is not None else CacheEntries()

    def get(self, symbol: str) -> Any | None:
        """Return what is stored, if it is younger than the duration."""
        age = self._age(symbol)
        return self.entries.data.get(symbol) if age is not None and age < self.cache_duration else None

    def set(self, symbol: str, data: Any) -> None:
        self.entries.data[symbol] = data
        self.entries.stored_at[symbol] = local_now(self.clock)

    def get_cache_age(self, symbol: str) -> str:
        """Return the age as text. Deliberate (plans Q12): whole days are left out."""
        age = self._age(symbol)
        if age is None:
            return "Never"
        seconds = age.seconds
        if seconds < 60:
            return f"{seconds}s ago"
        return f"{seconds // 60}m ago" if seconds < 3600 else f"{seconds // 3600}h ago"

    def clear(self, symbol: str | None = None) -> None:
        """Forget one symbol, or everything."""
        if symbol:
            self.entries.data.pop(symbol, None)
            self.entries.stored_at.pop(symbol, None)
        else:
            self.entries.data.clear()
            self.entries.stored_at.clear()

    def _age(self, symbol: str) -> timedelta | None:
        stored_at = self.entries.stored_at.get(symbol)
        return None if stored_at is None else local_now(self.clock) - stored_at


def scan_symbols(
    symbols: Sequence[str],
    api_client: GammaSource,
    force_refresh: bool = False,
    *,
    clock: Clock,
    entries: CacheEntries | None = None,
    notify: Notify = say_nothing,
    progress: Progress = lambda share: None,
) -> pd.DataFrame:
    """Return one row per symbol, in the order given: `SCAN_COLUMNS`, net GEX in billions of USD.

    A symbol that cannot be fetched or judged gets a row of zeros that says so, a warning through `notify`, and is not
    cached. The same symbol twice shares one row.
    """
    cache = SmartCache(CACHE_MINUTES, clock=clock, entries=entries)
    rows: list[dict[str, Any]] = []
    progress(0)
    for done, symbol in enumerate(symbols, start=1):
        row = None if force_refresh else cache.get(symbol)
        if row is None:
            row = _scan_one(symbol, api_client, cache, clock, notify)
        else:
            # Deliberate (plans Q11): the cached row itself is marked, so a symbol listed twice shows as cached twice.
            row["cache_status"] = f"Cached ({cache.get_cache_age(symbol)})"
        rows.append(row)
        progress(done / len(symbols))
    return pd.DataFrame(rows)


class _NoAnswer(Exception):
    """Three attempts gave nothing."""


class _FaultReported(Exception):
    """Three attempts gave no usable answer; the text is the error that the last one names."""


def _scan_one(symbol: str, source: GammaSource, cache: SmartCache, clock: Clock, notify: Notify) -> dict[str, Any]:
    try:
        row = _row(symbol, _fetch(symbol, source, clock, notify), clock)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one symbol must not end the scan
        notify("warning", _explain(symbol, error))
        return _failed_row(symbol, error, clock)
    cache.set(symbol, row)
    return row


def _fetch(symbol: str, source: GammaSource, clock: Clock, notify: Notify) -> dict[str, Any]:
    for attempt in range(1, ATTEMPTS + 1):
        is_last = attempt == ATTEMPTS
        try:
            answer = source.get_net_gamma(symbol)
        except Exception as error:
            if is_last or not _is_timeout(error):
                raise
            notify("write", f"{symbol}: the data source took too long, trying again")
            clock.sleep(PAUSE_AFTER_TIMEOUT)
            continue
        if answer and "error" not in answer:
            return answer
        if is_last:
            raise _FaultReported(str(answer["error"])) if answer else _NoAnswer("the data source gave no data")
        clock.sleep(PAUSE_AFTER_ERROR)
    raise AssertionError("the last attempt returns or raises")


def _is_timeout(error: Exception) -> bool:
    text = str(error).lower()
    return "timeout" in text or "timed out" in text


def _row(symbol: str, data: dict[str, Any], clock: Clock) -> dict[str, Any]:
    spot, flip = data.get("spot_price", 0), data.get("flip_point", 0)
    setups = StrategyEngine.detect_setups(data, clock=clock)
    best = max(setups, key=lambda setup: setup["confidence"]) if setups else {}
    return {
        "symbol": symbol,
        "spot_price": spot,
        "net_gex": data.get("net_gex", 0) / 1e9,
        "flip_point": flip,
        "distance_to_flip": (flip - spot) / spot * 100 if spot else 0,
        "setup_type": best.get("strategy", "N/A"),
        "confidence": best.get("confidence", 0),
        "dte": best.get("dte", "N/A"),
        "action": best.get("action", "N/A"),
        "cache_status": "Fresh",
        "timestamp": local_now(clock),
    }


def _failed_row(symbol: str, error: Exception, clock: Clock) -> dict[str, Any]:
    # Deliberate: only the word "timeout" counts here, "timed out" alone shows as Error.
    return {
        **dict.fromkeys(SCAN_COLUMNS, 0),
        "symbol": symbol,
        "setup_type": "Timeout" if "timeout" in str(error).lower() else "Error",
        "dte": "N/A",
        "action": "Retry later",
        "cache_status": "Error",
        "timestamp": local_now(clock),
    }


def _explain(symbol: str, error: Exception) -> str:
    if "timeout" in str(error).lower():
        return f"{symbol}: the data source did not answer in time. Scan again in a minute."
    if isinstance(error, _FaultReported):
        return f"{symbol}: the data source reports a fault ({error}). Scan again in a minute."
    return f"{symbol}: {str(error)[:50]}"
