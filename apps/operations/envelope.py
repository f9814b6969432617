"""The encrypted file: chunks of AES-256-GCM, numbered, the last one marked, under a key of scrypt.

    head    magic (8) | scrypt log2 n, r, p (1 each) | salt (16) | nonce prefix (7) | proof of the key (16)
    chunk   length of what follows (4, big endian) | ciphertext with its tag (16)

Nonce of a chunk: prefix (7) | number (4) | 1 if it is the last (1). Each chunk authenticates the head as well. So a
chunk that is changed, moved, repeated, left out or put behind the end does not open.
"""

import hmac
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from apps.operations.errors import BackupError

MAGIC = b"AGXBKUP1"
CHUNK_BYTES = 1 << 20
_TAG_BYTES, _KEY_BYTES, _PROOF_BYTES = 16, 32, 16
_LOG2_N, _R, _P = 15, 8, 1  # 32 MB and a tenth of a second for each guess
_HEAD = struct.Struct(f">8sBBB16s7s{_PROOF_BYTES}s")
_LENGTH = struct.Struct(">I")
_DAMAGED = "The backup is damaged: {}. Nothing was changed; take another copy of the file."


class SealedWriter:
    """Encrypts what is written; without `close` the file has no end and does not open."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = os.urandom(16), os.urandom(7)
        key, proof = _derived(passphrase, salt, _LOG2_N, _R, _P)
        self._head = _HEAD.pack(MAGIC, _LOG2_N, _R, _P, salt, self._prefix, proof)
        self._cipher, self._file, self._number = AESGCM(key), file, 0
        self._waiting = bytearray()
        file.write(self._head)

    def write(self, data: bytes) -> None:
        """Take bytes; every full chunk goes to the file."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        """Write the last chunk. The file itself stays open."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._prefix, self._number, is_last=is_last), data, self._head)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


def opened_chunks(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """Yield the plain text, at most CHUNK_BYTES at a time, from the file's beginning. Raises BackupError."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(MAGIC):
        raise BackupError("This file is no backup of AlphaGEX, or not one that this version can read.")
    _, log2_n, r, p, salt, prefix, proof = _HEAD.unpack(head)
    if not (10 <= log2_n <= 20 and 1 <= r <= 16 and 1 <= p <= 4):
        raise BackupError(_DAMAGED.format("its head makes no sense"))
    key, expected = _derived(passphrase, salt, log2_n, r, p)
    if not hmac.compare_digest(proof, expected):
        raise BackupError("The key does not open this backup. Set ALPHAGEX_BACKUP_KEY to the one it was made with.")
    cipher, number, is_last = AESGCM(key), 0, False
    while not is_last:
        sealed, is_last = _next_chunk(file, number)
        try:
            data = cipher.decrypt(_nonce(prefix, number, is_last=is_last), sealed, head)
        except InvalidTag as error:
            what = "it was cut off at its end, or changed" if is_last else f"chunk {number + 1} was changed or moved"
            raise BackupError(_DAMAGED.format(what)) from error
        number += 1
        yield data


def _next_chunk(file: BinaryIO, number: int) -> tuple[bytes, bool]:
    """Return the sealed chunk and whether the file ends behind it."""
    prefix = file.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        raise BackupError(_DAMAGED.format(f"it ends within chunk {number + 1}"))
    (length,) = _LENGTH.unpack(prefix)
    if not _TAG_BYTES <= length <= CHUNK_BYTES + _TAG_BYTES:
        raise BackupError(_DAMAGED.format(f"chunk {number + 1} has an impossible length"))
    sealed = file.read(length)
    if len(sealed) < length:
        raise BackupError(_DAMAGED.format(f"it ends within chunk {number + 1}"))
    follows = file.read(1)
    if follows:
        file.seek(-1, os.SEEK_CUR)
    return sealed, not follows


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _derived(passphrase: str, salt: bytes, log2_n: int, r: int, p: int) -> tuple[bytes, bytes]:
    """Return the key of the chunks, and what shows that a passphrase is the right one without opening any."""
    scrypt = Scrypt(salt=salt, length=_KEY_BYTES + _PROOF_BYTES, n=1 << log2_n, r=r, p=p)
    both = scrypt.derive(passphrase.encode())
    return both[:_KEY_BYTES], both[_KEY_BYTES:]
