"""manage.py import_legacy: the old program's databases come along."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from alphagex import clock
from apps.legacy_import.importing import import_databases
from apps.legacy_import.sources import SourceError


class Command(BaseCommand):
    help = (
        "Import old SQLite databases (gex_copilot.db, gamma_correlation.db) for a user, all of them or none. "
        "The files stay as they are; running it again imports nothing twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("databases", nargs="+", type=Path, metavar="DB")
        parser.add_argument("--owner", required=True, metavar="USER", help="Whose trades they are.")
        parser.add_argument("--dry-run", action="store_true", help="Do everything, then take it back.")
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write the report there as JSON.")
        parser.add_argument(
            "--machine-zone",
            default="America/New_York",
            metavar="ZONE",
            help="What the old machine's clock showed, for times that name no zone (see docs/migration.md).",
        )

    def handle(self, *args: Any, databases: list[Path], owner: str, dry_run: bool, **options: Any) -> None:
        user = User.objects.filter(username=owner).first()
        if user is None:
            raise CommandError(f"There is no user {owner}. Name one who logs in here, for example owner.")
        try:
            zone = ZoneInfo(options["machine_zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise CommandError(
                f"There is no time zone {options['machine_zone']}, but America/New_York, say."
            ) from error
        try:
            report = import_databases(
                databases, user, at=clock.now(), zone=zone, dry_run=dry_run, tell=self.stderr.write
            )
        except SourceError as error:
            raise CommandError(str(error)) from error
        if options["report"] is not None:
            _write(options["report"], report.as_json())
        if not report.ok:
            raise CommandError("Nothing was imported, because it does not add up:\n" + "\n".join(report.wrong()))
        for name, table in sorted(report.tables.items()):
            self.stdout.write(
                f"{name}: {table.source_rows:,} rows, {table.imported:,} imported, {table.quarantined:,} in quarantine"
            )
        verb = "Would import" if dry_run else "Imported"
        self.stdout.write(
            f"{verb} {report.imported:,} rows, {report.quarantined:,} in quarantine. All checks are equal."
        )


def _write(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise CommandError(f"The report cannot be written to {path}: {error.strerror or error}.") from error
