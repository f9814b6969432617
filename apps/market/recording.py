"""The tap in the pipeline: what comes in is handed to a recorder, if one listens.

A recorder holds a flag in Redis that it renews; while it is there, workers append what they fetch to a short stream
that the recorder empties. Flag and stream expire: a recorder that was killed costs nothing a few seconds later.
"""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import msgspec
import redis
import structlog
from django.conf import settings
from redis.commands.core import Script

from apps.market.chain import Chain, ChainError
from apps.market.exposure.result import Exposure
from apps.market.redis_client import short_questions
from apps.market.sources.packing import Moment, pack_answer, pack_chain, pack_exposure
from apps.market.sources.protocol import Answer, Kind

log = structlog.get_logger(__name__)
FLAG, COUNT, STREAM = "alphagex:recording", "alphagex:recording:count", "alphagex:recording:stream"
FLAG_SECONDS = 5
STREAM_SECONDS = 30
STREAM_LENGTH = 128  # full chains of the largest index make this 25 MB

_BEGIN = f"""
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', {FLAG_SECONDS}) then return 0 end
redis.call('DEL', KEYS[2], KEYS[3])
return 1
"""
_RENEW = f"""
local flag = redis.call('GET', KEYS[1])
if flag and flag ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', {FLAG_SECONDS})
return flag and 1 or 2
"""
_END = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
_APPEND = f"""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local number = redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], 86400)
redis.call('XADD', KEYS[3], 'MAXLEN', {STREAM_LENGTH}, '*', 'number', number, 'about', ARGV[1], 'packed', ARGV[2])
redis.call('EXPIRE', KEYS[3], {STREAM_SECONDS})
return number
"""


class RecordingError(Exception):
    """A recording that cannot begin or go on. One line: what happened and what to do."""


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a thing beside its bytes. source: who said it, with its detail. kind, detail: of an answer."""

    what: str
    symbol: str
    as_of: Moment
    received_at: Moment
    source: str
    kind: str = ""
    detail: str = ""


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the pipeline handed over. number: counted from 1 as things came in."""

    entry: str
    number: int
    about: About
    packed: bytes


class _Flag(msgspec.Struct, frozen=True):
    token: str
    symbols: list[str]  # none: all


def note_observed(observed: Chain | Exposure, received_at: datetime) -> None:
    """Hand a chain, or gamma as its source computed it, to the recorder, if one listens. Never raises, hardly costs."""
    is_chain = isinstance(observed, Chain)
    about = About(
        what="chain" if is_chain else "exposure",
        symbol=observed.symbol,
        as_of=observed.as_of,
        received_at=received_at,
        source=f"{observed.origin.source} {observed.origin.detail}".strip(),
    )
    _note(about, observed)


def note_answer(answer: Answer, received_at: datetime) -> None:
    """Hand an answer to the recorder, if one listens. Quotes that came with a chain are in the chain."""
    question = answer.question
    if question.kind == Kind.QUOTES:
        return
    about = About(
        what="answer",
        symbol=question.symbol,
        as_of=answer.as_of,
        received_at=received_at,
        source=f"{answer.origin.source} {answer.origin.detail}".strip(),
        kind=question.kind.value,
        detail=question.detail,
    )
    _note(about, answer)


def _note(about: About, thing: Chain | Exposure | Answer) -> None:
    try:
        flag = short_questions().get(FLAG)
        if not flag or not _wants(str(flag), about.symbol):
            return
        _run(_APPEND, msgspec.json.encode(about), _packed(thing, about.received_at))
    except (redis.RedisError, ChainError) as error:
        # The number itself is stored and shown all the same; the recorder sees that Redis is away.
        log.warning("not_recorded", symbol=about.symbol, error=str(error) or type(error).__name__)


def _wants(flag: str, symbol: str) -> bool:
    symbols = msgspec.json.decode(flag, type=_Flag).symbols
    return not symbols or symbol in symbols


def _packed(thing: Chain | Exposure | Answer, received_at: datetime) -> bytes:
    if isinstance(thing, Chain):
        return pack_chain(thing, received_at=received_at)
    if isinstance(thing, Exposure):
        return pack_exposure(thing, received_at=received_at)
    return pack_answer(thing, received_at=received_at)


class Recorder:
    """Receives what the pipeline notes, as long as its block is open. One at a time for the whole desk.

    symbols: none for all.
    """

    def __init__(self, symbols: list[str] | None = None) -> None:
        self._flag = msgspec.json.encode(_Flag(uuid4().hex, symbols or [])).decode()
        self._place = "0"
        self._number = 0
        self.lost = 0  # came in faster than they were taken, or while Redis restarted
        self.gaps = 0  # times the flag had run out: nothing was noted until it was renewed

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # With Redis away the flag runs out by itself; what went wrong before matters more.
        with suppress(redis.RedisError):
            _run(_END, self._flag)

    def begin(self) -> None:
        """Ask the pipeline to note what comes in. Raises RecordingError if another recorder runs, redis.RedisError."""
        if not _run(_BEGIN, self._flag):
            raise RecordingError(
                "Another recorder runs. End it first (Ctrl-C); one that was killed is forgotten after 5 seconds."
            )

    def take(self, *, wait_seconds: float) -> list[Noted]:
        """Renew the flag and return the next few things, waiting for the first. Raises RecordingError, RedisError."""
        renewed = _run(_RENEW, self._flag)
        if not renewed:
            raise RecordingError("Another recorder has begun while this one was held up; it goes on, this one ends.")
        self.gaps += renewed == 2
        return self._read(block=max(int(wait_seconds * 1000), 1))

    def end(self) -> list[Noted]:
        """Stop the noting and return what is left. Raises redis.RedisError."""
        _run(_END, self._flag)
        left: list[Noted] = []
        while some := self._read(block=None):
            left += some
        return left

    def written(self, safe: list[Noted]) -> None:
        """Let Redis forget what is safe. Raises redis.RedisError."""
        if safe:
            short_questions().xdel(STREAM, *(noted.entry for noted in safe))

    def _read(self, *, block: int | None) -> list[Noted]:
        answered: Any = _bytes_client().xread({STREAM: self._place}, count=8, block=block)
        entries = _entries(answered)
        taken = [_noted(entry.decode(), fields) for entry, fields in entries]
        for noted in taken:
            # A smaller number: Redis started anew and counts from 1.
            self.lost += max(noted.number - self._number - 1, 0)
            self._number, self._place = noted.number, noted.entry
        return taken


def _noted(entry: str, fields: dict[bytes, bytes]) -> Noted:
    about = msgspec.json.decode(fields[b"about"], type=About)
    return Noted(entry=entry, number=int(fields[b"number"]), about=about, packed=fields[b"packed"])


def _entries(answered: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """Return the entries of the one stream that was read, in the shape of either protocol of Redis."""
    if not answered:
        return []
    if isinstance(answered, dict):
        return [entry for batch in answered[STREAM.encode()] for entry in batch]
    return list(answered[0][1])


@lru_cache(maxsize=1)
def _bytes_client() -> redis.Redis:
    """Return a client that leaves bytes alone. It may wait a second for the first entry."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


@lru_cache(maxsize=4)
def _script(text: str) -> Script:
    return short_questions().register_script(text)


def _run(text: str, *arguments: str | bytes) -> Any:
    return _script(text)(keys=[FLAG, COUNT, STREAM], args=list(arguments))
