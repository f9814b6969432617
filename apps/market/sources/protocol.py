"""What a market data source promises, and how it fails."""

from datetime import datetime
from typing import Protocol

from apps.market.chain import Chain, ChainError


class SourceError(Exception):
    """A source that could not deliver. The message says what happened and what to do; it never holds a secret."""


class UnknownSymbol(SourceError):
    """The source lists no options for the symbol."""


class SourceUnavailable(SourceError):
    """The source did not answer, refused, or answered with something that is no chain. Worth another try later."""


class ChainSource(Protocol):
    """Delivers option chains. One call is at most one request upstream; retries and pacing are the feed's."""

    name: str
    always_open: bool  # true where the exchange's hours do not matter (simulated, replay)

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the newest chain of `symbol` as known at `at`. Raises SourceError or ChainError."""
        ...


__all__ = ["Chain", "ChainError", "ChainSource", "SourceError", "SourceUnavailable", "UnknownSymbol"]
