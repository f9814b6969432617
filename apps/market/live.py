"""The live messages: built once, kept as the newest of their topic and symbol, and published to every process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from alphagex import clock
from apps.market.redis_client import short_questions

LATEST = "alphagex:latest"
LATEST_SEQ = "alphagex:latest:seq"  # the numbers of what LATEST holds, to be asked for without the messages
MessageType = Literal["snapshot", "status", "fact"]


class SourceNote(TypedDict):
    """Where a message's numbers come from."""

    name: str
    kind: str
    label: str
    as_of: str
    stale_after: str | None


class LiveMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message in both shapes, ready to be written to sockets: `text_json` for programs, `text_html` for pages."""

    topic: str
    symbol: str
    seq: int
    type: str
    text_json: str
    text_html: str
    slot: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.topic, self.symbol)

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it waits for a slow reader; a newer message of the same place replaces it."""
        return (self.topic, self.symbol, self.slot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What `publish` turns into a message.

    html: top-level elements with ids, to be swapped in place. slot: tells apart messages of one topic and symbol that
    do not replace each other.
    """

    topic: str
    symbol: str
    seq: int
    type: MessageType
    data: dict[str, Any]
    source: SourceNote
    html: str
    at: datetime
    slot: str = ""


def channel() -> str:
    """Return the channel of this installation: Redis keeps databases apart, but not what is published in them."""
    return f"alphagex:live:{urlsplit(settings.REDIS_URL).path.strip('/') or 0}"


def build(envelope: Envelope) -> LiveMessage:
    """Return the message of the live protocol, encoded once for everybody."""
    common = {
        "type": envelope.type,
        "topic": envelope.topic,
        "symbol": envelope.symbol,
        "seq": envelope.seq,
        "timestamp": clock.utc_iso(envelope.at),
        "source": envelope.source,
    }
    return LiveMessage(
        topic=envelope.topic,
        symbol=envelope.symbol,
        seq=envelope.seq,
        type=envelope.type,
        text_json=msgspec.json.encode({**common, "data": envelope.data}).decode(),
        text_html=msgspec.json.encode(_for_pages(envelope, common)).decode(),
        slot=envelope.slot,
    )


def _for_pages(envelope: Envelope, common: dict[str, Any]) -> dict[str, Any]:
    if envelope.type == "fact":  # nothing to swap: who shows it asks for its own fragment
        return {**common, "data": envelope.data}
    # A rendered template is a SafeString, which the encoder does not know; this makes it a plain one.
    return {**common, "html": str.__str__(envelope.html)}


def publish(envelope: Envelope) -> None:
    """Send to every web process, and keep snapshots for those who connect later. Raises redis.RedisError."""
    message = build(envelope)
    encoded = msgspec.json.encode(message).decode()
    pipeline = short_questions().pipeline(transaction=True)
    if envelope.type == "snapshot":
        pipeline.hset(LATEST, f"{message.topic}:{message.symbol}", encoded)
        pipeline.hset(LATEST_SEQ, f"{message.topic}:{message.symbol}", message.seq)
    pipeline.publish(channel(), encoded)
    pipeline.execute()


def decode(text: str) -> LiveMessage:
    """Return the message in `text` as published."""
    return msgspec.json.decode(text, type=LiveMessage)


def kept_seqs(topic: str) -> dict[str, int]:
    """Return the number of the kept snapshot message of each symbol. Raises redis.RedisError."""
    kept = short_questions().hgetall(LATEST_SEQ)
    prefix = f"{topic}:"
    return {str(key).removeprefix(prefix): int(seq) for key, seq in kept.items() if str(key).startswith(prefix)}


def latest_html(topic: str, symbol: str) -> tuple[int, str] | None:
    """Return seq and fragments of the newest kept snapshot message, or None. Raises redis.RedisError."""
    return latest_htmls(topic, [symbol]).get(symbol)


def latest_htmls(topic: str, symbols: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return seq and fragments of the newest kept snapshot message by symbol. Raises redis.RedisError."""
    if not symbols:
        return {}
    kept = short_questions().hmget(LATEST, [f"{topic}:{symbol}" for symbol in symbols])
    messages = {symbol: decode(str(text)) for symbol, text in zip(symbols, kept, strict=True) if text}
    return {
        symbol: (message.seq, msgspec.json.decode(message.text_html)["html"]) for symbol, message in messages.items()
    }
