"""CSV that is streamed line by line and that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a file with its head."""
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def number(value: Decimal | None) -> str:
    """Return a figure without zeros it does not need, empty where there is none."""
    return "" if value is None else f"{value.normalize():f}"


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers stay numbers."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
