"""What the importer asks of whoever takes the rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from apps.legacy_import.models import ImportedFile
from apps.legacy_import.sources import Row


@dataclass(slots=True, kw_only=True)
class Import:
    """One run. zone: of times the old machine wrote by its own clock. positions: ids in autonomous_positions of the
    file being read, by old id."""

    owner: User
    at: datetime
    zone: ZoneInfo
    file: ImportedFile
    positions: dict[str, int] = field(default_factory=dict)


class Taker(Protocol):
    """Takes the rows of one old table.

    target: the table here. sums: columns that are the same in both, whose sums are compared. identity: columns a row
    keeps for life, where rows change later. is_of_file: equal rows of two files are two rows, because a row has no id
    of its own.
    """

    @property
    def target(self) -> str: ...
    @property
    def sums(self) -> Sequence[str]: ...
    @property
    def identity(self) -> Sequence[str]: ...
    @property
    def is_of_file(self) -> bool: ...

    def read(self, row: Row) -> Any:
        """Return what is to be stored. Raises UnreadableError with the reason why the row cannot be taken."""

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store what was read and return table and id of each. Raises django.db.Error, UnreadableError."""

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Hear that the table is done. kept: digest and copy of its rows, which are all here or in quarantine now."""
