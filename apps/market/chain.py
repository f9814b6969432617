"""An option chain as columns: what every source delivers and what every calculation takes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SourceKind = Literal["live", "delayed", "recorded", "simulated"]


class ChainError(ValueError):
    """A chain or file that cannot be analysed. The message is one line that says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a chain came from: name of the source, what kind of truth it is, and what a person should read."""

    source: str  # "cboe", "replay", "simulated"
    kind: SourceKind
    label: str  # "Cboe delayed", "Cboe quote table", "Simulated"
    delay_seconds: int = 0  # what the source promises
    detail: str = ""  # file name, seed ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """All listed options of one underlying at one moment; every array has one entry per contract.

    spot: points or USD per share. as_of: aware, New York. expiration: datetime64[D], the listed date.
    root: index into `roots` (SPX and SPXW settle at different times). strike: points. iv: fraction per year.
    Missing numbers are NaN, never 0; a recorded 0 stays 0. feed_gamma: per point, as the source printed it.
    """

    symbol: str
    spot: float
    as_of: datetime
    origin: Origin
    roots: tuple[str, ...]
    root: NDArray[np.int16]
    expiration: NDArray[np.datetime64]
    is_call: NDArray[np.bool_]
    strike: FloatArray
    iv: FloatArray
    open_interest: FloatArray
    volume: FloatArray
    bid: FloatArray
    ask: FloatArray
    feed_gamma: FloatArray
    last: FloatArray | None = None  # last traded price; None where the source prints none
    change: float | None = None  # of spot against the previous close, points
    open_interest_date: date | None = None
    warnings: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.strike)
