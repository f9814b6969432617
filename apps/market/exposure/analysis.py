"""From a chain to every number we show about it."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from apps.market.chain import Chain, FloatArray
from apps.market.exposure.book import Book, gex_by_strike, make_book, sums, sums_by_strike, surface_of
from apps.market.exposure.coverage import Selection, select_contracts
from apps.market.exposure.levels import call_wall, find_flips, put_wall
from apps.market.exposure.profile import Repricer, log_grid, repricer
from apps.market.exposure.result import Assumptions, ExpirationExposure, Exposure, Profile, Totals

WILD_IV = 2.0  # fraction per year; used as quoted, but said when it matters
WILD_SHARE = 0.01  # of gross gamma


def analyse(chain: Chain, assumptions: Assumptions = Assumptions()) -> Exposure:  # noqa: B008 - frozen
    """Return the dealer exposures of `chain`: see `Exposure`. Raises ChainError if there are none.

    Model: dealers are long calls and short puts. Time to settlement counts calendar seconds to the settlement of the
    contract's root. zero_dte_share is the share of gross GEX that settles later on the New York day of `as_of`: 0.0
    when nothing (any more) does, None when gross GEX is 0. after_next is the same moment without the contracts of
    the earliest settlement, None when nothing else is open. Curve "volume" is absent when no volume is known.
    """
    _check(assumptions)
    selection = select_contracts(chain, assumptions)
    book = make_book(chain, selection, assumptions)
    later, tomorrow = _boundaries(chain, selection, book)

    volume_known = bool((chain.volume[selection.alive] >= 0).any())
    sizes = np.stack([book.open_interest, book.volume] if volume_known else [book.open_interest]) * book.sign
    prices = repricer(book.strike, book.iv, book.years, sizes, assumptions)
    profile = _profile(chain.spot, prices, later, tomorrow, assumptions)

    by_strike = sums_by_strike(chain, selection, book)
    flips = find_flips(chain.spot, profile.spot, profile.curves["all"], prices.net_gex)
    everything = _totals(chain.spot, book, flips.point)
    remaining = None
    if book.open_interest[later:].any():
        without_next = find_flips(
            chain.spot, profile.spot, profile.curves["ex_next"], partial(prices.net_gex, first=later)
        )
        remaining = _totals(chain.spot, book, without_next.point, first=later)
    by_expiration, shown = _by_expiration(selection, book)
    gross = everything.gross_gex
    today = np.abs(book.gex[:tomorrow]).sum()
    return Exposure(
        symbol=chain.symbol,
        spot=chain.spot,
        as_of=chain.as_of,
        origin=chain.origin,
        assumptions=assumptions,
        open_interest_date=chain.open_interest_date,
        contracts=len(chain),
        contracts_used=int(np.count_nonzero(selection.used)),
        excluded=selection.excluded,
        warnings=selection.warnings + _wild_volatility(book, gross),
        net_gex=everything.net_gex,
        gross_gex=gross,
        call_gex=everything.call_gex,
        put_gex=everything.put_gex,
        net_gex_feed_gamma=_feed_net_gex(chain, selection, assumptions),
        flip_point=flips.point,
        flips=flips.every,
        flip_reason=flips.reason,
        flip_quality=flips.quality,
        call_wall=everything.call_wall,
        put_wall=everything.put_wall,
        zero_dte_share=float(today / gross) if gross > 0 else None,
        net_dex=float(book.dex.sum()),
        net_vex=float(book.vex.sum()),
        net_chex=float(book.chex.sum()),
        volume_gex=float(book.volume_gex.sum()) if volume_known else None,
        implied_move=selection.move.points if selection.move else None,
        implied_move_expiration=selection.move.settlement.expiration if selection.move else None,
        after_next=remaining,
        by_strike=by_strike,
        by_expiration=by_expiration,
        surface=surface_of(book, shown),
        profile=profile,
        implied_volatility=selection.month_iv,
        put_call_ratio=selection.put_call_ratio,
    )


def _check(assumptions: Assumptions) -> None:
    if not 0 < assumptions.grid_low < assumptions.grid_high:
        raise ValueError(f"grid must rise from above 0, was {assumptions.grid_low} to {assumptions.grid_high}")
    if assumptions.grid_points < 2:
        raise ValueError(f"grid_points must be at least 2, was {assumptions.grid_points}")
    for name in ("floor_minutes", "day_count", "multiplier"):
        if not getattr(assumptions, name) > 0:
            raise ValueError(f"{name} must be above zero, was {getattr(assumptions, name)}")


def _boundaries(chain: Chain, selection: Selection, book: Book) -> tuple[int, int]:
    """Return where in the book the contracts after the next settlement, and those after today, begin."""
    instants = [settlement.settles_at for settlement in selection.settlements]
    first = instants[book.settlement[np.flatnonzero(book.open_interest)[0]]]
    day = chain.as_of.astimezone(first.tzinfo).date()
    next_passed = sum(instant <= first for instant in instants)
    day_passed = sum(instant.date() <= day for instant in instants)
    later, tomorrow = np.searchsorted(book.settlement, [next_passed, day_passed])
    return int(later), int(tomorrow)


def _profile(spot: float, prices: Repricer, later: int, tomorrow: int, assumptions: Assumptions) -> Profile:
    grid = log_grid(spot, assumptions)
    bounds = tuple(sorted({0, later, tomorrow, len(prices.a)}))
    parts = prices.on_grid(grid, bounds)
    by_interest = parts[0]
    starts = np.array(bounds[:-1])
    curves = {
        "all": by_interest.sum(axis=0),
        "zero_dte": by_interest[starts < tomorrow].sum(axis=0),
        "ex_next": by_interest[starts >= later].sum(axis=0),
    }
    if len(parts) > 1:
        curves["volume"] = parts[1].sum(axis=0)
    return Profile(spot=np.exp(grid), curves=curves)


def _totals(spot: float, book: Book, flip_point: float | None, *, first: int = 0) -> Totals:
    call_gex, put_gex = gex_by_strike(book, first)
    calls, puts = float(call_gex.sum()), float(put_gex.sum())
    return Totals(
        net_gex=calls + puts,
        gross_gex=calls - puts,
        call_gex=calls,
        put_gex=puts,
        flip_point=flip_point,
        call_wall=call_wall(spot, book.strikes, call_gex),
        put_wall=put_wall(spot, book.strikes, put_gex),
    )


def _by_expiration(selection: Selection, book: Book) -> tuple[tuple[ExpirationExposure, ...], NDArray[np.intp]]:
    """Return the settlements with used contracts, and for every settlement its place among them."""
    count = len(selection.settlements)

    def per_settlement(values: FloatArray) -> FloatArray:
        return sums(book.settlement, values, count)

    used = np.bincount(book.settlement[book.open_interest > 0], minlength=count)
    calls = per_settlement(np.where(book.is_call, book.gex, 0.0))
    puts = per_settlement(np.where(book.is_call, 0.0, book.gex))
    dex, vex, chex = per_settlement(book.dex), per_settlement(book.vex), per_settlement(book.chex)
    rows = tuple(
        ExpirationExposure(
            expiration=selection.settlements[index].expiration,
            settlement=selection.settlements[index].kind,
            settles_at=selection.settlements[index].settles_at,
            roots=selection.settlements[index].roots,
            call_gex=float(calls[index]),
            put_gex=float(puts[index]),
            net_gex=float(calls[index] + puts[index]),
            gross_gex=float(calls[index] - puts[index]),
            dex=float(dex[index]),
            vex=float(vex[index]),
            chex=float(chex[index]),
            contracts_used=int(used[index]),
        )
        for index in np.flatnonzero(used)
    )
    return rows, np.maximum(np.cumsum(used > 0) - 1, 0)


def _feed_net_gex(chain: Chain, selection: Selection, assumptions: Assumptions) -> float | None:
    """Return net GEX from the feed's own gamma, a cross-check: only expired contracts are left out."""
    known = selection.alive & np.isfinite(chain.feed_gamma) & (chain.open_interest >= 0)
    if not known.any():
        return None
    contracts = chain.open_interest[known] * np.where(chain.is_call[known], 1.0, -1.0)
    return float(chain.feed_gamma[known] @ contracts) * assumptions.multiplier * chain.spot**2 * 0.01


def _wild_volatility(book: Book, gross: float) -> tuple[str, ...]:
    wild = book.iv > WILD_IV
    share = float(np.abs(book.gex[wild]).sum()) / gross if gross > 0 else 0.0
    if share < WILD_SHARE:
        return ()
    count = int(np.count_nonzero(wild & (book.open_interest > 0)))
    return (f"{count} contracts with IV above {WILD_IV * 100:g} % carry {share * 100:.0f} % of gross gamma.",)
