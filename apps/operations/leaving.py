"""How the web process goes: sockets are told that it restarts, pages that are being made are finished.

Daphne answers SIGTERM by letting go of whatever it serves, at once: a browser would see its socket vanish and its page
break off. Here the reactor's end waits for us, and a cancelled application still takes leave.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

# WebSocket has 1012 for it, but Daphne's library sends none but 1000 and one's own. Clients come back after any code
# that is not a refusal (4401, 4413, 4429).
SERVICE_RESTART = 4012
SOCKET_SECONDS = 2.0  # for the client to answer our close, and for the consumer to sign off
PAGE_SECONDS = 6.0  # less than whoever sent the signal waits before killing


@dataclass(slots=True, eq=False)
class Served:
    """A page or socket that is being served."""

    work: asyncio.Future[None]
    is_socket: bool
    send: Send
    is_told: bool = False

    async def end(self) -> None:
        """Tell a socket to come back; wait until the application has finished, then end it."""
        if self.is_socket and not self.is_told:
            self.is_told = True
            await self.send({"type": "websocket.close", "code": SERVICE_RESTART})
        await asyncio.wait({self.work}, timeout=SOCKET_SECONDS if self.is_socket else PAGE_SECONDS)
        self.work.cancel()


class LeavesInGoodOrder:
    """An ASGI application that ends well when its server ends or cancels it."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._served: set[Served] = set()
        self._is_listening = False

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self._listen_for_the_end()
        work = asyncio.ensure_future(self._application(scope, receive, send))
        served = Served(work, scope["type"] == "websocket", send)
        self._served.add(served)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await served.end()
            raise
        finally:
            self._served.discard(served)

    async def leave(self) -> None:
        """End all that is being served."""
        ends = [served.end() for served in tuple(self._served)]
        for outcome in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.warning("farewell_failed", error=repr(outcome))

    def _listen_for_the_end(self) -> None:
        """Let Daphne's reactor wait for `leave` before it closes connections; once, and only where one runs."""
        from twisted.internet import reactor
        from twisted.internet.defer import Deferred

        if self._is_listening or not reactor.running:
            return
        self._is_listening = True

        def wait_for_all() -> Deferred[None]:
            return Deferred.fromFuture(asyncio.ensure_future(self.leave()))

        add_trigger: Any = reactor.addSystemEventTrigger  # its stub knows no phases
        add_trigger("before", "shutdown", wait_for_all)
