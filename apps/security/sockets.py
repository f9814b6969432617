"""A socket ends with what let it in: one question for all sockets of a process, every few seconds."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import structlog
from channels.db import database_sync_to_async
from django.db import DatabaseError, InterfaceError

from alphagex import clock
from apps.security.models import DeskSession

log = structlog.get_logger(__name__)
CLOSE_NOT_LOGGED_IN_ANY_MORE = 4401
ASKED_EVERY_SECONDS = 10.0
Send = Callable[[dict[str, Any]], Awaitable[None]]
Key = TypeVar("Key")


class OpenSockets(Generic[Key]):
    """The sockets of this process by what let them in. `living` asks the database which of those still do."""

    def __init__(self, living: Callable[[list[Key]], set[Key]]) -> None:
        self.sends: dict[Key, set[Send]] = defaultdict(set)
        self._living = living
        self._task: asyncio.Task[None] | None = None

    def add(self, key: Key, send: Send) -> None:
        """Watch a socket."""
        self.sends[key].add(send)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())

    def remove(self, key: Key, send: Send) -> None:
        """Forget a socket."""
        self.sends[key].discard(send)
        if not self.sends[key]:
            del self.sends[key]

    async def close_ended(self) -> None:
        """Close the sockets that nothing lets in any more."""
        asked = list(self.sends)  # a socket that comes while the database answers is not among the living it names
        living = await database_sync_to_async(self._living)(asked)
        for key in asked:
            for send in () if key in living else tuple(self.sends.get(key, ())):
                await send({"type": "websocket.close", "code": CLOSE_NOT_LOGGED_IN_ANY_MORE})

    async def _watch(self) -> None:
        while self.sends:
            await asyncio.sleep(ASKED_EVERY_SECONDS)
            try:
                await self.close_ended()
            except (DatabaseError, InterfaceError, OSError, RuntimeError) as error:
                log.warning("sockets_not_asked", error=type(error).__name__)


def _living(keys: list[str]) -> set[str]:
    rows = DeskSession.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    return set(rows.values_list("session_key", flat=True))


open_sockets = OpenSockets(_living)


class EndsWithItsSession:
    """ASGI middleware within AuthMiddlewareStack. Sockets without a session are left to whoever let them in."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        user = scope.get("user")
        key = (
            scope["session"].session_key if user is not None and user.is_authenticated and "session" in scope else None
        )
        if key is None:
            await self.inner(scope, receive, send)
            return
        open_sockets.add(key, send)
        try:
            await self.inner(scope, receive, send)
        finally:
            open_sockets.remove(key, send)
