"""Making a backup: the whole database as it stood at one moment, and the uploads, in one encrypted file."""

import hashlib
import os
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings

from alphagex import clock
from apps.operations import tables, uploads
from apps.operations.archive import FILE, HEAD, MANIFEST, TABLE, ArchiveWriter
from apps.operations.envelope import SealedWriter
from apps.operations.errors import BackupError
from apps.operations.keys import require_strong

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup. rows: of all tables; size: of the file in bytes."""

    path: Path
    tables: int
    rows: int
    files: int
    size: int


def back_up(target: Path, passphrase: str, *, tell: Callable[[str], None]) -> Made:
    """Write a backup to `target`, which appears only when it is whole. Raises BackupError."""
    require_strong(passphrase)
    if target.exists():
        raise BackupError(f"{target} exists already; a backup overwrites nothing. Choose another name.")
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            archive = ArchiveWriter(SealedWriter(file, passphrase))
            manifest = _write(archive, tell)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        raise BackupError(f"The backup cannot be written to {target}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    rows = sum(one["rows"] for one in manifest["tables"].values())
    return Made(target, len(manifest["tables"]), rows, len(manifest["files"]), target.stat().st_size)


def _write(archive: ArchiveWriter, tell: Callable[[str], None]) -> dict[str, Any]:
    manifest: dict[str, Any] = {"tables": {}, "files": {}}
    with tables.own_connection() as own:
        # All tables as of one moment, however long the reading takes and whatever is traded meanwhile.
        own.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables.read_alike(own)
        found = tables.tables_of(own)
        archive.note(HEAD, _head(own))
        for table in found.values():
            archive.note(TABLE, {"name": table.name, "columns": table.columns})
            content = tables.read_table(own, table, archive.data)
            manifest["tables"][table.name] = {"rows": content.rows, "sha256": content.sha256}
            if content.rows:
                tell(f"{table.name}: {content.rows:,} rows")
        manifest["sequences"] = tables.sequences_of(own)
        # Within the transaction: an upload whose row is in the backup is older than it, so its file is here.
        manifest["files"] = _write_files(archive, Path(settings.MEDIA_ROOT))
    archive.note(MANIFEST, manifest)
    return manifest


def _write_files(archive: ArchiveWriter, root: Path) -> dict[str, str]:
    """Return path and SHA-256 of every upload written."""
    written = {}
    for path in uploads.files_in(root):
        digest = hashlib.sha256()
        try:
            pieces = uploads.pieces_of(root / path)
            first = next(pieces, b"")
        except FileNotFoundError:  # its owner removed it while we read the others
            continue
        archive.note(FILE, {"path": path})
        for piece in chain((first,), pieces):
            digest.update(piece)
            archive.data(piece)
        written[path] = digest.hexdigest()
    return written


def _head(own: tables.Connection) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "app_version": app_version(),
        "made_at": clock.utc_iso(clock.now()),
        "migrations": sorted(map(list, tables.applied_migrations(own))),
        "secret_key": secret_key_mark(),
    }


def app_version() -> str:
    """Return the version in pyproject.toml."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def secret_key_mark() -> str:
    """Return what tells one SECRET_KEY from another without telling it: sealed secrets open under their own only."""
    return hashlib.sha256(b"alphagex backup\0" + settings.SECRET_KEY.encode()).hexdigest()[:16]
