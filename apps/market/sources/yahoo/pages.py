"""Option quotes as Yahoo sends them, one expiration at a time, and what becomes of them: rows or a chain."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import Chain, ChainError, FloatArray, Origin
from apps.market.sources.columns import RawColumns, build_chain
from apps.market.sources.occ import Contracts, parse_contracts, underlying_of, underlying_of_root
from apps.market.sources.protocol import SourceUnavailable

COLUMNS = {
    "bid": "bid",
    "ask": "ask",
    "last": "lastPrice",
    "iv": "impliedVolatility",
    "open_interest": "openInterest",
    "volume": "volume",
}
COUNTED = frozenset({"open_interest", "volume"})
LEAST_IV = 0.001  # Yahoo prints 0.00001 for "could not be solved"
LATEST = 1e11  # seconds of Unix time; beyond it is no date


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer: the contracts of one expiration, the underlying, and what else is listed.

    contracts: contract symbols. numbers: by the keys of COLUMNS, one entry per contract, NaN for what is missing.
    spot, change: points or USD, NaN if missing. as_of: the underlying's last trade; with is_dated False the moment of
    asking.
    """

    listed: tuple[str, ...]
    contracts: tuple[str, ...]
    numbers: dict[str, FloatArray]
    spot: float
    change: float
    as_of: datetime
    is_dated: bool


def read_page(chain: Any, listed: tuple[str, ...], *, yahoo_symbol: str, symbol: str, at: datetime) -> Page:
    """Return yfinance's chain as a page. Raises SourceUnavailable for another symbol's and for one from the future."""
    import pandas as pd

    quote = chain.underlying if isinstance(chain.underlying, dict) else {}
    answered = str(quote.get("symbol") or yahoo_symbol).upper()
    if answered != yahoo_symbol:
        raise SourceUnavailable(f"Yahoo answered with {answered} when asked for {symbol}.")
    as_of = moment_of(quote.get("regularMarketTime"))
    wanted = ["contractSymbol", *COLUMNS.values()]
    sides = [side[wanted] for side in (chain.calls, chain.puts) if side is not None]
    rows = pd.concat(sides, ignore_index=True) if sides else pd.DataFrame(columns=wanted)
    numbers = {
        name: pd.to_numeric(rows[column], errors="coerce").to_numpy(np.float64) for name, column in COLUMNS.items()
    }
    numbers["iv"] = _solved(numbers)
    return Page(
        listed=listed,
        contracts=tuple(rows["contractSymbol"].astype(str)),
        numbers=numbers,
        spot=_number(quote.get("regularMarketPrice")),
        change=_number(quote.get("regularMarketChange")),
        as_of=as_of or at,
        is_dated=as_of is not None,
    )


def moment_of(seconds: object) -> datetime | None:
    """Return the moment Yahoo states as Unix time, None if it states none. One to come is for the feed to judge."""
    number = seconds.timestamp() if isinstance(seconds, datetime) else _number(seconds)
    return clock.from_timestamp(number) if 0 < number < LATEST else None


def option_rows(page: Page, *, symbol: str, expiration: date) -> dict[str, list[dict[str, Any]]]:
    """Return the value of Kind.OPTIONS: rows by strike with their series (`root`: SPX and SPXW may share a strike).

    Adjusted contracts (AAPL1) are left out: they deliver something else. Raises SourceUnavailable.
    """
    if not page.contracts:
        return {"calls": [], "puts": []}
    contracts = _parsed(page.contracts, symbol)
    belongs = np.array([root == _usual(root) for root in contracts.roots])[contracts.root]
    keep = belongs & ~contracts.malformed & (contracts.expiration == np.datetime64(expiration, "D"))
    sides: dict[str, dict[tuple[float, str], dict[str, Any]]] = {"calls": {}, "puts": {}}
    for place in np.flatnonzero(keep).tolist():
        strike, root = float(contracts.strike[place]), contracts.roots[contracts.root[place]]
        row = {"strike": strike} | {name: _json(name, column[place]) for name, column in page.numbers.items()}
        sides["calls" if contracts.is_call[place] else "puts"].setdefault((strike, root), row | {"root": root})
    return {side: [rows[key] for key in sorted(rows)] for side, rows in sides.items()}


def chain_of(pages: Sequence[Page], *, symbol: str, origin: Origin) -> Chain:
    """Return the chain of several expirations, of the moment and price of the first page. Raises SourceUnavailable."""
    numbers = {name: np.concatenate([page.numbers[name] for page in pages]) for name in COLUMNS}
    if not np.isfinite(numbers["iv"]).any():
        raise SourceUnavailable(
            f"Yahoo shows neither bids nor asks for {symbol}, so there is no volatility to compute with. It often "
            "blanks them outside trading hours; the next update comes when they are back."
        )
    contracts = _parsed([name for page in pages for name in page.contracts], symbol)
    first = pages[0]
    try:
        chain = build_chain(
            contracts,
            RawColumns(
                iv=numbers["iv"],
                open_interest=numbers["open_interest"],
                volume=numbers["volume"],
                bid=numbers["bid"],
                ask=numbers["ask"],
                gamma=np.full(len(contracts.strike), np.nan),
                last=numbers["last"],
            ),
            symbol=symbol,
            spot=first.spot,
            as_of=first.as_of,
            origin=origin,
            change=first.change,
        )
    except ChainError as error:
        raise SourceUnavailable(f"Yahoo's answer for {symbol} is no usable chain: {error}.") from error
    return replace(chain, warnings=chain.warnings + _what_is_missing(pages))


def _what_is_missing(pages: Sequence[Page]) -> tuple[str, ...]:
    listed = pages[0].listed
    said = []
    if len(listed) > len(pages):
        said.append(
            f"Yahoo is asked for the nearest {len(pages)} of {len(listed)} expirations, to {listed[len(pages) - 1]}; "
            "later ones are not in these numbers."
        )
    if not pages[0].is_dated:
        said.append("Yahoo did not say when it quoted; the time is that of asking.")
    return tuple(said)


def _parsed(names: Sequence[str], symbol: str) -> Contracts:
    try:
        contracts = parse_contracts(names)
    except ChainError as error:
        raise SourceUnavailable(f"Yahoo's answer for {symbol} is no usable chain: {error}.") from error
    owner = underlying_of(contracts.roots, contracts.root)
    if owner != symbol.replace(".", ""):  # BRK.B has the root BRKB
        raise SourceUnavailable(f"Yahoo answered with the options of {owner} when asked for {symbol}.")
    return contracts


def _usual(root: str) -> str:
    """Return the root without the digit of an adjustment; SPXW stays SPXW."""
    return root.rstrip("0123456789") or underlying_of_root(root)


def _solved(numbers: dict[str, FloatArray]) -> FloatArray:
    """Return the volatilities Yahoo really solved for.

    Without bid and ask it prints a step of its search (0.00001, 0.125, 0.25, 0.5 ...), which looks like a number.
    """
    is_quoted: NDArray[np.bool_] = (numbers["bid"] > 0) | (numbers["ask"] > 0)
    return np.where(is_quoted & (numbers["iv"] >= LEAST_IV), numbers["iv"], np.nan)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _json(name: str, value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if name in COUNTED else float(value)
