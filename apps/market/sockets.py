"""What every socket of ours does: only logged-in users come in, clients that flood or shout are shown the door."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer

from alphagex import clock
from apps.market import protocol
from apps.market.presence import Connection, presence
from apps.market.protocol import Ping, Refused

CLOSE_NOT_LOGGED_IN, CLOSE_TOO_LARGE, CLOSE_TOO_MANY = 4401, 4413, 4429
SUBPROTOCOL = "alphagex"


def answered_subprotocol(offered: list[str]) -> str | None:
    """Return the subprotocol to answer with: ours, never one that carries a token if the client gives us the choice.

    A browser breaks the connection off when it offered some and none is answered.
    """
    if not offered:
        return None
    return SUBPROTOCOL if SUBPROTOCOL in offered else offered[0]


class OurSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Base of the consumers. `?format=html` asks for fragments instead of data; the rest of the address is theirs."""

    connection: Connection
    as_html = False
    is_present = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the client. Whoever was let in is let out, also if the server breaks the serving off."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def connect(self) -> None:
        """Let logged-in users in."""
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=CLOSE_NOT_LOGGED_IN)
            return
        query = {name: values[-1] for name, values in parse_qs(self.scope["query_string"].decode("latin-1")).items()}
        self.as_html = query.get("format") == "html"
        await self.accept(subprotocol=answered_subprotocol(self.scope.get("subprotocols") or []))
        presence.start()
        self.limit = protocol.RateLimit()
        self.connection = Connection(
            user_id=user.pk,
            path=self.scope["path"],
            message_format="html" if self.as_html else "json",
            connected_at=clock.now(),
        )
        presence.update(self.connection)
        self.is_present = True
        await self.let_in(query)

    async def let_in(self, query: dict[str, str]) -> None:
        """Begin to serve the client, whose address asked for `query`."""
        raise NotImplementedError

    async def let_out(self) -> None:
        """Stop serving the client, who has gone."""
        raise NotImplementedError

    async def act_on(self, message: protocol.ClientMessage) -> None:
        """Do what the client asks for, a sign of life apart. Raises Refused with what it is told."""
        raise NotImplementedError

    async def send_text(self, text: str) -> None:
        """Send what is encoded already."""
        await self.base_send({"type": "websocket.send", "text": text})

    async def disconnect(self, code: int) -> None:
        """Forget the client."""
        await self._leave()

    async def _leave(self) -> None:
        if self.is_present:
            self.is_present = False
            presence.remove(self.connection)
            await self.let_out()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Act on a client's message, or say why not."""
        if not self.limit.allows(asyncio.get_running_loop().time()):
            await self.say("error", {"message": "Too many messages: at most 30 in 10 s."})
            await self.close(code=CLOSE_TOO_MANY)
            return
        if text_data is None:
            await self.say("error", {"message": "Send JSON as text."})
            return
        if len(text_data) > 16 * protocol.MAX_MESSAGE_BYTES:
            await self.close(code=CLOSE_TOO_LARGE)
            return
        try:
            message = protocol.parse_message(text_data)
            if isinstance(message, Ping):
                await self.say("pong", {})
            else:
                await self.act_on(message)
        except Refused as refused:
            await self.say("error", {"message": str(refused)})

    async def say(self, message_type: str, data: dict[str, Any]) -> None:
        """Send this client a message about the connection itself."""
        await self.send(
            text_data=json.dumps(
                {"type": message_type, "data": data, "timestamp": clock.utc_iso(clock.now()), "source": {}, "seq": 0}
            )
        )
