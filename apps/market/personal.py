"""Messages for one user, on all their pages in all web processes: positions, notifications, answers of the copilot.

Unlike the market's messages, of which only the newest matters, each of these counts. A number that grows lets a client
say what it has; what it has not is asked from the database (`missed`), which alone remembers.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
import redis.asyncio
import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from alphagex import clock
from apps.market import protocol
from apps.market.presence import presence
from apps.market.protocol import Refused
from apps.market.redis_client import short_questions, waiting_connection
from apps.market.sockets import OurSocket

log = structlog.get_logger(__name__)
CLOSE_CATCH_UP = 4408  # messages were lost on the way: come back with the number you have
_MOST_WAITING = 200
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)


class PersonalMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message. html: top-level elements with ids, swapped in place. number: 0, or grows within user and topic."""

    user_id: int
    topic: str
    kind: str
    data: dict[str, Any]
    html: str = ""
    number: int = 0
    sent_at: str = ""

    def text(self, *, as_html: bool) -> str:
        """Return the message of the live protocol; pages get the fragments beside the data."""
        message = {
            "type": self.kind,
            "topic": self.topic,
            "data": self.data,
            "timestamp": self.sent_at,
            "source": {},
            "seq": self.number,
        }
        return msgspec.json.encode(message | ({"html": self.html} if as_html else {})).decode()


def message_for(
    user_id: int, topic: str, kind: str, data: dict[str, Any], *, html: str = "", number: int = 0
) -> PersonalMessage:
    """Return a message sent now. A rendered template is a SafeString, which the encoder takes for something unknown."""
    plain, sent_at = str.__str__(html), clock.utc_iso(clock.now())
    return PersonalMessage(
        user_id=user_id, topic=topic, kind=kind, data=data, html=plain, number=number, sent_at=sent_at
    )


def tell(user_id: int, topic: str, kind: str, data: dict[str, Any], *, html: str = "", number: int = 0) -> None:
    """Send a message to all sockets of a user and topic: call it when the transaction has committed.

    Raises redis.RedisError; whoever needs the message to arrive keeps it in the database and answers `missed`.
    """
    message = message_for(user_id, topic, kind, data, html=html, number=number)
    short_questions().publish(_channel(), msgspec.json.encode(message).decode())


def _channel() -> str:
    return f"alphagex:personal:{urlsplit(settings.REDIS_URL).path.strip('/') or 0}"


class PersonalHub:
    """The personal sockets of this process by topic and user."""

    def __init__(self) -> None:
        self.sockets: dict[tuple[str, int], set[PersonalConsumer]] = defaultdict(set)
        self.is_listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start listening, once per process and event loop."""
        if self._task is None or self._task.done():
            self.is_listening = asyncio.Event()
            self._task = asyncio.create_task(self._listen_for_ever())

    def deliver(self, message: PersonalMessage) -> None:
        """Hand a message to its user's sockets."""
        for consumer in tuple(self.sockets.get((message.topic, message.user_id), ())):
            consumer.offer(message)

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            try:
                async with waiting_connection() as client, client.pubsub() as pubsub:
                    await pubsub.subscribe(_channel())
                    failures = 0
                    self.is_listening.set()
                    async for event in pubsub.listen():
                        if event["type"] == "message":
                            self.deliver(msgspec.json.decode(event["data"], type=PersonalMessage))
            except (redis.RedisError, OSError) as error:
                pause = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                failures += 1
                log.warning("personal_hub_lost_redis", error=type(error).__name__, retry_s=pause)
                self.is_listening.clear()
                self._send_all_back()
                await asyncio.sleep(pause)

    def _send_all_back(self) -> None:
        """Let every client return: nobody knows what was published while this process could not hear."""
        for consumer in [one for sockets in self.sockets.values() for one in sockets]:
            consumer.send_back()


personal_hub = PersonalHub()


class PersonalConsumer(OurSocket):
    """One page of a user that follows a topic. `?seq=12` says which number it has."""

    topic: ClassVar[str]

    async def let_in(self, query: dict[str, str]) -> None:
        """Follow the topic first, then tell what was missed: so nothing falls between."""
        self.user_id: int = self.connection.user_id
        self._waiting: asyncio.Queue[PersonalMessage | None] = asyncio.Queue(_MOST_WAITING)
        self._newest = 0
        personal_hub.start()
        personal_hub.sockets[self._key].add(self)
        self.connection.topics = {self.topic}
        presence.update(self.connection)
        self._sender = asyncio.create_task(self._serve(int(seq) if (seq := query.get("seq", "")).isdecimal() else None))

    def missed(self, seq: int | None) -> list[PersonalMessage]:
        """Return what the client has not got (database allowed); seq: the number it has, None on its first visit."""
        raise NotImplementedError

    async def let_out(self) -> None:
        """Stop following."""
        sockets = personal_hub.sockets[self._key]
        sockets.discard(self)
        if not sockets:
            del personal_hub.sockets[self._key]
        self._sender.cancel()
        with suppress(asyncio.CancelledError):
            await self._sender

    async def act_on(self, message: protocol.ClientMessage) -> None:
        """Refuse: there is nothing to choose here."""
        raise Refused("This socket sends what is yours without being asked. Types: ping.")

    def offer(self, message: PersonalMessage) -> None:
        """Queue a message. A client too slow for it is sent back, to catch up from the database."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.send_back()

    def send_back(self) -> None:
        """Close the socket, so that the client returns and says what it has."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    @property
    def _key(self) -> tuple[str, int]:
        return (self.topic, self.user_id)

    async def _serve(self, seq: int | None) -> None:
        """Send what was missed, then each message as it comes; one that was among the missed is not sent again."""
        try:
            await personal_hub.is_listening.wait()
            self._newest = seq or 0
            for message in await database_sync_to_async(self.missed)(seq):
                await self._send(message)
            await self.say("subscribed", {"topic": self.topic})
            while message_or_end := await self._waiting.get():
                await self._send(message_or_end)
            await self.close(code=CLOSE_CATCH_UP)
        except (DatabaseError, InterfaceError) as error:
            log.warning("personal_messages_not_read", error=type(error).__name__, topic=self.topic)
            await self.close(code=CLOSE_CATCH_UP)
        except (OSError, RuntimeError) as error:  # the socket is closing; `disconnect` is about to say so
            log.warning("personal_socket_not_served", error=repr(error))

    async def _send(self, message: PersonalMessage) -> None:
        if message.number and message.number <= self._newest:
            return
        self._newest = max(self._newest, message.number)
        await self.send_text(message.text(as_html=self.as_html))
