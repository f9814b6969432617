"""The Cboe quote table (CSV): one line per strike, its call on the left and its put on the right."""

import csv
import re
from datetime import datetime, timedelta, timezone, tzinfo

import numpy as np

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, ChainError, FloatArray, Origin
from apps.market.sources.columns import RawColumns, build_chain
from apps.market.sources.occ import parse_contracts, underlying_of
from apps.market.sources.tables import line_with, number, numbers

COLUMNS = 22
CALLS, STRIKE, PUTS = 1, 11, 12  # places of the two symbols and the strike between them
LAST, BID, ASK, VOLUME, IV, GAMMA, OPEN_INTEREST = 1, 3, 4, 5, 6, 8, 9  # counted from a side's symbol

_NUMBER = r"([-+]?[\d,]*\.?\d+)"
_LAST = re.compile(rf"Last:\s*{_NUMBER}")
_CHANGE = re.compile(rf"Change:\s*{_NUMBER}")
_DATE = re.compile(r"Date:\s*([A-Za-z]+)\.? (\d{1,2}), (\d{4}) at (\d{1,2}):(\d{2}) ?([AP]M) ([A-Z]{2,4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Daylight saving is spelled out in the file, so that the hour that happens twice in November is unambiguous.
_ZONES: dict[str, tzinfo] = {
    "EST": timezone(timedelta(hours=-5)),
    "EDT": timezone(timedelta(hours=-4)),
    "ET": NEW_YORK,
    "UTC": timezone.utc,  # noqa: UP017
    "GMT": timezone.utc,  # noqa: UP017
}


def is_quote_table(lines: list[str]) -> bool:
    """Return whether the first lines of a file are those of a quote table."""
    return _header_place(lines) is not None


def parse_cboe_csv(data: bytes, *, origin: Origin) -> Chain:
    """Return the chain of a quote table. The symbol comes from the contracts: the name line spells it out in words.

    Raises ChainError for a file without the expected heading, with a cut-off line or with text among the numbers.
    """
    lines = data.decode("utf-8-sig", "replace").splitlines()
    header = _header_place(lines)
    if header is None:
        raise ChainError("no line with the column names of a Cboe quote table")
    heading = " ".join(lines[:header])
    rows = _rows(lines, header)
    columns = list(zip(*rows, strict=True))
    contracts = parse_contracts([*columns[CALLS], *columns[PUTS]])

    def both(offset: int, name: str) -> FloatArray:
        sides = (numbers(columns[side + offset], name=name, first_line=header + 2) for side in (CALLS, PUTS))
        return np.concatenate(list(sides))

    strike = numbers(columns[STRIKE], name="Strike", first_line=header + 2)
    listed = ~contracts.malformed
    if not np.allclose(np.tile(strike, 2)[listed], contracts.strike[listed], atol=0.006):
        raise ChainError("the strike column and the contract symbols disagree: columns missing or moved")
    last, change = _LAST.search(heading), _CHANGE.search(heading)
    if last is None:
        raise ChainError("the heading has no 'Last: <price of the underlying>'")
    return build_chain(
        contracts,
        RawColumns(
            iv=both(IV, "IV"),
            open_interest=both(OPEN_INTEREST, "Open Interest"),
            volume=both(VOLUME, "Volume"),
            bid=both(BID, "Bid"),
            ask=both(ASK, "Ask"),
            gamma=both(GAMMA, "Gamma"),
            last=both(LAST, "Last Sale"),
        ),
        symbol=None,
        spot=number(last[1]),
        as_of=_moment(heading),
        origin=origin,
        change=number(change[1]) if change else None,
    )


def read_heading(data: bytes) -> tuple[str | None, datetime]:
    """Return symbol and moment of a quote table from its heading and first strikes."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    header = _header_place(lines)
    if header is None:
        raise ChainError("no line with the column names of a Cboe quote table")
    first = parse_contracts([row[CALLS] for row in _rows(lines[: header + 2], header)])
    return underlying_of(first.roots, first.root), _moment(" ".join(lines[:header]))


def _header_place(lines: list[str]) -> int | None:
    place = line_with(lines[:10], "expiration date,calls,")
    if place is None:
        return None
    names = [name.strip().lower() for name in lines[place].split(",")]
    return place if len(names) == COLUMNS and names[STRIKE] == "strike" and names[PUTS] == "puts" else None


def _rows(lines: list[str], header: int) -> list[list[str]]:
    body = [line for line in lines[header + 1 :] if line]
    if not body:
        raise ChainError("a quote table without a single strike")
    quoted = any('"' in line for line in body)
    rows = list(csv.reader(body)) if quoted else [line.split(",") for line in body]
    for place, row in enumerate(rows):
        if len(row) == COLUMNS + 1 and not row[-1].strip():
            del row[-1]  # some exports end every line with a comma
        if len(row) != COLUMNS:
            cut = ": the file is cut off" if place == len(rows) - 1 else ""
            raise ChainError(f"line {header + 2 + place} has {len(row)} of {COLUMNS} columns{cut}")
    return rows


def _moment(heading: str) -> datetime:
    found = _DATE.search(heading)
    if found is None:
        raise ChainError("the heading has no 'Date: <month day, year> at <h:mm> <AM or PM> <EST or EDT>'")
    month, day, year, hour, minute, half, zone = found.groups()
    if zone not in _ZONES:
        raise ChainError(f"the quote time is in zone {zone!r}; known are {', '.join(_ZONES)}")
    try:
        month_number = _MONTHS.index(month[:3].lower()) + 1
        hours = int(hour) % 12 + (12 if half == "PM" else 0)
        return datetime(int(year), month_number, int(day), hours, int(minute), tzinfo=_ZONES[zone])
    except ValueError as error:
        raise ChainError(f"the quote time {found[0]!r} does not exist") from error
