"""What the engines ask of the world: time, HTTP, market prices and a place to say something to the person watching.

`requests.Session` fits `HttpSession` and a yfinance `Ticker` fits `Ticker`; nothing here imports either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import pandas as pd

NEW_YORK = ZoneInfo("America/New_York")


class Clock(Protocol):
    """Time, and the only way to wait."""

    def now(self) -> datetime:
        """Return the current instant, aware, in the zone that "local" shall mean (the application: New York)."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass. The application refuses or reschedules; the engines never wait by themselves."""


def local_now(clock: Clock) -> datetime:
    """Return the naive wall-clock time in the clock's own zone: what the old program called its process-local time."""
    return clock.now().replace(tzinfo=None)


def new_york_now(clock: Clock) -> datetime:
    """Return the aware time in New York."""
    return clock.now().astimezone(NEW_YORK)


def utc_now(clock: Clock) -> datetime:
    """Return the aware time in UTC."""
    return clock.now().astimezone(UTC)


class HttpResponse(Protocol):
    """The part of an HTTP answer the engines read."""

    @property
    def status_code(self) -> int: ...

    @property
    def text(self) -> str: ...

    def json(self) -> Any: ...


class HttpSession(Protocol):
    """The two calls the engines make. Transport failures are exceptions."""

    def get(
        self, url: str, *, params: Mapping[str, Any], headers: Mapping[str, str] | None = None, timeout: float
    ) -> HttpResponse: ...

    def post(self, url: str, *, json: Any, headers: Mapping[str, str], timeout: float) -> HttpResponse: ...


class ChainFrames(Protocol):
    """Calls and puts of one expiration, one row per contract, columns spelled as Yahoo spells them."""

    @property
    def calls(self) -> pd.DataFrame: ...

    @property
    def puts(self) -> pd.DataFrame: ...


class Ticker(Protocol):
    """One symbol at the price source, shaped like yfinance's `Ticker`."""

    @property
    def options(self) -> Sequence[str]:
        """Return the expirations, `YYYY-MM-DD`, nearest first."""

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        """Return bars with a `Close` column, oldest first."""

    def option_chain(self, expiration: str) -> ChainFrames: ...


Tickers = Callable[[str], Ticker]
"""Look a symbol up at the price source; may raise."""


class GammaSource(Protocol):
    """Where net GEX and skew of a symbol come from (the dictionaries of `TradingVolatilityAPI`)."""

    def get_net_gamma(self, symbol: str) -> dict[str, Any]: ...

    def get_skew_data(self, symbol: str) -> dict[str, Any]: ...


NoticeLevel = Literal["error", "warning", "success", "info", "write"]
Notify = Callable[[NoticeLevel, str], None]
"""Tell the person watching: severity, text."""


def say_nothing(level: NoticeLevel, text: str) -> None:
    """Drop a notice: the default where nobody watches."""
