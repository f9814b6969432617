"""Store a recorded chain as a snapshot, so that the page shows it until it is left."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alphagex import clock
from apps.market import feed
from apps.market.chain import ChainError
from apps.market.sources.recorded import read_chain_file


class Command(BaseCommand):
    help = "Import FILE (Cboe JSON or quote table, gzipped or not). The symbol's page shows it until 'Leave replay'."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            stored = feed.store_observation(read_chain_file(file), received_at=clock.now(), hold=True)
        except ChainError as error:
            raise CommandError(str(error)) from error
        snapshot = stored.snapshot
        verb = "Stored" if stored.is_new else "Already stored, shown again"
        self.stdout.write(
            f"{verb}: {snapshot.symbol} snapshot {snapshot.seq}, "
            f"as of {clock.in_new_york(snapshot.as_of):%Y-%m-%d %H:%M} ET. "
            f"See /gex/{snapshot.symbol}/"
        )
