"""The passphrase of backups: from the environment or a file, never from the command line, which others can read."""

import os
from pathlib import Path

from apps.operations.errors import BackupError

VARIABLE = "ALPHAGEX_BACKUP_KEY"
SHORTEST = 16


def passphrase(key_file: Path | None) -> str:
    """Return the first line of `key_file`, else the environment's ALPHAGEX_BACKUP_KEY. Raises BackupError."""
    if key_file is not None:
        try:
            text = key_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BackupError(f"The key cannot be read from {key_file}: {error}.") from error
    else:
        text = os.environ.get(VARIABLE, "").strip()
    if not text:
        raise BackupError(f"There is no key. Set {VARIABLE}, or name a file that holds it: --key-file FILE")
    return text


def require_strong(text: str) -> None:
    """Refuse a key for a new backup that could be guessed. Raises BackupError."""
    if len(text) < SHORTEST:
        raise BackupError(
            f"The key is too short: at least {SHORTEST} characters. One that cannot be guessed: openssl rand -base64 32"
        )
