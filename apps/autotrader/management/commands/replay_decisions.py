"""Make the auto trader's stored decisions again from their stored inputs and compare."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.autotrader.deciding import engine_version
from apps.autotrader.models import AutonomousDecision
from apps.autotrader.replaying import differences


class Command(BaseCommand):
    help = "Make stored decisions of the auto trader again and print every difference; exit code 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--owner", help="user name")
        parser.add_argument("--day", help="trading day, YYYY-MM-DD")
        parser.add_argument("--id", type=int, help="one decision")

    def handle(self, *args: Any, **options: Any) -> None:
        found = AutonomousDecision.objects.order_by("pk")
        if options["owner"]:
            found = found.filter(owner__username=options["owner"])
        if options["day"]:
            found = found.filter(trading_day=_day(options["day"]))
        if options["id"] is not None:
            found = found.filter(pk=options["id"])
        decisions, different, older = 0, 0, 0
        for decision in found.iterator(chunk_size=200):
            decisions += 1
            older += decision.engine_version != engine_version()
            lines = [str(one) for one in differences(decision)]
            different += bool(lines)
            for line in lines:
                self.stdout.write(line)
        said = f"{decisions:,} decisions made again, {different:,} differ."
        if older:
            said += f" {older:,} were made by another version of the engine."
        self.stdout.write(said)
        if not decisions:
            raise CommandError("No decision was found.")
        if different:
            raise CommandError(f"{different:,} decisions differ.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day. Write it as 2026-11-23.") from error
