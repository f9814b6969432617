"""Reading a whole backup before anything is touched: every byte authentic, every table and file as its hash says."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from apps.operations.archive import DATA, FILE, HEAD, MANIFEST, TABLE, Record, records
from apps.operations.backing_up import FORMAT
from apps.operations.envelope import opened_chunks
from apps.operations.errors import BackupError
from apps.operations.tables import Content
from apps.operations.uploads import require_inside


@dataclass(slots=True)
class Inspected:
    """What a backup holds. columns: of each table; files: SHA-256 by path; sequences: the number each gives next."""

    app_version: str
    made_at: str
    secret_key: str
    migrations: set[tuple[str, str]]
    columns: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, Content] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(content.rows for content in self.tables.values())


def records_of(file: BinaryIO, passphrase: str) -> Iterator[Record]:
    """Yield the records of a backup from its beginning. Raises BackupError."""
    file.seek(0)
    return records(opened_chunks(file, passphrase))


def inspect(file: BinaryIO, passphrase: str) -> Inspected:
    """Read all of the backup; return what it holds. Raises BackupError if anything in it is not as it was written."""
    found: Inspected | None = None
    manifest: dict[str, Any] | None = None
    digests: dict[tuple[bytes, str], Any] = {}
    current: Any = None
    for record in records_of(file, passphrase):
        if record.kind == HEAD and found is None:
            found = _from_head(record.as_json())
        elif found is None or manifest is not None:
            raise BackupError("The backup is damaged: its records are in no order.")
        elif record.kind == DATA and current is not None:
            current.update(record.payload)
        elif record.kind == TABLE:
            begun = record.as_json()
            found.columns[begun["name"]] = begun["columns"]
            current = digests[TABLE, begun["name"]] = hashlib.sha256()
        elif record.kind == FILE:
            path = record.as_json()["path"]
            require_inside(path)
            current = digests[FILE, path] = hashlib.sha256()
        elif record.kind == MANIFEST:
            manifest = record.as_json()
        else:
            raise BackupError("The backup is damaged: it holds a record nobody writes.")
    if found is None or manifest is None:
        raise BackupError("The backup is damaged: it has no manifest.")
    found.tables = {name: Content(**one) for name, one in manifest["tables"].items()}
    found.files, found.sequences = manifest["files"], manifest["sequences"]
    expected = {(TABLE, name): one.sha256 for name, one in found.tables.items()}
    expected |= {(FILE, path): sha256 for path, sha256 in found.files.items()}
    if expected != {key: digest.hexdigest() for key, digest in digests.items()}:
        raise BackupError("The backup is damaged: a table or file is not what its manifest says.")
    return found


def _from_head(head: dict[str, Any]) -> Inspected:
    if head.get("format") != FORMAT:
        raise BackupError(
            f"The backup has format {head.get('format')}, this version reads {FORMAT}. Use the version that made it "
            f"({head.get('app_version')}) or a newer one."
        )
    return Inspected(
        app_version=head["app_version"],
        made_at=head["made_at"],
        secret_key=head["secret_key"],
        migrations={(app, name) for app, name in head["migrations"]},
    )
