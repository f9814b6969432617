"""Recordings played back: what a viewer would have seen, at any speed."""

import math
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import structlog

from alphagex import clock
from apps.market.chain import Chain, ChainError
from apps.market.exposure.result import Exposure
from apps.market.sources.protocol import Answer, Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.recorded import Heading, find_recordings, read_recording

log = structlog.get_logger(__name__)

KEPT_RECORDINGS = 4  # parsed ones; pollers ask for the same recording many times
Recording = Chain | Exposure | Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """Headings, oldest first: of chains and gamma by symbol, of answers by question; the moments are their ends."""

    observations: dict[str, list[Heading]]
    answers: dict[Question, list[Heading]]
    first: datetime
    last: datetime
    problems: tuple[str, ...]


class ReplaySource:
    """Plays one recorded file, or all below a directory, from the moment `started_at`.

    Virtual time is the first recording's moment + (at - started_at) x speed. Each symbol, and each question, shows its
    newest recording not later than that; before its first one it shows the first, after its last one the last.
    speed 0 stands still.
    """

    name = "replay"
    always_open = True

    def __init__(self, path: Path, speed: float, started_at: datetime) -> None:
        if not (math.isfinite(speed) and speed >= 0):
            raise ValueError(f"replay speed must be a number from 0 up, was {speed!r}")
        self._path = path
        self._speed = speed
        self._started_at = clock.in_new_york(started_at)
        self._read: OrderedDict[Path, Recording | ChainError] = OrderedDict()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of which chains or gamma are recorded."""
        return tuple(sorted(self._index.observations))

    @property
    def problems(self) -> tuple[str, ...]:
        """One line per file that could not be read."""
        return self._index.problems

    @property
    def kinds(self) -> frozenset[Kind]:
        """What answers are recorded; nothing where there is nothing to replay, which asking for a chain explains."""
        try:
            return frozenset(question.kind for question in self._index.answers)
        except SourceUnavailable as error:
            log.warning("nothing_to_replay", reason=str(error))
            return frozenset()

    def virtual_time(self, at: datetime) -> datetime:
        """Return the moment in the recordings that is shown at `at`."""
        first, last = self._index.first, self._index.last
        elapsed = max(clock.in_new_york(at) - self._started_at, timedelta(0))
        # Compared before adding: years of replay at high speed would overflow the calendar.
        if elapsed.total_seconds() * self._speed >= (last - first).total_seconds():
            return last
        return first + elapsed * self._speed

    def observe(self, symbol: str, *, at: datetime) -> Chain | Exposure:
        """Return the newest recording of `symbol` at the virtual moment of `at`: a chain, or gamma without one."""
        wanted = symbol.strip().upper().lstrip("^_$")
        headings = self._index.observations.get(wanted)
        if headings is None:
            names = ", ".join(self.symbols) or "only answers to questions are"
            raise UnknownSymbol(f"Symbol {symbol!r} is not recorded in {self._path.name}: {names}.")
        recording, skipped = self._newest(headings, wanted, at=at)
        if isinstance(recording, Answer):
            raise SourceUnavailable(f"The recording of {wanted} has changed on disk: start the desk again.")
        return replace(recording, warnings=(*recording.warnings, *self._summary(), *skipped))

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the chain of `symbol`. Raises SourceUnavailable where its gamma was recorded without its chain."""
        observed = self.observe(symbol, at=at)
        if isinstance(observed, Chain):
            return observed
        raise SourceUnavailable(f"{observed.symbol} was recorded as gamma without its chain, at {observed.as_of}.")

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        """Return the recorded answer that is the newest at the virtual moment of `at`."""
        headings = self._index.answers.get(question)
        if headings is None:
            what = " ".join((question.kind.value.replace("_", " "), question.symbol, question.detail)).strip()
            raise UnknownSymbol(f"No answer to {what!r} is recorded in {self._path.name}.")
        recording, _ = self._newest(headings, question.symbol, at=at)
        if not isinstance(recording, Answer):
            raise SourceUnavailable(f"The recording of {question.symbol} has changed on disk: start the desk again.")
        return recording

    def _newest(self, headings: list[Heading], name: str, *, at: datetime) -> tuple[Recording, list[str]]:
        """Return the newest recording that can be read, and a line for each newer one that cannot."""
        newest = max(bisect_right(headings, self.virtual_time(at), key=lambda heading: heading.moment) - 1, 0)
        skipped: list[str] = []
        # A file may have a fine heading and broken contracts; then the recording before it is the newest good one.
        for heading in (*headings[newest::-1], *headings[newest + 1 :]):
            recording = self._recording(heading.path)
            if not isinstance(recording, ChainError):
                return recording, skipped
            skipped.append(str(recording))
        raise SourceUnavailable(f"None of the {len(headings)} recordings of {name} can be read: {skipped[0]}")

    @cached_property
    def _index(self) -> _Index:
        """What is recorded, read once, when first asked."""
        headings, problems = find_recordings(self._path)
        for problem in problems:
            log.warning("recording_unreadable", reason=problem)
        observations: dict[str, list[Heading]] = {}
        answers: dict[Question, list[Heading]] = {}
        for heading in headings:
            if heading.question is None:
                observations.setdefault(heading.symbol, []).append(heading)
            else:
                answers.setdefault(heading.question, []).append(heading)
        return _Index(
            observations=observations,
            answers=answers,
            first=headings[0].moment,
            last=headings[-1].moment,
            problems=problems,
        )

    def _recording(self, path: Path) -> Recording | ChainError:
        if path in self._read:
            self._read.move_to_end(path)
            return self._read[path]
        try:
            recording: Recording | ChainError = read_recording(path)
        except ChainError as error:
            log.warning("recording_unreadable", file=path.name, reason=str(error))
            recording = error
        self._read[path] = recording
        if len(self._read) > KEPT_RECORDINGS:
            self._read.popitem(last=False)
        return recording

    def _summary(self) -> tuple[str, ...]:
        if not self.problems:
            return ()
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return (f"Some recordings could not be read: {self.problems[0]}{more}",)
