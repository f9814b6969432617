"""The quotes of a whole chain in one short text, to be kept at every fetch."""

import base64
import binascii
import zlib
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from apps.market.chain import Chain, ChainError, FloatArray

# Whole numbers of the smallest step come back exactly as printed; a float of half the size would not.
_STEPS = {
    "strike": 10_000,
    "bid": 10_000,
    "ask": 10_000,
    "last": 10_000,
    "iv": 1_000_000,
    "open_interest": 1,
    "volume": 1,
}
_UNKNOWN = -1
_LARGEST = 2**31 - 1


class _Heading(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    roots: list[str]
    expirations: list[date]
    counts: list[int]  # contracts of each expiration


def pack_quotes(chain: Chain) -> str:
    """Return every contract's quote as text: prices to 4 decimals, IV to 6, open interest and volume whole.

    A number that is not known, or does not fit 32 bits in its steps, is unknown.
    """
    order = np.lexsort((chain.root, chain.strike, chain.expiration))
    expirations, counts = np.unique(chain.expiration[order], return_counts=True)
    heading = _Heading(version=1, roots=list(chain.roots), expirations=expirations.tolist(), counts=counts.tolist())
    series = chain.root[order].astype("<i4") * 2 + chain.is_call[order]
    columns = [series.astype("<i4")]
    for name, steps in _STEPS.items():
        values = getattr(chain, name)
        known = np.full(len(chain), np.nan) if values is None else values[order]
        columns.append(_whole_steps(known, steps))
    # Bytes of equal weight side by side: most are zero, which packs far better.
    numbers = np.concatenate(columns).view(np.uint8).reshape(-1, 4).T.tobytes()
    packed = zlib.compress(msgspec.json.encode(heading) + b"\n" + numbers, 4)
    return base64.b64encode(packed).decode()


class PackedQuotes:
    """The text of `pack_quotes`, opened. Raises ChainError where it is none or damaged."""

    def __init__(self, text: str) -> None:
        try:
            head, _, numbers = zlib.decompress(base64.b64decode(text, validate=True)).partition(b"\n")
            self._heading = msgspec.json.decode(head, type=_Heading)
            count = sum(self._heading.counts)
            weights = np.frombuffer(numbers, np.uint8).reshape(4, -1)
            self._columns = np.ascontiguousarray(weights.T).view("<i4").reshape(len(_STEPS) + 1, count)
        except (binascii.Error, zlib.error, msgspec.DecodeError, ValueError) as error:
            raise ChainError(f"damaged option quotes ({error}): fetch the chain again") from error
        if self._heading.version != 1:
            raise ChainError(f"option quotes of version {self._heading.version}: fetch the chain again")
        ends = np.cumsum([0, *self._heading.counts]).tolist()
        self._places = dict(zip(self._heading.expirations, pairwise(ends), strict=True))

    @property
    def expirations(self) -> tuple[date, ...]:
        """The listed expirations, nearest first."""
        return tuple(self._heading.expirations)

    def rows(self, expiration: date) -> dict[str, list[dict[str, Any]]]:
        """Return `calls` and `puts` by strike, as `Kind.OPTIONS` describes them, each with its `root`.

        Where a date settles twice (SPX, SPXW) both series are there. An unlisted date has no rows.
        """
        first, end = self._places.get(expiration, (0, 0))
        series, *columns = self._columns[:, first:end]
        names = [self._heading.roots[number] for number in (series // 2).tolist()]
        values = [_numbers(column, steps) for column, steps in zip(columns, _STEPS.values(), strict=True)]
        sides: dict[str, list[dict[str, Any]]] = {"calls": [], "puts": []}
        for is_call, root, *quote in zip((series % 2).tolist(), names, *values, strict=True):
            sides["calls" if is_call else "puts"].append(dict(zip(_STEPS, quote, strict=True), root=root))
        return sides


def _whole_steps(values: FloatArray, steps: int) -> NDArray[np.int32]:
    scaled = np.rint(values * steps)
    fits = (scaled >= 0) & (scaled <= _LARGEST)  # False for NaN
    return np.where(fits, scaled, _UNKNOWN).astype("<i4")


def _numbers(column: NDArray[np.int32], steps: int) -> list[float | int | None]:
    """Return plain numbers; dividing whole steps gives the very number its decimal digits stand for."""
    whole = column.tolist()
    if steps == 1:
        return [None if value == _UNKNOWN else value for value in whole]
    return [None if value == _UNKNOWN else value / steps for value in whole]
