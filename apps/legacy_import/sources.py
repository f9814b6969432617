"""An old database, read from a copy: the file itself is never opened as a database, so nothing of it can change."""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.legacy_import.values import SqliteText, Value, digest_of, encoded

_MAGIC = b"SQLite format 3\x00"
_BESIDE = ("-wal", "-journal")
# What a check of the whole file says of rows that are dirty, not damaged; those are the importer's to judge.
_DIRTY = ("NULL value in", "CHECK constraint failed", "non-unique entry", "TEXT value in", "NUMERIC value in")
_ROWID_NAMES = ("rowid", "_rowid_", "oid")
_INTERNAL = "sqlite_"


class SourceError(Exception):
    """A file that cannot be imported. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. n: its place in the table's order, from 1. key: rowid, or the key of a table without. See models.KeptRow
    for raw, digest and copy."""

    table: str
    n: int
    key: str
    values: dict[str, Value]
    raw: dict[str, str]
    digest: str
    copy: int

    def get(self, *names: str) -> Value:
        """Return the value of the first of these columns that the table has, None without any."""
        for name in names:
            if name in self.values:
                return self.values[name]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. columns: as they are called. order: what its rows are sorted by. rowid: how its rowid is reached."""

    name: str
    columns: tuple[str, ...]
    order: str
    rowid: str
    keys: tuple[str, ...]

    @property
    def quoted(self) -> str:
        return quoted(self.name)


@dataclass(slots=True)
class Source:
    """The copy of one database. fingerprint: SHA-256 of the file and its WAL."""

    path: Path
    fingerprint: str
    size: int
    connection: sqlite3.Connection
    tables: list[Table] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.name

    def count(self, table: Table) -> int:
        """Return the number of rows, as SQL counts them."""
        return int(self.connection.execute(f"SELECT COUNT(*) FROM {table.quoted}").fetchone()[0])  # noqa: S608

    def rows(self, table: Table, *, is_of_file: bool = False) -> Iterator[Row]:
        """Yield the rows in order. is_of_file: equal rows of another file are other rows. Raises SourceError."""
        whose = f"{table.name} {self.fingerprint}" if is_of_file else table.name
        seen: dict[str, int] = {}
        for n, (key, values) in enumerate(self.cells(table), start=1):
            named = {name.lower(): value for name, value in zip(table.columns, values, strict=True)}
            raw = {name: encoded(value) for name, value in named.items()}
            digest = digest_of(whose, raw)
            seen[digest] = copy = seen.get(digest, 0) + 1
            if not table.rowid:
                key = " ".join(raw[name.lower()] for name in table.keys) or str(n)
            yield Row(table.name, n, str(key).replace("\x00", "\\0"), named, raw, digest, copy)

    def cells(self, table: Table) -> Iterator[tuple[Any, tuple[Value, ...]]]:
        """Yield rowid (None without) and the values of each row, in order."""
        names = ", ".join(quoted(name) for name in table.columns)
        question = f"SELECT {table.rowid or 'NULL'}, {names} FROM {table.quoted}{table.order}"  # noqa: S608
        try:
            for key, *values in self.connection.execute(question):
                yield key, tuple(values)
        except sqlite3.DatabaseError as error:
            raise SourceError(f"{self.path}: table {table.name} cannot be read: {error}.") from error

    def close(self) -> None:
        self.connection.close()


def open_copy(path: Path) -> Source:
    """Copy a database with what lies beside it and return the copy, checked and with its tables. Raises SourceError.

    The files are copied byte by byte: opening the database itself, even to read, would write beside it. SQLite then
    takes a WAL or a journal into account in the copy, which moves on into a file without a name, so that a process
    that dies leaves none behind.
    """
    _look_at(path)
    with tempfile.TemporaryDirectory(prefix="alphagex-import-") as folder:
        place = Path(folder) / "old.db"
        try:
            before = _fingerprint(path)
            for suffix in ("", *_BESIDE):
                part = path.with_name(path.name + suffix)
                if part.is_file():
                    shutil.copyfile(part, place.with_name(place.name + suffix))
            after = _fingerprint(path)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error
        if before != after:
            raise SourceError(f"{path} is being written to. Stop the old program, then import again.")
        connection = _moved(place, path)
    source = Source(path=path, fingerprint=before, size=path.stat().st_size, connection=connection)
    try:
        _check(source)
        source.tables = list(_tables(source))
    except sqlite3.DatabaseError as error:
        source.close()
        raise _damaged(path, error) from error
    except SourceError:
        source.close()
        raise
    return source


def quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _look_at(path: Path) -> None:
    if not path.exists():
        raise SourceError(f"There is no file {path}.")
    if not path.is_file():
        raise SourceError(f"{path} is no file.")
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error
    if head != _MAGIC:
        raise SourceError(f"{path} is not an SQLite database.")


def _fingerprint(path: Path) -> str:
    found = hashlib.sha256()
    for suffix in ("", *_BESIDE):
        part = path.with_name(path.name + suffix)
        if part.is_file():
            with part.open("rb") as file:
                found.update(f"{suffix} {part.stat().st_size}\n".encode())
                found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def _moved(place: Path, path: Path) -> sqlite3.Connection:
    try:
        copied = sqlite3.connect(place)
        connection = sqlite3.connect("")
        copied.backup(connection)
        copied.close()
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    connection.text_factory = SqliteText
    return connection


def _check(source: Source) -> None:
    said = [bytes(line).decode(errors="replace") for (line,) in source.connection.execute("PRAGMA quick_check(20)")]
    bad = [
        line for line in said if line != "ok" and not line.startswith(_DIRTY) and "inverted index for FTS" not in line
    ]
    if bad:
        raise _damaged(source.path, bad[0].replace("\n", " "))


def _damaged(path: Path, why: object) -> SourceError:
    return SourceError(
        f"{path} is damaged: {why}. Nothing was imported. "
        f"`sqlite3 {path.name} .recover` writes what can be saved into a new database."
    )


def _tables(source: Source) -> Iterator[Table]:
    listed = source.connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    for kind, found, sql in ((_plain(one[0]), _plain(one[1]), _plain(one[2])) for one in listed):
        if kind == "view":
            source.notices.append(f"{source.name}: view {found} holds no rows of its own and is left out.")
        if kind != "table" or found.lower().startswith(_INTERNAL):
            continue
        try:
            table = _table(source, found)
            source.count(table)
        except sqlite3.OperationalError as error:
            if not sql.lstrip().upper().startswith("CREATE VIRTUAL"):
                raise
            source.notices.append(
                f"{source.name}: virtual table {found} cannot be read ({error}); its rows lie in the tables it is made "
                "of."
            )
            continue
        yield table


def _table(source: Source, name: str) -> Table:
    about = source.connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    # hidden: 1 is a virtual table's own column, 2 and 3 are generated ones.
    columns = tuple(_plain(one[1]) for one in about if one[6] != 1)
    keys = tuple(_plain(one[1]) for one in sorted((one for one in about if one[5]), key=lambda one: one[5]))
    taken = {column.lower() for column in columns}
    rowid = next((one for one in _ROWID_NAMES if one not in taken and _has(source, name, one)), "")
    order = [f"{quoted(keys[0])} COLLATE BINARY"] if keys else []
    order += [rowid] if rowid else [f"{quoted(key)} COLLATE BINARY" for key in keys[1:]]
    return Table(
        name=name,
        columns=columns,
        order=f" ORDER BY {', '.join(order)}" if order else "",
        rowid=rowid,
        keys=keys,
    )


def _has(source: Source, name: str, rowid: str) -> bool:
    try:
        source.connection.execute(f"SELECT {rowid} FROM {quoted(name)} LIMIT 0")  # noqa: S608
    except sqlite3.OperationalError:
        return False
    return True


def _plain(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")
