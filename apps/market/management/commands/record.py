"""Write down what comes in while the desk runs, to be played back later."""

import math
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from alphagex import clock
from apps.market.interrupts import asked_to_stop
from apps.market.recording import Recorder, RecordingError
from apps.market.recording_files import RecordingFiles, RecordingRun
from apps.market.watching import SymbolError, parse_symbol

_STEP_SECONDS = 0.5  # the longest Ctrl-C waits


class Command(BaseCommand):
    help = "Record the chains, gamma and answers that come in while the desk runs. Ctrl-C ends it; see `replay`."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "directory", nargs="?", type=Path, help="default: one named for this moment under ALPHAGEX_DATA_DIR"
        )
        parser.add_argument("--symbols", nargs="+", default=[], metavar="SYMBOL", help="only these (default: all)")
        parser.add_argument("--minutes", type=float, help="end by itself after so long")

    def handle(
        self, *args: Any, directory: Path | None, symbols: list[str], minutes: float | None, **options: Any
    ) -> None:
        if minutes is not None and not minutes > 0:
            raise CommandError(f"--minutes must be above zero, was {minutes}.")
        try:
            wanted = [parse_symbol(text) for text in symbols]
            # The directory is opened when no other recorder can be writing there.
            with asked_to_stop() as stop, Recorder(wanted) as recorder:
                files = RecordingFiles(directory or _directory_of_this_moment())
                self._record(recorder, files, stop=stop, seconds=math.inf if minutes is None else minutes * 60)
        except (RecordingError, SymbolError) as error:
            raise CommandError(str(error)) from error
        except redis.RedisError as error:
            raise CommandError("Redis, through which the desk hands over, does not answer. Start the desk.") from error
        self.stdout.write(_told(files, recorder))

    def _record(self, recorder: Recorder, files: RecordingFiles, *, stop: Event, seconds: float) -> None:
        with _line() as line:
            ends_at = time.monotonic() + seconds
            self.stdout.write(f"Recording to {files.directory}. Ctrl-C ends it.")
            run = RecordingRun(recorder, files, stop=stop, say=line.console.print)
            task = line.add_task("waiting for what comes in")
            while not stop.is_set() and (left := ends_at - time.monotonic()) > 0:
                run.step(wait_seconds=min(_STEP_SECONDS, left))
                line.update(task, description=_progress(files))
            run.finish()


def _directory_of_this_moment() -> Path:
    return Path(settings.DATA_DIR) / "recordings" / f"{clock.now():%Y-%m-%d_%H%M%S}"


def _line() -> Progress:
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    # Without a terminal only what somebody must know is printed.
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def _progress(files: RecordingFiles) -> str:
    if not files.newest:
        return "waiting for what comes in"
    return f"{_counted(files)}, newest: {files.newest}"


def _counted(files: RecordingFiles) -> str:
    observations = f"{files.observations} observation{'s' * (files.observations != 1)}"
    return f"{observations}, {files.answers} answer{'s' * (files.answers != 1)}, {files.bytes / 1e6:.1f} MB"


def _told(files: RecordingFiles, recorder: Recorder) -> str:
    if not files.newest:
        return "Nothing came in. Is the desk running (make run), and does it watch these symbols?"
    missing = ""
    if recorder.lost:
        missing += f" {recorder.lost} things came in faster than they could be written and are missing."
    if recorder.gaps:
        times = f"{recorder.gaps} time{'s' * (recorder.gaps != 1)}"
        missing += f" Recording was held up for seconds {times}; what came in meanwhile is missing."
    return f"Recorded {_counted(files)}.{missing} Play it with: manage.py replay {files.directory} --speed 60"
