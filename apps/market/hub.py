"""One Redis subscription per web process, fanned out to its sockets: a message is built once and never copied.

A group send of the channel layer wakes a task and decodes the message once per socket, ten times the cost. Here a
socket that takes what it gets costs one call; a slow reader gets a task of its own that always sends the newest message
of a topic, so it skips states, delays nobody and holds at most one message per topic in memory.
"""

import asyncio
import types
from collections import defaultdict
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

import redis.asyncio
import structlog

from apps.market import live
from apps.market.live import LiveMessage
from apps.market.redis_client import waiting_connection

log = structlog.get_logger(__name__)
Key = tuple[str, str]  # topic, symbol
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)


class Viewer:
    """One socket: what it watches, what it has seen, and the newest messages it still has to get."""

    __slots__ = ("_pending", "_seen", "_task", "as_html", "keys", "send_text")

    def __init__(self, send_text: Callable[[str], Coroutine[Any, Any, None]], *, as_html: bool) -> None:
        self.send_text = send_text
        self.as_html = as_html
        self.keys: set[Key] = set()
        self._seen: dict[Key, int] = {}
        self._pending: dict[tuple[str, str, str], LiveMessage] = {}
        # The event loop holds tasks weakly: without this reference a sender could vanish in mid-flight.
        self._task: asyncio.Task[None] | None = None

    def has_seen(self, key: Key, seq: int) -> None:
        """Note what the client had before it connected."""
        self._seen[key] = seq

    def offer(self, message: LiveMessage) -> None:
        """Send a message, or let it wait and replace an older one of its topic. One sent already is dropped."""
        if message.type == "snapshot":
            if message.seq <= self._seen.get(message.key, -1):
                return
            self._seen[message.key] = message.seq
        elif message.place in self._pending:
            return  # a newer state is on its way; a note about an older one would only confuse
        if self._task is None:
            self._send(message)
        else:
            self._pending[message.place] = message

    def _send(self, message: LiveMessage) -> None:
        """Write at once if the socket takes it, which all but slow readers do; only those cost a task."""
        sending = self.send_text(message.text_html if self.as_html else message.text_json)
        try:
            waiting_for = sending.send(None)
        except StopIteration:
            return
        except (OSError, RuntimeError) as error:  # the socket is closing; `disconnect` is about to say so
            log.warning("viewer_not_served", error=repr(error))
            return
        self._task = asyncio.ensure_future(self._go_on(sending, waiting_for))

    async def _go_on(self, sending: Coroutine[Any, Any, None], waiting_for: Any) -> None:
        try:
            await _resume(sending, waiting_for)
            while self._pending:
                message = self._pending.pop(next(iter(self._pending)))
                await self.send_text(message.text_html if self.as_html else message.text_json)
        except (OSError, RuntimeError) as error:
            log.warning("viewer_not_served", error=repr(error))
        finally:
            self._task = None

    async def close(self) -> None:
        """Stop sending."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


@types.coroutine
def _resume(sending: Coroutine[Any, Any, None], waiting_for: Any) -> Generator[Any, None, None]:
    """Wait for what a half-done send waits for, then let it finish."""
    try:
        yield waiting_for
    except BaseException:
        sending.close()
        raise
    yield from sending.__await__()


class Hub:
    """The sockets of this process by topic and symbol, and the newest message of each."""

    def __init__(self) -> None:
        self.viewers: dict[Key, set[Viewer]] = defaultdict(set)
        self.latest: dict[Key, LiveMessage] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start listening, once per process and event loop."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """Stop listening and forget what was kept."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._task = None
        self.latest.clear()

    def subscribe(self, viewer: Viewer, key: Key, *, seen: int | None = None) -> None:
        """Add `viewer`, and bring it up to date with what it has missed since `seen`."""
        if seen is not None:
            viewer.has_seen(key, seen)
        viewer.keys.add(key)
        self.viewers[key].add(viewer)
        if newest := self.latest.get(key):
            viewer.offer(newest)

    def unsubscribe(self, viewer: Viewer, key: Key) -> None:
        """Remove `viewer` from one topic and symbol."""
        viewer.keys.discard(key)
        if watchers := self.viewers.get(key):
            watchers.discard(viewer)
            if not watchers:
                del self.viewers[key]

    def remove(self, viewer: Viewer) -> None:
        """Remove `viewer` from everything."""
        for key in tuple(viewer.keys):
            self.unsubscribe(viewer, key)

    def deliver(self, message: LiveMessage) -> None:
        """Offer a message to everyone who watches its topic and symbol."""
        if message.type == "snapshot":
            known = self.latest.get(message.key)
            if known and known.seq >= message.seq:
                return
            self.latest[message.key] = message
        for viewer in self.viewers.get(message.key, ()):
            viewer.offer(message)

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            try:
                async with waiting_connection() as client, client.pubsub() as pubsub:
                    await pubsub.subscribe(live.channel())
                    await self._catch_up(client)
                    failures = 0
                    async for event in pubsub.listen():
                        if event["type"] == "message":
                            self.deliver(live.decode(event["data"]))
            except (redis.RedisError, OSError) as error:
                pause = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                failures += 1
                log.warning("hub_lost_redis", error=type(error).__name__, retry_s=pause)
                await asyncio.sleep(pause)

    async def _catch_up(self, client: redis.asyncio.Redis) -> None:
        """Deliver what was published while nobody listened here. Subscribed first, so nothing falls between.

        What Redis keeps is the truth: numbers may have begun anew, after a restored backup for instance.
        """
        self.latest.clear()
        kept = await client.hgetall(live.LATEST)
        for text in kept.values():
            self.deliver(live.decode(str(text)))


hub = Hub()
