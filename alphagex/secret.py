"""The signing key of an installation that sets none: made once, kept in the data folder, readable by its owner."""

import os
import secrets
from pathlib import Path


def development_secret_key(data_dir: Path) -> str:
    """Return the kept key, making it at first use."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
