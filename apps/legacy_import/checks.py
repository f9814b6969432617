"""Does what is here equal what is in the old database? Both are read again, each from its own side."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import fsum, isfinite
from typing import Any

from django.db import connection
from psycopg import sql

from apps.legacy_import.columns import ALIASES
from apps.legacy_import.models import ImportedFile, ImportedRow, QuarantinedRow
from apps.legacy_import.report import Check
from apps.legacy_import.sources import Source, Table, quoted
from apps.legacy_import.values import encoded

_SEPARATOR = b"\x1e"
_TOLERANCE = 1e-9  # of sums of rounded money; a digest is exact
_ROUNDING = 1e-6  # the ledger's last digit, USD, for each row


@dataclass(slots=True)
class ColumnFigures:
    """A column as manifest.json describes one: digest over all values in order, exactly rounded sum of the numbers."""

    values: int = 0
    numbers: list[float] = field(default_factory=list)
    too_large: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, value: str) -> None:
        """Take the next value, with its storage class."""
        self.values += value != "N"
        kind, _, rest = value.partition(":")
        if kind in ("I", "F"):
            number = float(rest)
            if isfinite(number):
                self.numbers.append(number)
            else:
                self.too_large += 1
        self.digest.update(_bytes_of(kind, rest) if rest or kind != "N" else b"N")
        self.digest.update(_SEPARATOR)

    @property
    def sum(self) -> float | None:
        return fsum(self.numbers) if self.numbers else None


def stored_whole(source: Source, table: Table, kept: Sequence[tuple[str, int]], owner_id: int) -> Iterator[Check]:
    """Yield whether every row with every value is here: counts, and for each column its sum and its digest.

    kept: digest and copy of each row in order, as the importer read them.
    """
    here = list(_raw_rows(kept, table.name, owner_id))
    yield _same("rows", source.count(table), len(here))
    names = [column.lower() for column in table.columns]
    there, found = [ColumnFigures() for _ in names], [ColumnFigures() for _ in names]
    for _, values in source.cells(table):
        for figures, value in zip(there, values, strict=True):
            figures.add(encoded(value))
    for raw in here:
        for figures, name in zip(found, names, strict=True):
            figures.add(raw.get(name, "N"))
    for name, old, new in zip(names, there, found, strict=True):
        yield _same(f"values of {name}", old.values, new.values)
        if old.numbers or new.numbers:
            yield _same(f"sum of {name}", old.sum, new.sum)
        yield _same(f"sha256 of {name}", old.digest.hexdigest(), new.digest.hexdigest())


def taken_right(
    source: Source, table: Table, file: ImportedFile, target: str, sums: Sequence[str], *, after: int
) -> Iterator[Check]:
    """Yield whether what was taken now has arrived in its own table: counts, and sums of the columns both have.

    after: id of the last imported row before. Added up by SQL on either side.
    """
    taken = ImportedRow.objects.filter(pk__gt=after, file=file, table=table.name.lower(), target_table=target)
    count = taken.count()
    if not count or not table.rowid:
        return
    yield _same(f"rows now in {target}", count, _sums_here(target, [], file, table, after)[0])
    shared = [(name, there) for name in sums if (there := _column_there(table, name))]
    keys = taken.values_list("row_key", flat=True)
    old = _sums_there(source, table, [there for _, there in shared], keys)
    new = _sums_here(target, [name for name, _ in shared], file, table, after)[1:]
    for (name, _), (total, weight), imported in zip(shared, old, new, strict=True):
        is_equal = abs(total - (imported or 0.0)) <= _TOLERANCE * weight + _ROUNDING * count
        yield Check(f"sum of {target}.{name}", total, imported or 0.0, is_equal)


def known_before(count: int) -> Check:
    """Return the line that says how many rows an earlier import had brought."""
    return Check("rows here before", count, count, True)


def _same(name: str, source: Any, imported: Any) -> Check:
    return Check(name, source, imported, source == imported)


def _bytes_of(kind: str, rest: str) -> bytes:
    if kind == "X":
        return b"T:" + bytes.fromhex(rest)
    if kind == "B":
        return b"B:" + bytes.fromhex(rest)
    return f"{kind}:{rest}".encode()


def _raw_rows(kept: Sequence[tuple[str, int]], table: str, owner_id: int) -> Iterator[dict[str, str]]:
    """Yield the rows as they are kept, imported or in quarantine, in the order of the old table."""
    rows, quarantine = ImportedRow._meta.db_table, QuarantinedRow._meta.db_table
    question = sql.SQL(
        "SELECT k.raw FROM unnest(%s::text[], %s::int[]) WITH ORDINALITY AS read(digest, copy, n) JOIN ("
        ' SELECT digest, copy, raw FROM {rows} WHERE owner_id = %s AND "table" = %s UNION ALL'
        ' SELECT digest, copy, raw FROM {quarantine} WHERE owner_id = %s AND "table" = %s'
        ") k USING (digest, copy) ORDER BY read.n"
    ).format(rows=sql.Identifier(rows), quarantine=sql.Identifier(quarantine))
    whose: list[int | str] = [owner_id, table.lower()]
    with connection.cursor() as cursor:
        digests, copies = [digest for digest, _ in kept], [copy for _, copy in kept]
        cursor.execute(question, [digests, copies, *whose, *whose])
        for (raw,) in cursor.fetchall():
            yield json.loads(raw)


def _column_there(table: Table, name: str) -> str:
    known = {column.lower(): column for column in table.columns}
    return next((known[one] for one in (name, *ALIASES.get(name, ())) if one in known), "")


def _sums_there(source: Source, table: Table, columns: Sequence[str], keys: Iterable[str]) -> list[tuple[float, float]]:
    """Return sum and sum of magnitudes of each column over the rows taken, as SQLite adds them up."""
    source.connection.execute("CREATE TEMP TABLE IF NOT EXISTS taken (key INTEGER PRIMARY KEY)")
    source.connection.execute("DELETE FROM temp.taken")
    source.connection.executemany("INSERT INTO temp.taken VALUES (?)", ((int(key),) for key in keys))
    read = [
        f"CAST(CASE typeof({quoted(one)}) WHEN 'text' THEN REPLACE(REPLACE({quoted(one)}, ',', ''), '$', '')"
        f" ELSE {quoted(one)} END AS REAL)"
        for one in columns
    ]
    parts = [f"TOTAL({one}), TOTAL(ABS({one}))" for one in read]
    if not parts:
        return []
    question = f"SELECT {', '.join(parts)} FROM {table.quoted} WHERE {table.rowid} IN (SELECT key FROM temp.taken)"  # noqa: S608
    found = source.connection.execute(question).fetchone()
    return list(zip(found[::2], found[1::2], strict=True))


def _sums_here(target: str, columns: Sequence[str], file: ImportedFile, table: Table, after: int) -> list[Any]:
    """Return count and sums of the rows that arrived, as PostgreSQL adds them up."""
    parts = [sql.SQL("COUNT(*)")] + [sql.SQL("SUM(t.{})::float8").format(sql.Identifier(one)) for one in columns]
    question = sql.SQL(
        "SELECT {parts} FROM {target} t JOIN {rows} r ON r.target_id = t.{key} "
        'WHERE r.id > %s AND r.file_id = %s AND r."table" = %s AND r.target_table = %s'
    ).format(
        parts=sql.SQL(", ").join(parts),
        target=sql.Identifier(target),
        rows=sql.Identifier(ImportedRow._meta.db_table),
        key=sql.Identifier("owner_id" if target == "scheduler_state" else "id"),
    )
    with connection.cursor() as cursor:
        cursor.execute(question, [after, file.pk, table.name.lower(), target])
        return list(cursor.fetchone() or [])
