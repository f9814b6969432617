"""A recording on disk: one file per observation or answer, and an index of them."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol

import redis

from alphagex import clock
from apps.market.recording import About, Noted, Recorder, RecordingError
from apps.market.sources import recording_index

_NUMBER = re.compile(r"(\d{6,})_")
_STRANGE = re.compile(r"[^A-Za-z0-9.-]+")
_PAUSE_SECONDS = 1.0  # before Redis is asked again after it was away


class RecordingFiles:
    """Writes what was noted into a directory; one that holds a recording is continued. Raises RecordingError."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.observations = self.answers = self.bytes = 0
        self.newest = ""
        try:
            directory.mkdir(parents=True, exist_ok=True)
            (directory / recording_index.NAME).open("ab").close()
            names = [match[1] for path in directory.iterdir() if (match := _NUMBER.match(path.name))]
        except OSError as error:
            raise self._refused(error) from error
        self._number = max(map(int, names), default=0)
        self._known: dict[str, tuple[str, datetime]] = {}
        for line in recording_index.read(directory).values():
            if not line.kind:
                self._known[line.symbol] = (line.source, _as_of(line))

    def write(self, noted: Noted) -> None:
        """Write a thing whole or not at all, unless it says nothing new. Raises RecordingError if the disk refuses."""
        if not self._is_news(noted):
            return
        about = noted.about
        name = f"{self._number + 1:06d}_{_name(noted)}.json.gz"
        line = recording_index.Line(
            file=name,
            bytes=len(noted.packed),
            symbol=about.symbol,
            as_of=about.as_of,
            received_at=about.received_at,
            source=about.source,
            kind=about.kind,
            detail=about.detail,
        )
        try:
            _write_whole(self.directory / name, noted.packed)
            recording_index.append(self.directory, line)
        except OSError as error:
            raise self._refused(error) from error
        self._number += 1
        self.bytes += len(noted.packed)
        self.newest = f"{about.symbol} {clock.in_new_york(about.received_at):%H:%M:%S}"
        if about.kind:
            self.answers += 1
        else:
            self.observations += 1
            self._known[about.symbol] = (about.source, _as_of(about))

    def _is_news(self, noted: Noted) -> bool:
        """Return whether it would have become a snapshot: sources repeat themselves and chains overtake each other."""
        about = noted.about
        source, newest = self._known.get(about.symbol, ("", about.received_at))
        return bool(about.kind) or source != about.source or newest < _as_of(about)

    def _refused(self, error: OSError) -> RecordingError:
        safe = self.observations + self.answers
        kept = f"{safe} recorded files are safe; make room" if safe else "Make room"
        return RecordingError(
            f"Cannot write to {self.directory}: {error.strerror or error}. {kept} or name another directory, "
            "then start again."
        )


class Say(Protocol):
    """Tells a line to whoever records."""

    def __call__(self, line: str, /) -> object: ...


class RecordingRun:
    """Moves what the pipeline notes into files, step by step. stop: ends the waiting for a Redis that is away."""

    def __init__(self, recorder: Recorder, files: RecordingFiles, *, stop: Event, say: Say) -> None:
        self._recorder, self._files, self._stop, self._say = recorder, files, stop, say
        self._is_redis_away = False

    def step(self, *, wait_seconds: float) -> None:
        """Write what has come in, waiting for it. Raises RecordingError; Redis away is said, once."""
        try:
            self._write(self._recorder.take(wait_seconds=wait_seconds))
        except redis.RedisError as error:
            if not self._is_redis_away:
                self._say(f"Redis does not answer ({type(error).__name__}): nothing is recorded until it is back.")
            self._is_redis_away = True
            self._stop.wait(min(_PAUSE_SECONDS, wait_seconds))
        else:
            if self._is_redis_away:
                self._say("Redis is back; recording goes on.")
            self._is_redis_away = False

    def finish(self) -> None:
        """Stop the noting and write what is left. Raises RecordingError."""
        try:
            self._write(self._recorder.end())
        except redis.RedisError as error:
            self._say(f"Redis does not answer ({type(error).__name__}): what came in last may be missing.")

    def _write(self, taken: list[Noted]) -> None:
        for noted in taken:
            self._files.write(noted)
        self._recorder.written(taken)


def _as_of(known: About | recording_index.Line) -> datetime:
    """Return the moment of the quotes; a source whose clock is ahead must not make all that follows look old."""
    return min(known.as_of, known.received_at)


def _name(noted: Noted) -> str:
    about = noted.about
    moment = clock.in_new_york(about.received_at)
    words = (about.symbol, f"{moment:%Y%m%dT%H%M%S}", about.kind or about.what)
    return "_".join(_STRANGE.sub("-", word) for word in words)


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
