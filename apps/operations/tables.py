"""The tables of the database: their rows as COPY text in a fixed order, so that equal rows have equal hashes."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]
MIGRATIONS_TABLE = "django_migrations"
# Text of a value must not depend on what a server or an account has set.
_SAME_EVERYWHERE = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL client_encoding = 'UTF8';
SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0
"""
_COLUMNS = """
SELECT c.relname, a.attname, a.attcollation <> 0, array_position(i.indkey::int2[], a.attnum)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
 WHERE c.relkind = 'r' ORDER BY c.relname, a.attname
"""
_SEQUENCES = """
SELECT c.relname FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
 WHERE c.relkind = 'S' ORDER BY c.relname
"""
_WITH_TRIGGERS = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
 WHERE NOT t.tgisinternal AND t.tgenabled = %s ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. columns: by name, generated ones left out. order: what sorts its rows, the same on every server."""

    name: str
    columns: tuple[str, ...]
    order: tuple[sql.Composable, ...]

    def rows_query(self) -> sql.Composed:
        """Return the statement that gives the table as COPY text."""
        return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            self._names(), sql.Identifier(self.name), sql.SQL(", ").join(self.order)
        )

    def load_query(self) -> sql.Composed:
        """Return the statement that takes COPY text into the table."""
        return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.name), self._names())

    def _names(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and the SHA-256 of their COPY text."""

    rows: int
    sha256: str


@contextmanager
def own_connection() -> Iterator[Connection]:
    """Yield a connection beside Django's, in a transaction that ends with the block (rolled back by an exception)."""
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"}
    with psycopg.connect(**parameters, cursor_factory=psycopg.Cursor) as own:
        yield own


def read_alike(own: Connection) -> None:
    """Make values read the same whatever server and account this is, until the transaction ends."""
    for statement in _SAME_EVERYWHERE.split(";"):
        own.execute(statement.encode())


def tables_of(own: Connection) -> dict[str, Table]:
    """Return every table of the schema by name."""
    columns: dict[str, list[str]] = {}
    keys: dict[str, list[tuple[int, sql.Composable]]] = {}
    for name, column, has_collation, position in own.execute(_COLUMNS):
        columns.setdefault(name, []).append(column)
        # How letters sort is a matter of the server's language; their bytes are not.
        ordered = sql.SQL('{} COLLATE "C"' if has_collation else "{}").format(sql.Identifier(column))
        keys.setdefault(name, [])
        if position is not None:
            keys[name].append((position, ordered))
    return {name: Table(name, tuple(found), _order(keys[name], found)) for name, found in columns.items()}


def _order(key: list[tuple[int, sql.Composable]], columns: list[str]) -> tuple[sql.Composable, ...]:
    if key:
        return tuple(one for _, one in sorted(key, key=lambda pair: pair[0]))
    return tuple(sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(column)) for column in columns)


def read_table(own: Connection, table: Table, take: Callable[[memoryview], None] | None = None) -> Content:
    """Return what the table holds, giving its COPY text to `take` piece by piece."""
    digest = hashlib.sha256()
    with own.cursor() as cursor:
        with cursor.copy(table.rows_query()) as copying:
            for piece in copying:
                digest.update(piece)
                if take is not None:
                    take(memoryview(piece))
        return Content(cursor.rowcount, digest.hexdigest())


def sequences_of(own: Connection) -> dict[str, int]:
    """Return the number each sequence gives next."""
    following = sql.SQL("SELECT last_value + is_called::int FROM {}")
    found = {}
    for (name,) in own.execute(_SEQUENCES).fetchall():
        (found[name],) = own.execute(following.format(sql.Identifier(name))).fetchone() or (1,)
    return found


def set_sequences(own: Connection, following: dict[str, int]) -> None:
    """Let each sequence go on with its number. Not by setval: that would outlive a rollback."""
    restart = sql.SQL("ALTER SEQUENCE {} RESTART WITH {}")
    for name, number in following.items():
        own.execute(restart.format(sql.Identifier(name), sql.Literal(number)))


def tables_with_triggers(own: Connection, state: str = "O") -> list[str]:
    """Return the tables that have triggers of ours in a state: O enabled, D disabled."""
    return [name for (name,) in own.execute(_WITH_TRIGGERS, (state,))]


def switch_triggers(own: Connection, names: list[str], state: str) -> None:
    """ENABLE or DISABLE the triggers of ours; as the tables' owner, without being superuser."""
    for name in names:
        own.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(name), sql.SQL(state)))


def empty(own: Connection, names: list[str]) -> None:
    """Take every row out of the tables."""
    own.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, names))))


def applied_migrations(own: Connection) -> set[tuple[str, str]]:
    """Return (app, name) of what was applied; nothing in a database without tables."""
    if own.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
        return set()
    return {(app, name) for app, name in own.execute("SELECT app, name FROM django_migrations")}
