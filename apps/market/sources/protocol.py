"""What a market data source promises, and how it fails."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from apps.market.chain import Chain, ChainError, Origin
from apps.market.exposure.result import Exposure


class SourceError(Exception):
    """A source that could not deliver. The message says what happened and what to do; it never holds a secret."""


class UnknownSymbol(SourceError):
    """The source lists no options for the symbol."""


class SourceUnavailable(SourceError):
    """The source did not answer, refused, or answered with something that is no chain. Worth another try later."""


class OutOfBudget(SourceError):
    """No request may be sent now. Nothing was asked; `wait_seconds` from now it may go."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Kind(StrEnum):
    """What can be asked besides chains. `detail` of the question, and the answer's value (plain JSON)."""

    OPTIONS = "options"
    """Quotes of one expiration. detail: YYYY-MM-DD. {"calls": rows, "puts": rows}, rows by strike with the keys
    strike, bid, ask, last, iv, open_interest, volume; null where there is none."""
    QUOTES = "quotes"
    """Quotes of a whole chain, packed (sources.packed_quotes); they come with each chain, nobody asks for them."""
    EXPIRATIONS = "expirations"
    """Listed expirations, YYYY-MM-DD, nearest first. detail: empty."""
    BARS = "bars"
    """Prices. detail: interval:period as Yahoo spells them (1d:1y, 5m:5d). {"time": ISO New York, "open", "high",
    "low", "close", "volume"}: lists of one length, oldest first. Symbol VIX is the volatility index."""
    GAMMA_DAYS = "gamma_days"
    """Daily gamma. detail: days back. Rows as Trading Volatility v1 sends `/gex/history`, oldest first."""
    EXPIRATION_GAMMA = "expiration_gamma"
    """Gamma of one expiration. detail: YYYY-MM-DD. The symbol's object of `/gex/gamma` of Trading Volatility v1."""
    LEVELS = "levels"
    """The symbol's object of `/gex/levels` of v1 in both spellings (GEX_0 and gex_0 ...). detail: empty."""
    SKEW = "skew"
    """The symbol's object of `/skew/latest` of v1. detail: empty."""
    SKEW_DAYS = "skew_days"
    """Rows of `/skew/history` of v1, oldest first. detail: days back."""
    MACRO = "macro"
    """Observations of a FRED series, newest first: [{"date", "value"}]. symbol: the series id. detail: empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask a source. symbol: plain, as the desk spells it (SPX, BRK.B)."""

    kind: Kind
    symbol: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source says. value: plain JSON, shape by kind. as_of: aware, the moment the value is of."""

    question: Question
    value: Any
    as_of: datetime
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A service on the network and how often one account may ask it.

    account: a digest of the key, never the key. burst: requests that may follow at once after a pause.
    """

    name: str
    seconds_per_request: float
    burst: int = 1
    account: str = ""


class Meter(Protocol):
    """The budget of one upstream and account as a source sees it."""

    def spend(self) -> None:
        """Take the right to send one request, before sending it. Raises OutOfBudget."""

    def succeeded(self) -> None:
        """Note an answer: the steps of the back-off start anew."""

    def refused(self, reason: str, *, retry_after: float | None = None, for_long: bool = False) -> None:
        """Note that the upstream has had enough (429, quota text): silence for 30, 60, 120, then 300 s.

        retry_after: seconds the upstream asked for, kept to if longer. for_long: credentials refused, 300 s at once.
        """


class Unmetered:
    """No budget: local sources, tests."""

    def spend(self) -> None: ...

    def succeeded(self) -> None: ...

    def refused(self, reason: str, *, retry_after: float | None = None, for_long: bool = False) -> None: ...


class MarketSource(Protocol):
    """What every source says of itself."""

    @property
    def name(self) -> str: ...

    @property
    def always_open(self) -> bool:
        """Return whether the exchange's hours do not matter (simulated, replay)."""


class ChainSource(MarketSource, Protocol):
    """Delivers option chains. Retries and pacing are the feed's."""

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the newest chain of `symbol` as known at `at`. Raises SourceError or ChainError."""
        ...


class ExposureSource(MarketSource, Protocol):
    """Delivers gamma that somebody else computed."""

    def fetch_exposure(self, symbol: str, *, at: datetime) -> Exposure:
        """Return the newest exposure of `symbol` as known at `at`. Raises SourceError."""
        ...


class DataSource(MarketSource, Protocol):
    """Answers questions besides chains."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return what it can be asked."""

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        """Return the answer as known at `at`. Raises SourceError; UnknownSymbol where there is nothing such."""


__all__ = [
    "Answer",
    "Chain",
    "ChainError",
    "ChainSource",
    "DataSource",
    "ExposureSource",
    "Kind",
    "MarketSource",
    "Meter",
    "OutOfBudget",
    "Question",
    "SourceError",
    "SourceUnavailable",
    "UnknownSymbol",
    "Unmetered",
    "Upstream",
]
