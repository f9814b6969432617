"""Play a recording into the running desk."""

import math
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from alphagex import clock
from apps.market.interrupts import asked_to_stop
from apps.market.replaying import Step, play
from apps.market.sources.protocol import SourceError
from apps.market.sources.recorded import Heading, find_recordings
from apps.market.watching import SymbolError, parse_symbol

_PROBLEMS_TOLD = 5


class Command(BaseCommand):
    help = (
        "Play what `record` wrote, or other recorded chains, into the running desk. The pages follow; Ctrl-C ends it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recording", metavar="DIRECTORY_OR_FILE", type=Path)
        parser.add_argument(
            "--speed", type=_speed, default=1.0, help="recorded seconds per second, or max: no waiting (default: 1)"
        )
        parser.add_argument("--symbols", nargs="+", default=[], metavar="SYMBOL", help="only these (default: all)")

    def handle(self, *args: Any, recording: Path, speed: float, symbols: list[str], **options: Any) -> None:
        try:
            found, problems = find_recordings(recording)
            wanted = {parse_symbol(text) for text in symbols}
        except (SourceError, SymbolError) as error:
            raise CommandError(str(error)) from error
        observed = [heading for heading in found if heading.question is None]
        headings = [heading for heading in observed if not wanted or heading.symbol in wanted]
        if not headings:
            recorded = ", ".join(sorted({heading.symbol for heading in observed})) or "none, only answers to questions"
            raise CommandError(f"Nothing to play. Recorded symbols in {recording.name}: {recorded}.")
        steps = self._play(headings, speed=speed)
        told = dict.fromkeys((*problems, *(step.problem for step in steps if step.problem)))
        for problem in list(told)[:_PROBLEMS_TOLD]:
            self.stderr.write(problem)
        if len(told) > _PROBLEMS_TOLD:
            self.stderr.write(f"... and {len(told) - _PROBLEMS_TOLD} more.")
        self.stdout.write(_told(steps, headings))
        if answers := len(found) - len(observed):
            noun = "answer" if answers == 1 else "answers"
            self.stdout.write(
                f"{answers} {noun} (prices, quotes ...) can be played by ALPHAGEX_DATA_SOURCE=replay only."
            )
        if not any(not step.problem for step in steps) and len(steps) == len(headings):
            raise CommandError("None of the observations could be played.")

    def _play(self, headings: list[Heading], *, speed: float) -> list[Step]:
        steps: list[Step] = []
        with asked_to_stop() as stop, _bar() as bar:
            task = bar.add_task(_moment(headings[0]), total=len(headings))
            for step in play(headings, speed=speed, stop=stop):
                steps.append(step)
                bar.update(task, advance=1, description=_moment(step.heading))
        return steps


def _speed(text: str) -> float:
    try:
        speed = math.inf if text == "max" else float(text)
    except ValueError:
        speed = math.nan
    if not speed > 0:
        raise ArgumentTypeError(f"{text!r} is neither a number above zero nor max")
    return speed


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def _moment(heading: Heading) -> str:
    return f"{clock.in_new_york(heading.moment):%Y-%m-%d %H:%M:%S} ET {heading.symbol}"


def _told(steps: list[Step], headings: list[Heading]) -> str:
    played = [step for step in steps if not step.problem]
    symbols = sorted({step.heading.symbol for step in played})
    ended = "Played" if len(steps) == len(headings) else "Stopped after"
    counts = f"{len(played)} of {len(headings)} observations, {sum(step.is_new for step in played)} new snapshots."
    if not symbols:
        return f"{ended} {counts}"
    names = ", ".join(symbols)
    return (
        f"{ended} {counts} {names}: the pages keep showing the recording. "
        f"'Leave replay' there goes back to the configured source, for example on /gex/{symbols[0]}/"
    )
