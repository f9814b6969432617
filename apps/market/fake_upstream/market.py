"""The one simulated market behind all wire formats, shared by the threads of the server."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import numpy as np

from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.sources.protocol import Kind, Question
from apps.market.sources.simulated import SimulatedSource

T = TypeVar("T")
KEPT = 512  # answers


class Market:
    """Answers of the simulated market; the newest of each kind and symbol is kept while its moment lasts.

    Raises what SimulatedSource raises: UnknownSymbol, SourceUnavailable outside the exchange calendar.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._source = SimulatedSource(seed)
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[str, ...], tuple[datetime, Any]] = OrderedDict()

    def chain(self, symbol: str, at: datetime) -> Chain:
        """Return the chain of a plain symbol."""
        return self.newest(("chain", symbol), at, lambda: self._source.fetch_chain(symbol, at=at))

    def exposure(self, symbol: str, at: datetime) -> Exposure:
        """Return the analysis of the chain."""
        return self.newest(("exposure", symbol), at, lambda: analyse(self.chain(symbol, at)))

    def expirations(self, symbol: str, at: datetime) -> list[date]:
        """Return the listed expirations, nearest first."""
        days: list[date] = np.unique(self.chain(symbol, at).expiration).tolist()
        return days

    def value(self, kind: Kind, symbol: str, at: datetime, detail: str = "") -> Any:
        """Return what the simulated market answers to a question, plain JSON in the shape of its kind."""
        question = Question(kind=kind, symbol=symbol, detail=detail)
        return self.newest((kind, symbol, detail), at, lambda: self._source.fetch(question, at=at).value)

    def newest(self, what: tuple[str, ...], at: datetime, make: Callable[[], T]) -> T:
        """Return what `make` returned for this moment, calling it once; an older moment's result is replaced."""
        with self._lock:
            known = self._kept.get(what)
            if known is not None and known[0] == at:
                kept: T = known[1]
                return kept
            made = make()
            self._kept[what] = (at, made)
            self._kept.move_to_end(what)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return made
