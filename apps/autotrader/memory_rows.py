"""The engine's tables in memory: for looking ahead before anything is written, and for making decisions again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from operator import ge, gt, le, lt
from typing import Any

from apps.autotrader.store import check_row
from legacy_engines.storage import Condition, Row

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class MemoryRows:
    """A RowStore of dictionaries. Columns a row leaves out are None."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], columns: Mapping[str, Sequence[str]]) -> None:
        self._tables = {name: deepcopy(list(rows)) for name, rows in tables.items()}
        self._columns = {name: tuple(names) for name, names in columns.items()}

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        """Return matching rows; missing values sort as the smallest, ties as inserted."""
        found = [dict(row) for row in self._tables[table] if _matches(row, where)]
        for name in reversed(order_by):
            column = name.removeprefix("-")
            found.sort(key=lambda row: (row[column] is not None, row[column]), reverse=name.startswith("-"))
        return found

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row and return its id."""
        check_row(table, row)
        number = 1 + max((known.get("id") or 0 for known in self._tables[table]), default=0)
        self._tables[table].append({**dict.fromkeys(self._columns[table]), **row, "id": number})
        return number

    def replace(self, table: str, row: Mapping[str, Any], key: Sequence[str]) -> int:
        """Remove rows equal in the `key` columns, add the row and return its new id."""
        self.delete(table, [(column, "=", row[column]) for column in key])
        return self.insert(table, row)

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        """Change matching rows and return how many there were."""
        found = [row for row in self._tables[table] if _matches(row, where)]
        for row in found:
            row.update(changes)
        return len(found)

    def delete(self, table: str, where: Sequence[Condition]) -> int:
        """Remove matching rows and return how many there were."""
        kept = [row for row in self._tables[table] if not _matches(row, where)]
        gone = len(self._tables[table]) - len(kept)
        self._tables[table] = kept
        return gone

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Open a block that is kept as a whole or, when it raises, not at all."""
        before = deepcopy(self._tables)
        try:
            yield
        except BaseException:
            self._tables = before
            raise


def _matches(row: Row, where: Sequence[Condition]) -> bool:
    return all(_holds(row[column], operator, value) for column, operator, value in where)


def _holds(found: Any, operator: str, value: Any) -> bool:
    if value is None and operator == "=":
        return found is None
    if found is None or value is None:
        return False
    if operator == "in":
        return found in value
    if operator in _ORDERED:
        return _ORDERED[operator](found, value)
    return bool((found == value) == (operator == "="))
