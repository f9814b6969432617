"""The priced contracts of a chain as sorted columns, and the sums over them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.market.chain import Chain, FloatArray
from apps.market.exposure.coverage import Selection
from apps.market.exposure.greeks import greeks
from apps.market.exposure.result import Assumptions, StrikeExposure, Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Contracts that count by open interest or by volume, in order of settlement, with their dealer exposures.

    settlement: index into the selection's settlements, ascending. strike_index: index into `strikes` (ascending).
    open_interest, volume: contracts, 0 where they do not count. sign: +1 calls, -1 puts (dealers long calls, short
    puts). gex: USD per 1 %, signed. dex: USD delta. vex: USD delta per vol point. chex: USD delta per calendar day.
    """

    strike: FloatArray
    iv: FloatArray
    years: FloatArray
    is_call: NDArray[np.bool_]
    sign: FloatArray
    open_interest: FloatArray
    volume: FloatArray
    settlement: NDArray[np.intp]
    strikes: FloatArray
    strike_index: NDArray[np.intp]
    gex: FloatArray
    volume_gex: FloatArray
    dex: FloatArray
    vex: FloatArray
    chex: FloatArray

    def __len__(self) -> int:
        return len(self.strike)


def make_book(chain: Chain, selection: Selection, assumptions: Assumptions) -> Book:
    """Price every contract that counts, once, at the chain's spot."""
    priced = np.flatnonzero(selection.used | selection.traded)
    settlement = selection.settlement[priced]
    order = np.argsort(settlement, kind="stable")
    priced, settlement = priced[order], settlement[order]
    strike, iv, years, is_call = chain.strike[priced], chain.iv[priced], selection.years[priced], chain.is_call[priced]
    open_interest = np.where(selection.used[priced], chain.open_interest[priced], 0.0)
    volume = np.where(selection.traded[priced], chain.volume[priced], 0.0)
    sign = np.where(is_call, 1.0, -1.0)
    each = greeks(
        chain.spot, strike, iv, years, is_call, rate=assumptions.rate, dividend_yield=assumptions.dividend_yield
    )
    usd_per_percent = sign * each.gamma * (assumptions.multiplier * chain.spot**2 * 0.01)
    size = sign * open_interest * (assumptions.multiplier * chain.spot)
    # Strikes with open interest but no IV belong to the chart too, so they are numbered here as well.
    listed = selection.open.copy()
    listed[priced] = True
    strikes = np.unique(chain.strike[listed])
    return Book(
        strike=strike,
        iv=iv,
        years=years,
        is_call=is_call,
        sign=sign,
        open_interest=open_interest,
        volume=volume,
        settlement=settlement,
        strikes=strikes,
        strike_index=np.searchsorted(strikes, strike),
        gex=usd_per_percent * open_interest,
        volume_gex=usd_per_percent * volume,
        dex=size * each.delta,
        vex=size * each.vanna * 0.01,
        chex=size * each.charm / assumptions.day_count,
    )


def sums(index: NDArray[np.intp], values: FloatArray, count: int) -> FloatArray:
    """Return the sum of `values` per index, shape (count,)."""
    return np.asarray(np.bincount(index, weights=values, minlength=count), dtype=np.float64)


def gex_by_strike(book: Book, first: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return call and put GEX per strike of `book.strikes`, of the contracts from `first` on."""
    count = len(book.strikes)
    side = book.strike_index[first:] + count * ~book.is_call[first:]
    both = sums(side, book.gex[first:], 2 * count)
    return both[:count], both[count:]


def sums_by_strike(chain: Chain, selection: Selection, book: Book) -> StrikeExposure:
    """Return everything per strike. Open interest includes contracts that have no IV: they exist."""
    count = len(book.strikes)

    def per_strike(values: FloatArray) -> FloatArray:
        return sums(book.strike_index, values, count)

    call_gex, put_gex = gex_by_strike(book)
    held = np.flatnonzero(selection.open)
    side = np.searchsorted(book.strikes, chain.strike[held]) + count * ~chain.is_call[held]
    open_interest = sums(side, chain.open_interest[held], 2 * count)
    return StrikeExposure(
        strike=book.strikes,
        call_gex=call_gex,
        put_gex=put_gex,
        dex=per_strike(book.dex),
        vex=per_strike(book.vex),
        chex=per_strike(book.chex),
        volume_gex=per_strike(book.volume_gex),
        call_open_interest=open_interest[:count],
        put_open_interest=open_interest[count:],
    )


def surface_of(book: Book, shown: NDArray[np.intp]) -> Surface:
    """Return strike x settlement cells. shown: settlement -> index into by_expiration."""
    held = book.open_interest > 0
    width = int(shown.max()) + 1
    cell = book.strike_index * width + shown[book.settlement]
    size = len(book.strikes) * width
    filled = np.flatnonzero(np.bincount(cell[held], minlength=size))
    calls = sums(cell, np.where(book.is_call, book.gex, 0.0), size)[filled]
    puts = sums(cell, np.where(book.is_call, 0.0, book.gex), size)[filled]
    return Surface(
        strike_index=(filled // width).astype(np.int16),
        expiration_index=(filled % width).astype(np.int16),
        call_gex=calls.astype(np.float32),
        put_gex=puts.astype(np.float32),
    )
