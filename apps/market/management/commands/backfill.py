"""Fill in the sessions the desk did not see, from the history of the configured source."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from alphagex import clock
from apps.market import configured
from apps.market.budget import Priority
from apps.market.history.backfill import BackfillError, Filled, backfill
from apps.market.sources.protocol import MarketSource, OutOfBudget, SourceError
from apps.market.watching import SymbolError, parse_symbol

PATIENCE_SECONDS = 900.0  # for one request's turn behind whoever looks at something now


class Command(BaseCommand):
    help = "Fill the figures of the last sessions of SYMBOL from the source's history. Start it again to continue."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbols", nargs="+", metavar="SYMBOL")
        parser.add_argument("--days", type=int, default=252, help="sessions back from now (default: 252, a year)")
        parser.add_argument("--source", help="another source than ALPHAGEX_DATA_SOURCE")

    def handle(self, *args: Any, symbols: list[str], days: int, source: str | None, **options: Any) -> None:
        try:
            wanted = list(dict.fromkeys(parse_symbol(text) for text in symbols))
            sources = configured.build_configured(
                source, priority=Priority.BACKFILL, patience_seconds=PATIENCE_SECONDS
            ).sources
        except (SymbolError, ValueError) as error:
            raise CommandError(str(error)) from error
        try:
            with _bars() as bars:
                problems = [line for symbol in wanted for line in self._fill(symbol, sources, days=days, bars=bars)]
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was filled is stored; start again to continue.", returncode=130) from None
        except OutOfBudget as error:
            raise CommandError(f"{error} What was filled is stored; start again later to continue.") from error
        except redis.RedisError as error:
            raise CommandError("Redis, which holds the request budget, is away. Start it, then try again.") from error
        if problems:
            raise CommandError(" ".join(problems))

    def _fill(self, symbol: str, sources: tuple[MarketSource, ...], *, days: int, bars: "_Bars") -> tuple[str, ...]:
        """Fill one symbol and print how it went. Return what went wrong; the next symbol is tried all the same."""
        try:
            filled = backfill(symbol, sources, days=days, at=clock.now(), progress=bars.show)
        except OutOfBudget:
            raise
        except (BackfillError, SourceError) as error:
            return (f"{symbol}: {error}",)
        self.stdout.write(_told(filled))
        return tuple(f"{symbol}: {problem} Start again later to fill the rest." for problem in filled.problems)


class _Bars:
    """One progress bar per symbol."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def show(self, symbol: str, done: int, total: int) -> None:
        if symbol not in self._tasks:
            self._tasks[symbol] = self._bar.add_task(symbol, total=total)
        self._bar.update(self._tasks[symbol], completed=done, total=total)


@contextmanager
def _bars() -> Iterator[_Bars]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sessions"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        yield _Bars(bar)


def _told(filled: Filled) -> str:
    lines = [
        f"{filled.symbol} ({filled.source}): {filled.added} sessions added, {filled.completed} completed, "
        f"{filled.known} of {filled.sessions} were there."
    ]
    if filled.absent:
        first, last = min(filled.absent), max(filled.absent)
        lines.append(f"  Not to be had for {len(filled.absent)} sessions between {first} and {last}.")
    return "\n".join([*lines, *(f"  {note}" for note in filled.notes)])
