"""The uploaded files: read into a backup, and out of one put in place so that a failure leaves them as they were."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from apps.operations.errors import BackupError

READ_BYTES = 256 * 1024
_STAGING = ".restoring"


def files_in(root: Path) -> list[str]:
    """Return the paths of all files below `root`, relative, in order; symbolic links are not followed."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != _STAGING)
        inside = Path(folder).relative_to(root)
        found += [(inside / name).as_posix() for name in names if (Path(folder) / name).is_file()]
    return sorted(found)


def pieces_of(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    for piece in pieces_of(path):
        digest.update(piece)
    return digest.hexdigest()


def require_inside(path: str) -> None:
    """Refuse a path that would lead out of the folder. Raises BackupError."""
    parts = Path(path).parts
    if not parts or Path(path).is_absolute() or ".." in parts or parts[0] == _STAGING or "\0" in path:
        raise BackupError(f"The backup names a file outside the folder of uploads: {path!r}.")


class StagedFiles:
    """The files of a backup beside those in use, on the same disk, until `put_in_place`."""

    def __init__(self, root: Path) -> None:
        self._root, self._staging = root, root / _STAGING
        self._paths: list[str] = []

    def __enter__(self) -> "StagedFiles":
        shutil.rmtree(self._staging, ignore_errors=True)  # left by a restore that was killed
        self._staging.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(self, *exc: object) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)

    def begin(self, path: str) -> Path:
        """Return where to write the file that will be `path`."""
        require_inside(path)
        self._paths.append(path)
        target = self._staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file as it was written here."""
        return sha256_of(self._staging / path)

    def put_in_place(self) -> None:
        """Replace what is in use: first all files come, then those that the backup does not have go."""
        for path in self._paths:
            target = self._root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._staging / path).replace(target)
        kept = set(self._paths)
        for path in files_in(self._root):
            if path not in kept:
                (self._root / path).unlink()
                with suppress(OSError):  # a folder that still holds files stays
                    (self._root / path).parent.rmdir()
