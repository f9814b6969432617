"""Recorded chains played back: what a viewer would have seen, at any speed."""

import math
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import structlog

from alphagex import clock
from apps.market.chain import Chain, ChainError
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.recorded import Heading, read_chain_file, read_heading

log = structlog.get_logger(__name__)

KEPT_CHAINS = 4  # parsed ones; pollers ask for the same recording many times


class ReplaySource:
    """Plays one recorded file, or all below a directory, from the moment `started_at`.

    Virtual time is the first recording's moment + (at - started_at) x speed. Each symbol shows its newest recording
    not later than that; before its first one it shows the first, after its last one the last. speed 0 stands still.
    """

    name = "replay"
    always_open = True

    def __init__(self, path: Path, speed: float, started_at: datetime) -> None:
        if not (math.isfinite(speed) and speed >= 0):
            raise ValueError(f"replay speed must be a number from 0 up, was {speed!r}")
        self._path = path
        self._speed = speed
        self._started_at = clock.in_new_york(started_at)
        self._chains: OrderedDict[Path, Chain | ChainError] = OrderedDict()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that are recorded."""
        return tuple(sorted(self._recordings))

    @property
    def problems(self) -> tuple[str, ...]:
        """One line per file that could not be read."""
        return self._index[1]

    def virtual_time(self, at: datetime) -> datetime:
        """Return the moment in the recordings that is shown at `at`."""
        first = min(headings[0].as_of for headings in self._recordings.values())
        last = max(headings[-1].as_of for headings in self._recordings.values())
        elapsed = max(clock.in_new_york(at) - self._started_at, timedelta(0))
        # Compared before adding: years of replay at high speed would overflow the calendar.
        if elapsed.total_seconds() * self._speed >= (last - first).total_seconds():
            return last
        return first + elapsed * self._speed

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the recording of `symbol` that is the newest at the virtual moment of `at`."""
        wanted = symbol.strip().upper().lstrip("^_$")
        headings = self._recordings.get(wanted)
        if headings is None:
            raise UnknownSymbol(f"Symbol {symbol!r} is not recorded in {self._path.name}: {', '.join(self.symbols)}.")
        newest = max(bisect_right(headings, self.virtual_time(at), key=lambda heading: heading.as_of) - 1, 0)
        skipped: list[str] = []
        # A file may have a fine heading and broken contracts; then the recording before it is the newest good one.
        for heading in (*headings[newest::-1], *headings[newest + 1 :]):
            chain = self._chain(heading.path)
            if isinstance(chain, Chain):
                return replace(chain, warnings=(*chain.warnings, *self._summary(), *skipped))
            skipped.append(str(chain))
        raise SourceUnavailable(f"None of the {len(headings)} recordings of {wanted} can be read: {skipped[0]}")

    @property
    def _recordings(self) -> dict[str, list[Heading]]:
        return self._index[0]

    @cached_property
    def _index(self) -> tuple[dict[str, list[Heading]], tuple[str, ...]]:
        """Headings by symbol in order of time, and the files that have none. Read once, when first asked."""
        found: dict[str, list[Heading]] = {}
        problems = []
        for path in self._files():
            try:
                heading = read_heading(path)
            except ChainError as error:
                problems.append(str(error))
                log.warning("recording_unreadable", file=path.name, reason=str(error))
            else:
                found.setdefault(heading.symbol, []).append(heading)
        if not found:
            reason = problems[0] if problems else "it holds no files"
            raise SourceUnavailable(f"Nothing to replay in {self._path.name}: {reason}")
        return {symbol: sorted(headings) for symbol, headings in found.items()}, tuple(problems)

    def _files(self) -> list[Path]:
        if self._path.is_dir():
            inside = (path for path in self._path.rglob("*") if path.is_file())
            return sorted(path for path in inside if not path.name.startswith("."))
        if self._path.exists():
            return [self._path]
        raise SourceUnavailable(f"There is no file or directory {self._path} to replay.")

    def _chain(self, path: Path) -> Chain | ChainError:
        if path in self._chains:
            self._chains.move_to_end(path)
            return self._chains[path]
        try:
            chain: Chain | ChainError = read_chain_file(path)
        except ChainError as error:
            log.warning("recording_unreadable", file=path.name, reason=str(error))
            chain = error
        self._chains[path] = chain
        if len(self._chains) > KEPT_CHAINS:
            self._chains.popitem(last=False)
        return chain

    def _summary(self) -> tuple[str, ...]:
        if not self.problems:
            return ()
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return (f"Some recordings could not be read: {self.problems[0]}{more}",)
