"""`manage.py journal_catch_up`: journal entries for closed positions that have none."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.journal.entries import catch_up


class Command(BaseCommand):
    help = "Make journal entries for closed positions that have none. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        made = catch_up()
        self.stdout.write(f"{made} entries made." if made != 1 else "1 entry made.")
