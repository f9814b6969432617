"""From a source's raw columns to a Chain: one place that decides what counts as missing, broken or doubled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import Chain, ChainError, FloatArray, Origin
from apps.market.sources.occ import Contracts, underlying_of, underlying_of_root

TOLERATED_MALFORMED = 0.01  # share of the contracts; beyond it the file is broken, not merely dirty


@dataclass(frozen=True, slots=True, kw_only=True)
class RawColumns:
    """Numbers as the source printed them, one per contract; None or NaN where it printed nothing."""

    iv: Sequence[float | None] | FloatArray
    open_interest: Sequence[float | None] | FloatArray
    volume: Sequence[float | None] | FloatArray
    bid: Sequence[float | None] | FloatArray
    ask: Sequence[float | None] | FloatArray
    gamma: Sequence[float | None] | FloatArray
    last: Sequence[float | None] | FloatArray | None = None


def build_chain(
    contracts: Contracts,
    raw: RawColumns,
    *,
    symbol: str | None,
    spot: float,
    as_of: datetime,
    origin: Origin,
    change: float | None = None,
) -> Chain:
    """Return the chain of parsed contracts. symbol None: the underlying most roots belong to.

    Raises ChainError for a spot that is no price, for other underlyings' contracts and for too many broken symbols.
    """
    if not (math.isfinite(spot) and spot > 0):
        raise ChainError(f"the price of the underlying is {spot!r}, which is no price")
    keep, warnings = _usable_rows(contracts)
    root = contracts.root[keep]
    main = underlying_of(contracts.roots, root)
    symbol = symbol or main
    if main != symbol.replace(".", ""):  # BRK.B has the root BRKB
        raise ChainError(f"the contracts belong to {main}, not to {symbol}")
    roots, root = _compact(contracts.roots, root)
    if adjusted := [name for name in roots if name[-1].isdigit() and underlying_of_root(name) == symbol]:
        warnings.append(f"Adjusted contracts ({', '.join(adjusted)}) may deliver something other than 100 shares.")
    return Chain(
        symbol=symbol,
        spot=spot,
        as_of=clock.in_new_york(as_of),
        origin=origin,
        roots=roots,
        root=root,
        expiration=contracts.expiration[keep],
        is_call=contracts.is_call[keep],
        strike=contracts.strike[keep],
        iv=_positive(raw.iv)[keep],
        open_interest=_not_negative(raw.open_interest)[keep],
        volume=_not_negative(raw.volume)[keep],
        bid=_not_negative(raw.bid)[keep],
        ask=_not_negative(raw.ask)[keep],
        feed_gamma=_not_negative(raw.gamma)[keep],
        last=None if raw.last is None else _positive(raw.last)[keep],
        change=change if change is not None and math.isfinite(change) else None,
        open_interest_date=counted_on(as_of),
        warnings=tuple(warnings),
    )


def counted_on(as_of: datetime) -> date:
    """Return the session whose closing positions a quote at `as_of` shows.

    Clearing publishes open interest each morning for the close before; feeds do not print the date.
    """
    session = clock.session_on_or_before(clock.in_new_york(as_of).date())
    return clock.session_on_or_before(session.day - timedelta(days=1)).day


def _usable_rows(contracts: Contracts) -> tuple[NDArray[np.bool_] | slice, list[str]]:
    count = len(contracts.strike)
    malformed = int(contracts.malformed.sum())
    if malformed > count * TOLERATED_MALFORMED:
        row = int(contracts.malformed.argmax()) + 1
        raise ChainError(f"{malformed} of {count} contract symbols are malformed (first: contract {row})")
    # The same contract twice would count its open interest twice. One integer per contract compares fast.
    day = contracts.expiration.astype(np.int64)
    key = ((contracts.root.astype(np.int64) << 17 | day) << 30 | np.rint(contracts.strike * 1000).astype(np.int64)) << 1
    order = np.argsort(key | contracts.is_call, kind="stable")
    ordered = (key | contracts.is_call)[order]
    doubled = np.zeros(count, dtype=bool)
    doubled[order[1:]] = ordered[1:] == ordered[:-1]
    doubled &= ~contracts.malformed
    warnings = []
    if malformed:
        warnings.append(f"{malformed} malformed contract symbols were left out.")
    if doubled.any():
        warnings.append(f"{int(doubled.sum())} contracts were listed twice; the first line of each was kept.")
    return (~(contracts.malformed | doubled) if warnings else slice(None)), warnings


def _compact(roots: tuple[str, ...], root: NDArray[np.int16]) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    """Drop the roots no kept row uses."""
    used = np.bincount(root, minlength=len(roots)) > 0
    if used.all():
        return roots, root
    place = (np.cumsum(used) - 1).astype(np.int16)
    return tuple(name for name, keep in zip(roots, used.tolist(), strict=True) if keep), place[root]


def _numbers(values: Sequence[float | None] | FloatArray) -> FloatArray:
    return np.array(values, dtype=np.float64)  # None becomes NaN


def _not_negative(values: Sequence[float | None] | FloatArray) -> FloatArray:
    """Return numbers with NaN for what cannot be: feeds print -999 or -1 for "unknown"."""
    numbers = _numbers(values)
    numbers[~((numbers >= 0) & (numbers < np.inf))] = np.nan
    return numbers


def _positive(values: Sequence[float | None] | FloatArray) -> FloatArray:
    """Return numbers with NaN for zero too: a volatility or a last price of 0 is how feeds print "unknown"."""
    numbers = _not_negative(values)
    numbers[numbers == 0] = np.nan
    return numbers
