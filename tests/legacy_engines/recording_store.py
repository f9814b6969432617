"""A store that remembers what an engine hands over, before SQLite turns NaN into NULL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from legacy_engines.storage import Condition
from tests.parity.worlds import SqliteStore


class RecordingStore(SqliteStore):
    """`written` is the last row or set of changes as the engine gave it."""

    written: dict[str, Any]

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        self.written = dict(row)
        return super().insert(table, row)

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        self.written = dict(changes)
        return super().update(table, changes, where)
