"""Option chains of the price source, remembered for five minutes and asked again when it limits us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from legacy_engines.ports import Clock, Notify, Ticker, Tickers, say_nothing, utc_now

FRESH_SECONDS = 300
RETRY_AFTER_SECONDS = (2, 5)
RATE_LIMIT_WORDS = ("too many requests", "rate limit", "429")
WORST_DISTANCE = 999


class RealOptionsChainFetcher:
    """Read chains and choose a strike by an approximate delta."""

    def __init__(self, *, tickers: Tickers, clock: Clock, notify: Notify = say_nothing) -> None:
        self.tickers = tickers
        self.clock = clock
        self.notify = notify
        self.cache: dict[str, dict[str, Any]] = {}
        self.cache_time: dict[str, datetime] = {}

    def get_options_chain(self, symbol: str, expiry_date: str | None = None) -> dict[str, Any]:
        """Return price, expiry, calls and puts (rows as the source has them) and the time, or `{}` after a failure.

        An expiry that is not listed silently becomes the first one. A failure is said to the watcher, never cached.
        """
        key = f"{symbol}_{expiry_date}"
        if self._is_fresh(key):
            return self.cache[key]
        failures = 0
        while True:
            try:
                chain = self._fetched(symbol, expiry_date)
            except Exception as error:  # noqa: BLE001 - the source raises anything; its words say whether to wait
                failures += 1
                if not self._waits(symbol, error, failures):
                    return {}
                continue
            if chain:
                self.cache[key], self.cache_time[key] = chain, utc_now(self.clock)
            return chain

    def find_best_strike(self, symbol: str, option_type: str, delta_target: float = 0.50) -> dict[str, Any]:
        """Return the row of the nearest expiry whose approximate delta is closest to the target, or `{}`.

        The approximation is `0.5 + (spot - strike) / spot` within 0 and 1. Deliberate (intelligence 2): it is the
        same for puts, so a target of -0.50 finds the highest strike.
        """
        chain = self.get_options_chain(symbol)
        if not chain:
            return {}
        rows = chain["calls"] if option_type.lower() == "call" else chain["puts"]
        if not rows:
            return {}
        distances = np.abs(_approximate_deltas(chain["current_price"], rows) - delta_target)
        nearest = np.where(distances < WORST_DISTANCE, distances, np.inf)
        best = int(nearest.argmin())
        return rows[best] if np.isfinite(nearest[best]) else {}

    def _is_fresh(self, key: str) -> bool:
        # Deliberate (intelligence 1): the seconds component of the age, so a chain is fresh again after whole days.
        return key in self.cache and (utc_now(self.clock) - self.cache_time[key]).seconds < FRESH_SECONDS

    def _fetched(self, symbol: str, expiry_date: str | None) -> dict[str, Any]:
        ticker = self.tickers(symbol)
        expirations = ticker.options
        if not expirations:
            return {}
        expiry = expiry_date if expiry_date and expiry_date in expirations else expirations[0]
        frames = ticker.option_chain(expiry)
        return {
            "symbol": symbol,
            "current_price": _last_close(ticker),
            "expiry": expiry,
            "calls": frames.calls.to_dict("records"),
            "puts": frames.puts.to_dict("records"),
            "timestamp": utc_now(self.clock).isoformat(),
        }

    def _waits(self, symbol: str, error: Exception, failures: int) -> bool:
        """Say what happened and wait when asking again can help. Return whether to ask again."""
        if not any(words in str(error).lower() for words in RATE_LIMIT_WORDS):
            self.notify("warning", f"No option chain for {symbol}: {error}")
            return False
        if failures > len(RETRY_AFTER_SECONDS):
            self.notify("error", f"The price source limits requests; no option chain for {symbol}. Try in a minute.")
            return False
        pause = RETRY_AFTER_SECONDS[failures - 1]
        self.notify("warning", f"The price source limits requests; asking for {symbol} again in {pause} s.")
        self.clock.sleep(pause)
        return True


def _last_close(ticker: Ticker) -> float:
    """Return the last price as NumPy number, so that a price of zero goes through IEEE arithmetic; none is an error."""
    closes = ticker.history(period="1d")["Close"]
    if not len(closes):
        raise LookupError("the source has no price for today")
    return np.float64(closes.iloc[-1])


def _approximate_deltas(spot: float, rows: list[dict[str, Any]]) -> Any:
    strikes = np.array([row["strike"] for row in rows])
    with np.errstate(all="ignore"):
        raw = 0.5 + (spot - strikes) / spot
    # Comparisons in this direction keep what the built-in min and max made of NaN: 1.
    capped = np.where(raw < 1, raw, 1)
    return np.where(capped > 0, capped, 0)
