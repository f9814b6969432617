"""manage.py restore: a backup comes back, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.operations.errors import BackupError
from apps.operations.inspecting import Inspected
from apps.operations.keys import passphrase
from apps.operations.restoring import check, restore


class Command(BaseCommand):
    help = (
        "Put database and uploads back as a backup has them. Stop web, worker and beat first. The whole file is "
        "checked before anything is touched; a restore that fails or is killed leaves everything as it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="Lose what the database and the uploads hold now.")
        parser.add_argument("--check", action="store_true", help="Read all of the backup, say what it holds, and stop.")
        parser.add_argument("--key-file", type=Path, metavar="FILE", help="Holds the key; else ALPHAGEX_BACKUP_KEY.")

    def handle(self, *args: Any, backup: Path, replace: bool, key_file: Path | None, **options: Any) -> None:
        try:
            key = passphrase(key_file)
            if options["check"]:
                self.stdout.write(f"The backup is whole: {_said(check(backup, key))}")
                return
            restored = restore(backup, key, replace=replace, tell=self.stderr.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored: {_said(restored.backup)}")
        for note in restored.notes:
            self.stdout.write(self.style.WARNING(note))


def _said(backup: Inspected) -> str:
    return (
        f"{backup.rows:,} rows of {len(backup.tables)} tables and {len(backup.files):,} files, "
        f"made {backup.made_at} by version {backup.app_version}"
    )
