"""Market facts in the shapes the engines ask for: yfinance's tickers, and the HTTP answers of FRED."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from apps.market.data_cache import Fact
from apps.market.sources.protocol import Kind, Question

Ask = Callable[[Question], Fact]
"""facts.newest for pages (never waits), facts.fetched for workers; bound to a moment."""

_COLUMNS = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
_CHAIN_COLUMNS = {
    "strike": "strike", "bid": "bid", "ask": "ask", "last": "lastPrice", "iv": "impliedVolatility",
    "open_interest": "openInterest", "volume": "volume",
}  # fmt: skip


class FactMissingError(Exception):
    """Nothing is known yet. The message says what and why; the engines take it for a source that failed."""


@dataclass(frozen=True, slots=True)
class FactChain:
    """Calls and puts of one expiration, columns as Yahoo spells them."""

    calls: pd.DataFrame
    puts: pd.DataFrame


class FactTicker:
    """A symbol's facts as a yfinance Ticker would give them."""

    def __init__(self, symbol: str, ask: Ask) -> None:
        self._symbol = symbol.upper().lstrip("^")
        self._ask = ask

    @property
    def options(self) -> Sequence[str]:
        return tuple(self._value(Kind.EXPIRATIONS))

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        bars = self._value(Kind.BARS, f"{interval}:{period}")
        index = pd.to_datetime(pd.Series(bars["time"], dtype=str), utc=True).dt.tz_convert("America/New_York")
        return pd.DataFrame({ours: bars[theirs] for theirs, ours in _COLUMNS.items()}, index=pd.DatetimeIndex(index))

    def option_chain(self, expiration: str) -> FactChain:
        sides = self._value(Kind.OPTIONS, expiration)
        day = date.fromisoformat(expiration)
        return FactChain(*(self._frame(sides[side], day, letter) for side, letter in (("calls", "C"), ("puts", "P"))))

    def _frame(self, rows: list[dict[str, Any]], day: date, letter: str) -> pd.DataFrame:
        numbers = {ours: [row.get(theirs) for row in rows] for theirs, ours in _CHAIN_COLUMNS.items()}
        usual_root = self._symbol.replace(".", "")
        symbols = [
            f"{row.get('root') or usual_root}{day:%y%m%d}{letter}{round(row['strike'] * 1000):08d}" for row in rows
        ]
        return pd.DataFrame(numbers).astype(float).assign(contractSymbol=pd.Series(symbols, dtype=object))

    def _value(self, kind: Kind, detail: str = "") -> Any:
        return known_value(self._ask(Question(kind=kind, symbol=self._symbol, detail=detail)))


def known_value(fact: Fact) -> Any:
    """Return what is known. Raises FactMissingError."""
    if fact.is_known:
        return fact.value
    question = fact.question
    name = " ".join(part for part in (question.symbol, question.kind.replace("_", " "), question.detail) if part)
    raise FactMissingError(f"{name}: {fact.problem or 'asked for, not here yet.'}")


@dataclass(frozen=True, slots=True)
class FredAnswer:
    """What FRED's observations endpoint would say."""

    status_code: int
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.body)

    def json(self) -> Any:
        return self.body


class FredFacts:
    """The macro engine's HTTP session: its requests become questions, their answers the kept observations."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def get(
        self, url: str, *, params: Mapping[str, Any], headers: Mapping[str, str] | None = None, timeout: float
    ) -> FredAnswer:
        series = str(params["series_id"])
        return FredAnswer(200, {"observations": known_value(self._ask(Question(kind=Kind.MACRO, symbol=series)))})

    def post(self, url: str, *, json: Any, headers: Mapping[str, str], timeout: float) -> FredAnswer:
        raise FactMissingError("Macro figures are only read.")


@dataclass(frozen=True, slots=True)
class EngineClock:
    """The moment a calculation is for. Engines never wait here."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise RuntimeError(f"An engine wanted to wait {seconds:g} s: pacing belongs to the request budget.")
