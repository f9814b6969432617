"""What a client may send to /ws/market-data, as types: whatever does not fit is answered with an error message."""

from collections import deque
from typing import Annotated

import msgspec
from django.conf import settings

from apps.market.watching import SymbolError, parse_symbol

MAX_MESSAGE_BYTES = 4096
MAX_SYMBOLS = 20
_MESSAGES, _SECONDS = 30, 10.0

Symbols = Annotated[list[str], msgspec.Meta(min_length=1, max_length=MAX_SYMBOLS)]
Topics = Annotated[list[str], msgspec.Meta(max_length=10)]


class Subscribe(msgspec.Struct, tag="subscribe", forbid_unknown_fields=True):
    """Watch symbols. seq: the newest number the client has, by symbol, or by "topic:symbol"."""

    symbols: Symbols
    topics: Topics = []
    seq: dict[str, int] = {}


class Unsubscribe(msgspec.Struct, tag="unsubscribe", forbid_unknown_fields=True):
    """Stop watching symbols."""

    symbols: Symbols
    topics: Topics = []


class Ping(msgspec.Struct, tag="ping", forbid_unknown_fields=True):
    """Ask for a sign of life."""


ClientMessage = Subscribe | Unsubscribe | Ping
_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


class Refused(ValueError):
    """A message the server will not act on. Its text goes back to the client."""


def parse_message(text: str) -> ClientMessage:
    """Return the message in `text`. Raises Refused with what is wrong with it."""
    if len(text.encode()) > MAX_MESSAGE_BYTES:
        raise Refused(f"Message too large: at most {MAX_MESSAGE_BYTES} bytes.")
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError as error:
        raise Refused(f"Message not understood: {error}. Types: subscribe, unsubscribe, ping.") from error


def parse_symbols(texts: list[str]) -> list[str]:
    """Return the symbols in `texts`. Raises Refused."""
    try:
        return list(dict.fromkeys(parse_symbol(text) for text in texts))
    except SymbolError as error:
        raise Refused(str(error)) from error


def parse_topics(topics: list[str]) -> list[str]:
    """Return the topics, without doubles. Raises Refused."""
    if unknown := set(topics) - set(settings.LIVE_TOPICS):
        raise Refused(f"There is no topic {min(unknown)[:20]!r}. Topics: {', '.join(settings.LIVE_TOPICS)}.")
    return list(dict.fromkeys(topics))


class RateLimit:
    """At most 30 messages in 10 s from one socket."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_MESSAGES)

    def allows(self, monotonic: float) -> bool:
        """Count a message that came at `monotonic` seconds; False if it is one too many."""
        if len(self._times) == _MESSAGES and monotonic - self._times[0] < _SECONDS:
            return False
        self._times.append(monotonic)
        return True
