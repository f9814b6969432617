"""manage.py document_schema: writes docs/database.md, or says whether it is up to date."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.operations.schema_document import schema_document


class Command(BaseCommand):
    help = "Write docs/database.md from the models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the document is stale.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path, fresh = settings.BASE_DIR / "docs" / "database.md", schema_document()
        if not check:
            path.write_text(fresh)
            self.stdout.write(f"{path} is up to date.")
        elif not path.exists() or path.read_text() != fresh:
            raise CommandError(f"{path} is stale. Write it again: manage.py document_schema")
