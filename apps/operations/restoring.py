"""Restoring a backup: checked whole first, loaded in one transaction, compared with its manifest before it counts."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psycopg
import redis
from django.conf import settings
from django.core.management import call_command

from apps.operations import schema_state, tables
from apps.operations.archive import DATA, FILE, TABLE, Record
from apps.operations.backing_up import secret_key_mark
from apps.operations.errors import BackupError
from apps.operations.inspecting import Inspected, inspect, records_of
from apps.operations.tables import Connection
from apps.operations.uploads import StagedFiles, files_in

LOCK_SECONDS = 10
_QUEUES = ("celery", "copilot", "unacked", "unacked_index")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. notes: sentences on what the operator should know."""

    backup: Inspected
    notes: tuple[str, ...]


def check(source: Path, passphrase: str) -> Inspected:
    """Return what a backup holds after reading all of it; nothing is touched. Raises BackupError."""
    with _opened(source) as file:
        return inspect(file, passphrase)


def restore(source: Path, passphrase: str, *, replace: bool, tell: Callable[[str], None]) -> Restored:
    """Put database and uploads back as they were. Raises BackupError; then everything is as it was before."""
    with _opened(source) as file:
        tell("Checking the whole backup ...")
        backup = inspect(file, passphrase)
        schema_state.require_known(backup.migrations)
        schema_state.build(backup.migrations)
        with StagedFiles(Path(settings.MEDIA_ROOT)) as staged:
            try:
                with tables.own_connection() as own:
                    _load(own, backup, records_of(file, passphrase), staged, replace=replace, tell=tell)
                    tell("Comparing every table with the backup ...")
                    _require_equal(own, backup)
            except psycopg.errors.LockNotAvailable as error:
                raise BackupError(
                    "The desk is at work on this database. Stop web, worker and beat, then restore."
                ) from error
            except psycopg.Error as error:
                raise BackupError(f"The database refused the rows: {error}. Nothing was changed.") from error
            staged.put_in_place()
    notes = [*_forget_live_state(), *_key_notes(backup)]
    if schema_state.is_behind(backup.migrations):
        tell("Migrating to this version ...")
        call_command("migrate", interactive=False, verbosity=0)
        notes.append(f"The backup was of version {backup.app_version}; its tables were migrated to this one.")
    return Restored(backup, tuple(notes))


def _opened(source: Path) -> AbstractContextManager[BinaryIO]:
    try:
        return source.open("rb")
    except OSError as error:
        raise BackupError(f"The backup cannot be read from {source}: {error.strerror or error}.") from error


def _load(
    own: Connection,
    backup: Inspected,
    records: Iterator[Record],
    staged: StagedFiles,
    *,
    replace: bool,
    tell: Callable[[str], None],
) -> None:
    own.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'".encode())
    tables.read_alike(own)
    found = tables.tables_of(own)
    if {name: list(table.columns) for name, table in found.items()} != backup.columns:
        raise BackupError("The tables of this database are not those of its migrations. Restore into an empty one.")
    if not replace:
        _require_nothing_to_lose(own)
    # Triggers guard the ledger's past against changes; here its past comes back as it was.
    guarded = tables.tables_with_triggers(own)
    tables.switch_triggers(own, guarded, "DISABLE")
    tables.empty(own, list(found))
    own.execute("SET CONSTRAINTS ALL DEFERRED")
    _take(own, found, records, staged, tell)
    own.execute("SET CONSTRAINTS ALL IMMEDIATE")
    tables.switch_triggers(own, guarded, "ENABLE")
    tables.set_sequences(own, backup.sequences)
    for path, sha256 in backup.files.items():
        if staged.sha256(path) != sha256:
            raise BackupError(f"The file {path} was not written as the backup has it. Nothing was changed.")


def _require_nothing_to_lose(own: Connection) -> None:
    if filled := schema_state.tables_with_rows(own):
        raise BackupError(
            f"This database is not empty ({len(filled)} tables hold rows, {filled[0]} first). "
            "To lose what it holds and put the backup in its place: --replace"
        )
    if files := files_in(Path(settings.MEDIA_ROOT)):
        raise BackupError(
            f"There are uploads in {settings.MEDIA_ROOT} ({len(files)} files). "
            "To lose them and put those of the backup in their place: --replace"
        )


def _take(
    own: Connection,
    found: dict[str, tables.Table],
    records: Iterator[Record],
    staged: StagedFiles,
    tell: Callable[[str], None],
) -> None:
    """Load tables and files, each as far as the next one begins."""
    record = next(records, None)
    while record is not None:
        if record.kind == TABLE:
            name = record.as_json()["name"]
            with own.cursor() as cursor:
                with cursor.copy(found[name].load_query()) as copying:
                    record = _feed(records, copying.write)
                if cursor.rowcount:
                    tell(f"{name}: {cursor.rowcount:,} rows")
        elif record.kind == FILE:
            with staged.begin(record.as_json()["path"]).open("xb") as file:
                record = _feed(records, file.write)
        else:
            record = next(records, None)


def _feed(records: Iterator[Record], write: Callable[[bytes], object]) -> Record | None:
    """Write the data that follows; return the record behind it."""
    for record in records:
        if record.kind != DATA:
            return record
        write(record.payload)
    return None


def _require_equal(own: Connection, backup: Inspected) -> None:
    for name, table in tables.tables_of(own).items():
        if tables.read_table(own, table) != backup.tables[name]:
            raise BackupError(f"{name} reads back other than it was backed up. Nothing was changed.")


def _forget_live_state() -> list[str]:
    """Take out of Redis what belongs to the rows that are gone: numbers of snapshots, panels, tasks that wait."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3) as client:
            stale = [key for key in client.scan_iter("alphagex*", count=1000) if b"budget" not in key]
            client.delete(*_QUEUES, *stale)
    except redis.RedisError as error:
        return [f"Redis was not reached ({type(error).__name__}): empty it before the desk starts, with FLUSHDB."]
    return []


def _key_notes(backup: Inspected) -> list[str]:
    if backup.secret_key == secret_key_mark():
        return []
    return [
        "SECRET_KEY is not the one of the backup. Set it to the old one (or name that in SECRET_KEY_FALLBACKS and run "
        "manage.py reseal), or channels and authenticator apps cannot be opened."
    ]
