"""What a worker does for a scan, by hand: so that a test decides what has come by when."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import time_machine
from django.contrib.auth.models import User

from alphagex import clock
from apps.market import tasks
from apps.market.redis_client import short_questions
from apps.scanner import scanning
from apps.scanner.models import ScanResult, ScanRun, Watchlist

QUEUE = "celery"


@dataclass
class ScannerDesk:
    """The clock, and the tasks that wait for a worker. committing: a block whose end is a commit."""

    traveller: time_machine.Traveller
    committing: Callable[[], AbstractContextManager[Any]]
    fetched: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return clock.now()

    def pass_time(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    def start(self, owner: User, symbols: Sequence[str], *, force: bool = False, name: str = "Main") -> ScanRun:
        """Start a scan of a list of these symbols; its first step waits in the queue."""
        listed, _ = Watchlist.objects.update_or_create(
            owner=owner, name=name, defaults={"symbols": list(symbols), "created_at": self.now}
        )
        with self.committing():
            run, is_new = scanning.start(owner, listed, key=uuid4().hex, force=force, at=self.now)
        assert is_new
        return run

    def step(self, run: ScanRun) -> float | None:
        """Do the step that is due."""
        run.refresh_from_db()
        with self.committing():
            pause = scanning.step(run.pk, run.step, at=self.now)
        run.refresh_from_db()
        return pause

    def waiting_fetches(self) -> list[tuple[str, str]]:
        """Take what was handed to the workers: source and item of each fetch, oldest first."""
        found = []
        while kept := short_questions().rpop(QUEUE):
            message = msgspec.json.decode(str(kept))
            if message["headers"]["task"] == "market.fetch":
                body = msgspec.json.decode(b64decode(message["body"]))
                found.append(tuple(body[0]))
        return found

    def fetch(self, *, but: Sequence[str] = ()) -> list[str]:
        """Do all fetches that were handed out, except those of some symbols; return what was fetched."""
        done = []
        for source, item in self.waiting_fetches():
            symbol = item.split("|")[1]
            if symbol not in but:
                with self.committing():
                    tasks.fetch(source, item)
                done.append(symbol)
        self.fetched += done
        return done

    def run_to_its_end(self, run: ScanRun, *, seconds: float = 1.0, most: int = 200) -> None:
        """Step and fetch, a second at a time, until the scan is over."""
        for _ in range(most):
            if self.step(run) is None:
                return
            self.fetch()
            self.pass_time(seconds)
        raise AssertionError(f"not over after {most} steps: {rows_of(run)}")


def rows_of(run: ScanRun) -> dict[str, ScanResult]:
    return {row.symbol: row for row in ScanResult.objects.filter(run=run)}
