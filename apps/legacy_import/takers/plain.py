"""Tables whose rows become rows of one model, column by column."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from apps.legacy_import.columns import Read, columns_of, read_into
from apps.legacy_import.sources import Row
from apps.legacy_import.takers.protocol import Import
from apps.legacy_import.values import UnreadableError

SOURCE = "old program"


class PlainTaker:
    """Rows of a model. ours: what every row gets. zone: of times that name none. special: columns read another way."""

    identity: Sequence[str] = ()
    is_of_file = False

    def __init__(
        self,
        model: type[models.Model],
        *,
        ours: Mapping[str, Any],
        zone: ZoneInfo,
        special: Mapping[str, Read] | None = None,
        left_out: Collection[str] = (),
    ) -> None:
        self.model = model
        self.target = model._meta.db_table
        self._ours = dict(ours)
        self._columns = columns_of(model, zone=zone, ours={*ours, *left_out}, special=special)
        numbers = (models.FloatField, models.IntegerField)
        numeric = {field.name for field in model._meta.concrete_fields if isinstance(field, numbers)}
        self.sums: Sequence[str] = [column.name for column in self._columns if column.name in numeric]

    def read(self, row: Row) -> Any:
        """Return the row unsaved. Raises UnreadableError."""
        return self.model(**self._ours, **read_into(row, self._columns))

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store the rows and return their places."""
        made = self.model._default_manager.bulk_create([one for _, one in found])
        return [(self.target, one.pk) for one in made]

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Nothing follows."""


class RecordTaker(PlainTaker):
    """Records of the market, one for each symbol and time. key: of the time.

    Two databases may say different things of the same moment: the first one imported stands as the old program's
    record, the other's is kept beside it in its own name. Two records within one database cannot both be right.
    """

    def __init__(
        self,
        model: type[models.Model],
        run: Import,
        *,
        key: str,
        zone: ZoneInfo,
        special: Mapping[str, Read] | None = None,
    ) -> None:
        super().__init__(model, ours={"source": SOURCE}, zone=zone, special=special)
        self._key = key
        self._own_name = f"{SOURCE} {run.file.fingerprint[:8]}"
        self._known = self._stored(SOURCE)
        self._known_of_own_name = self._stored(self._own_name)
        self._read: dict[Any, str] = {}

    def read(self, row: Row) -> models.Model:
        """Return the row unsaved, in the name it is kept under. Raises UnreadableError."""
        found: Any = super().read(row)
        place = (found.symbol, getattr(found, self._key))
        if place in self._read:
            raise UnreadableError(
                f"Row {self._read[place]} of this database is another record of {place[0]} at {place[1]}"
            )
        if place in self._known:
            if place in self._known_of_own_name:
                raise UnreadableError(f"There is another record of {place[0]} at {place[1]}")
            found.source = self._own_name
        self._read[place] = row.key
        made: models.Model = found
        return made

    def _stored(self, source: str) -> set[Any]:
        return set(self.model._default_manager.filter(source=source).values_list("symbol", self._key))
