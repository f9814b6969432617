"""Gamma exposure: columns to all numbers, and the re-priced profile against plain numpy doing the same work."""

import numpy as np

from apps.market.chain import FloatArray
from apps.market.exposure.analysis import analyse
from apps.market.exposure.book import make_book
from apps.market.exposure.coverage import select_contracts
from apps.market.exposure.profile import Repricer, log_grid, repricer
from apps.market.exposure.result import Assumptions
from bench.chains import spx_chain
from bench.report import BenchRow, cpu_ms, print_table

PLAIN = "plain numpy profile"


def plain_profile(prices: Repricer, spots: FloatArray) -> FloatArray:
    """Return what anyone would write with care: one spot at a time, one buffer, one exp, one dot product."""
    a, b, weights = prices.a, prices.b, prices.weights[0]
    buffer, result = np.empty_like(a), np.empty(len(spots))
    for index, x in enumerate(np.log(spots)):
        np.multiply(a, x, out=buffer)
        np.add(buffer, b, out=buffer)
        np.multiply(buffer, buffer, out=buffer)
        np.negative(buffer, out=buffer)
        np.exp(buffer, out=buffer)
        result[index] = weights @ buffer
    return result * spots


def rows() -> list[BenchRow]:
    """Time the analysis on the SPX chain."""
    chain, which = spx_chain()
    print(which)
    assumptions = Assumptions()
    book = make_book(chain, select_contracts(chain, assumptions), assumptions)
    grid = log_grid(chain.spot, assumptions)
    spots = np.exp(grid)
    # The single profile holds what the plain one holds: contracts with open interest, one weighting.
    held = book.open_interest > 0
    sizes = np.stack([book.open_interest, book.volume]) * book.sign
    one = repricer(book.strike[held], book.iv[held], book.years[held], sizes[:1, held], assumptions)
    every = repricer(book.strike, book.iv, book.years, sizes, assumptions)
    ends = [int(np.searchsorted(book.settlement, book.settlement[0], side="right")), len(book)]
    cuts = (0, *sorted({ends[0], min(2 * ends[0], ends[1]), ends[1]}))  # next settlement, rest of a day, the rest

    plain, single, several, whole = cpu_ms(
        lambda: plain_profile(one, spots),
        lambda: one.on_grid(grid, (0, len(one.a))),
        lambda: every.on_grid(grid, cuts),
        lambda: analyse(chain, assumptions),
    )
    worst = np.abs(one.on_grid(grid, (0, len(one.a)))[0, 0] - plain_profile(one, spots))
    assert worst.max() < 1e-11 * np.abs(plain_profile(one, spots)).max(), "the two profiles differ"
    extra = several - single
    return [
        BenchRow(f"{PLAIN}, {len(one.a):,} contracts x {len(grid)} spots", plain, "ms CPU"),
        BenchRow("profile", single, "ms CPU", PLAIN, single / plain, "<= 1.4 x", single <= 1.4 * plain),
        BenchRow(
            "0DTE, without next, by volume: on top",
            extra,
            "ms CPU",
            "one profile",
            extra / single,
            "<= 0.30 x",
            extra <= 0.30 * single,
        ),
        BenchRow("columns to all numbers", whole, "ms CPU", PLAIN, whole / plain, "<= 25 ms", whole <= 25.0),
    ]


if __name__ == "__main__":
    print_table(rows(), "Gamma exposure")
