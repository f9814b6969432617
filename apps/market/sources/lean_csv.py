"""Lean's universe CSV: the underlying in the first row, then one contract per row with columns named in the header.

The file says neither symbol nor day; both come from its name, as Lean itself does it (`aapl/20140606.csv`).
"""

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from alphagex import clock
from apps.market.chain import Chain, ChainError, Origin
from apps.market.sources.columns import RawColumns, build_chain
from apps.market.sources.occ import Contracts, underlying_of_root
from apps.market.sources.tables import line_with, number, numbers

NEEDED = ("expiry", "strike", "right", "close", "volume", "open_interest", "implied_volatility", "gamma")
_DAY = re.compile(r"(20\d\d)-?(\d\d)-?(\d\d)")
_SYMBOL = re.compile(r"([A-Za-z]{1,6})(?=[_.-]|$)")


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name of a Lean file says: root of the contracts and the session it shows."""

    root: str
    day: date


def is_lean_table(lines: list[str]) -> bool:
    """Return whether the first lines of a file are those of a Lean universe."""
    return bool(lines) and line_with(lines[:1], "#expiry,strike,right,") == 0


def read_name(path: Path) -> FileName:
    """Return root and day from `spxw_sample_2023-06-23.csv` or `spxw/20230623.csv`. Raises ChainError."""
    day = _DAY.search(path.name)
    root = _SYMBOL.match(path.name) or (_SYMBOL.match(path.parent.name) if day and day.start() == 0 else None)
    if not day or not root:
        raise ChainError("a Lean table does not say symbol and day: name the file like aapl_2014-06-06.csv")
    try:
        return FileName(root[1].upper(), date(int(day[1]), int(day[2]), int(day[3])))
    except ValueError as error:
        raise ChainError(f"the day {day[0]!r} in the file name does not exist") from error


def parse_lean_csv(data: bytes, *, name: FileName, origin: Origin) -> Chain:
    """Return the chain of a Lean table, as of the close of its session. A blank open interest is missing, not zero."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    if not is_lean_table(lines):
        raise ChainError("no line with the column names of a Lean table")
    header, *rows = csv.reader(line for line in lines if line)
    place = {column.lstrip("#"): at for at, column in enumerate(header)}
    if missing := [column for column in NEEDED if column not in place]:
        raise ChainError(f"a Lean table without the columns {', '.join(missing)}")
    for at, row in enumerate(rows):
        if len(row) != len(header):
            raise ChainError(f"line {at + 2} has {len(row)} of {len(header)} columns: the file is cut off")
    if not rows or rows[0][place["expiry"]]:
        raise ChainError("a Lean table whose first row is not the underlying")
    try:
        spot = number(rows[0][place["close"]])
    except ValueError as error:
        raise ChainError(f"the price of the underlying is {rows[0][place['close']]!r}") from error
    cells = dict(zip(place, zip(*rows[1:], strict=True), strict=True)) if len(rows) > 1 else {}
    if not cells:
        raise ChainError("a Lean table without a single contract")
    column = {key: numbers(cells[key], name=key, first_line=3) for key in ("strike", *NEEDED[4:])}
    nothing = np.full(len(rows) - 1, np.nan)
    return build_chain(
        _contracts(cells["expiry"], cells["right"], column["strike"], root=name.root),
        RawColumns(
            iv=column["implied_volatility"],
            open_interest=column["open_interest"],
            volume=column["volume"],
            bid=nothing,
            ask=nothing,
            gamma=column["gamma"],
        ),
        symbol=underlying_of_root(name.root),
        spot=spot,
        as_of=closing_time(name),
        origin=origin,
    )


def closing_time(name: FileName) -> datetime:
    """Return when the session in a file's name closed; the table has no finer time."""
    session = clock.session_on(name.day)
    if session is None:
        raise ChainError(f"the file name says {name.day}, a day without a trading session")
    return session.closes


def _contracts(expiry: tuple[str, ...], right: tuple[str, ...], strike: np.ndarray, *, root: str) -> Contracts:
    wrong = next((day for day in expiry if len(day) != 8 or not day.isdigit()), None)
    if wrong is not None:
        raise ChainError(f"the expiry {wrong!r} is no date like 20140613")
    try:
        days = np.array([f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in expiry], dtype="datetime64[D]")
    except ValueError as error:
        raise ChainError(f"an expiry is no date: {error}") from error
    sides = np.array(right)
    return Contracts(
        roots=(root,),
        root=np.zeros(len(days), dtype=np.int16),
        expiration=days,
        is_call=sides == "C",
        strike=strike,
        malformed=~np.isin(sides, ("C", "P")) | ~(strike > 0),
    )
