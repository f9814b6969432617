"""manage.py backup: database and uploads in one encrypted file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alphagex import clock
from apps.operations.backing_up import back_up
from apps.operations.errors import BackupError
from apps.operations.keys import passphrase


class Command(BaseCommand):
    help = (
        "Write the whole database, as it stands at this moment, and all uploads into one encrypted file. The desk goes "
        "on meanwhile. The key comes from ALPHAGEX_BACKUP_KEY or a file; without it nobody opens the backup again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FILE", help="A file, or a folder that gets one named by time.")
        parser.add_argument("--key-file", type=Path, metavar="FILE", help="Holds the key; else ALPHAGEX_BACKUP_KEY.")

    def handle(self, *args: Any, to: Path | None, key_file: Path | None, verbosity: int, **options: Any) -> None:
        target = to or Path(settings.DATA_DIR) / "backups"
        if to is None or target.is_dir():
            target /= f"alphagex-{clock.now():%Y%m%d-%H%M%S}.backup"
        try:
            made = back_up(target, passphrase(key_file), tell=self.stderr.write if verbosity > 1 else _silent)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{made.path}: {made.rows:,} rows of {made.tables} tables, {made.files:,} files, {made.size:,} bytes"
        )


def _silent(line: str) -> None:
    """Progress is shown on demand only: a schedule mails what a command prints."""
