"""Symbols out of pasted text or a CSV file. Lines that hold none are named, with what stands there."""

import csv
from dataclasses import dataclass, field
from re import split

from apps.market.watching import SymbolError, parse_symbol

LARGEST = 64 * 1024  # bytes
HEADS = frozenset({"symbol", "symbols", "ticker", "tickers"})
MOST_NAMED = 10


class UnreadableError(ValueError):
    """A file that is no text of symbols. The message says why."""


@dataclass(frozen=True, slots=True)
class Read:
    """symbols: in their order. bad: sentences that name the lines without one."""

    symbols: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


def text_of(content: bytes) -> str:
    """Return a file's text. Raises UnreadableError."""
    if len(content) > LARGEST:
        raise UnreadableError(f"The file is larger than {LARGEST // 1024} KB. A list of symbols is not.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("The file is no text. Save it as CSV (UTF-8) and choose it again.") from None


def read(text: str) -> Read:
    """Return the symbols of a text: one column of a table that has a head, else every word of it.

    Empty lines and those that begin with # are passed over.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if _says_something(line)]
    if not lines:
        return Read()
    column = _column_of(lines[0][1])
    found = Read()
    for number, line in lines if column is None else lines[1:]:
        for word in _words(line, column):
            try:
                symbol = parse_symbol(word)
            except SymbolError:
                said = f"{word[:20]!r} is no symbol" if word else "no symbol in its column"
                found.bad.append(f"Line {number}: {said}.")
            else:
                if symbol not in found.symbols:
                    found.symbols.append(symbol)
    return found


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _cells(line: str) -> list[str]:
    separator = max(",;\t", key=line.count)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _column_of(head: str) -> int | None:
    """Return which column of a table holds the symbols, None where the line is no head."""
    cells = [cell.lower() for cell in _cells(head)]
    return next((place for place, cell in enumerate(cells) if cell in HEADS), None)


def _words(line: str, column: int | None) -> list[str]:
    if column is None:
        return [word.strip("\"'") for word in split(r"[,;\s]+", line.strip()) if word.strip("\"'")]
    cells = _cells(line)
    return [cells[column] if column < len(cells) else ""]
