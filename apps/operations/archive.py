"""What is inside the encryption: a compressed row of records, each a letter, a length and that many bytes.

    H  what the backup is of (JSON), always the first        M  the manifest (JSON), always the last
    T  a table begins (JSON: name, columns)                  F  an uploaded file begins (JSON: path)
    D  the next bytes of the table or the file

Tables are PostgreSQL's COPY text. No record is longer than RECORD_BYTES: neither side ever holds more of it.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.operations.envelope import SealedWriter
from apps.operations.errors import BackupError

RECORD_BYTES = 256 * 1024
# The manifest names every uploaded file, so that record alone may be longer.
MANIFEST_BYTES = 256 * 1024 * 1024
HEAD, TABLE, FILE, DATA, MANIFEST = b"H", b"T", b"F", b"D", b"M"
_PREFIX = struct.Struct(">cI")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the archive. kind: one of HEAD, TABLE, FILE, DATA, MANIFEST."""

    kind: bytes
    payload: bytes

    def as_json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.payload)
        return parsed


class ArchiveWriter:
    """Writes records, compressed, into an encrypted file."""

    def __init__(self, sealed: SealedWriter) -> None:
        self._sealed = sealed
        self._deflate = zlib.compressobj(level=4)
        self._waiting = bytearray()

    def note(self, kind: bytes, content: dict[str, Any]) -> None:
        """Write a record of JSON."""
        self._flush()
        self._record(kind, json.dumps(content, ensure_ascii=False, sort_keys=True).encode())

    def data(self, data: bytes | memoryview) -> None:
        """Write the next bytes of the table or file that was begun."""
        self._waiting += data
        while len(self._waiting) >= RECORD_BYTES:
            self._record(DATA, bytes(self._waiting[:RECORD_BYTES]))
            del self._waiting[:RECORD_BYTES]

    def close(self) -> None:
        """End the archive and its encryption."""
        self._flush()
        self._sealed.write(self._deflate.flush())
        self._sealed.close()

    def _flush(self) -> None:
        if self._waiting:
            self._record(DATA, bytes(self._waiting))
            self._waiting.clear()

    def _record(self, kind: bytes, payload: bytes) -> None:
        self._sealed.write(self._deflate.compress(_PREFIX.pack(kind, len(payload)) + payload))


def records(chunks: Iterator[bytes]) -> Iterator[Record]:
    """Yield the archive's records out of its decrypted chunks. Raises BackupError."""
    stream = _Inflated(chunks)
    while prefix := stream.read(_PREFIX.size):
        if len(prefix) < _PREFIX.size:
            raise BackupError("The backup is damaged: a record has no end.")
        kind, length = _PREFIX.unpack(prefix)
        if length > (MANIFEST_BYTES if kind == MANIFEST else RECORD_BYTES):
            raise BackupError("The backup is damaged: a record is longer than any that is written.")
        payload = stream.read(length)
        if len(payload) < length:
            raise BackupError("The backup is damaged: a record has no end.")
        yield Record(kind, payload)


class _Inflated:
    """The decompressed bytes of chunks, a few at a time."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._inflate = zlib.decompressobj()
        self._ready = bytearray()

    def read(self, count: int) -> bytes:
        """Return `count` bytes, fewer only at the end."""
        while len(self._ready) < count and self._more():
            pass
        data = bytes(self._ready[:count])
        del self._ready[:count]
        return data

    def _more(self) -> bool:
        pressed = self._inflate.unconsumed_tail or next(self._chunks, b"")
        try:
            fresh = self._inflate.decompress(pressed, RECORD_BYTES) if pressed else self._inflate.flush()
        except zlib.error as error:
            raise BackupError("The backup is damaged: it cannot be decompressed.") from error
        self._ready += fresh
        return bool(pressed or fresh)
