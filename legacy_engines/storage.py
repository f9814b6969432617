"""The tables of the old program as the engines see them: rows by table name, whatever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

Row = dict[str, Any]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in"]
Condition = tuple[str, Operator, Any]
"""(column, operator, value). Comparisons follow SQL: a missing value never matches, except `("x", "=", None)`."""


class RowStore(Protocol):
    """Tables of rows with an integer `id` given by the store (the `*_config` tables have `key` and `value` instead).

    A broken constraint (a missing value, a duplicate key) raises an error named IntegrityError.
    """

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        """Return matching rows with all columns, ordered by the columns (`-column` descending), then as inserted."""

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row, columns left out take the table's defaults, and return its id."""

    def replace(self, table: str, row: Mapping[str, Any], key: Sequence[str]) -> int:
        """Remove rows equal in the `key` columns, add the row and return its new id."""

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        """Change matching rows and return how many there were."""

    def delete(self, table: str, where: Sequence[Condition]) -> int:
        """Remove matching rows and return how many there were."""

    def atomic(self) -> AbstractContextManager[Any]:
        """Open a block that is stored as a whole or, when it raises, not at all."""
