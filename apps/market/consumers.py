"""/ws/market-data: forwards the live messages of the symbols a viewer watches. It never queries or computes."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from alphagex import clock
from apps.market import protocol
from apps.market.hub import Viewer, hub
from apps.market.presence import Connection, presence
from apps.market.protocol import MAX_SYMBOLS, Ping, Refused, Subscribe, Unsubscribe

CLOSE_NOT_LOGGED_IN, CLOSE_TOO_LARGE, CLOSE_TOO_MANY = 4401, 4413, 4429


class MarketDataConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One viewer's socket. `?format=html` asks for fragments, `?symbols=SPX,SPY&topics=market&seq=12` subscribes."""

    viewer: Viewer
    connection: Connection
    is_let_in = False

    async def connect(self) -> None:
        """Let logged-in users in and subscribe them to what the address asks for."""
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=CLOSE_NOT_LOGGED_IN)
            return
        query = {name: values[-1] for name, values in parse_qs(self.scope["query_string"].decode("latin-1")).items()}
        as_html = query.get("format") == "html"
        await self.accept()
        self.is_let_in = True
        hub.start()
        presence.start()
        self.limit = protocol.RateLimit()
        self.viewer = Viewer(self._send_text, as_html=as_html)
        self.connection = Connection(
            user_id=user.pk,
            path=self.scope["path"],
            message_format="html" if as_html else "json",
            connected_at=clock.now(),
        )
        presence.update(self.connection)
        if "symbols" in query:
            await self._subscribe_from_address(query)

    async def _send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def _subscribe_from_address(self, query: dict[str, str]) -> None:
        seq = query.get("seq", "")
        symbols = [symbol for symbol in query["symbols"].split(",") if symbol]
        topics = [topic for topic in query.get("topics", "").split(",") if topic]
        message: dict[str, Any] = {"type": "subscribe", "symbols": symbols, "topics": topics}
        if seq.isdecimal():
            message["seq"] = {symbol.strip().upper(): int(seq) for symbol in symbols}
        await self.receive(text_data=json.dumps(message))

    async def disconnect(self, code: int) -> None:
        """Forget the viewer."""
        if self.is_let_in:
            hub.remove(self.viewer)
            presence.remove(self.connection)
            await self.viewer.close()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Act on a client's message, or say why not. A client that floods is shown the door."""
        if not self.limit.allows(asyncio.get_running_loop().time()):
            await self._say("error", {"message": "Too many messages: at most 30 in 10 s."})
            await self.close(code=CLOSE_TOO_MANY)
            return
        if text_data is None:
            await self._say("error", {"message": "Send JSON as text."})
            return
        if len(text_data) > 16 * protocol.MAX_MESSAGE_BYTES:
            await self.close(code=CLOSE_TOO_LARGE)
            return
        try:
            await self._act_on(protocol.parse_message(text_data))
        except Refused as refused:
            await self._say("error", {"message": str(refused)})

    async def _act_on(self, message: protocol.ClientMessage) -> None:
        if isinstance(message, Ping):
            await self._say("pong", {})
        elif isinstance(message, Subscribe):
            await self._subscribe(message)
        else:
            await self._unsubscribe(message)

    async def _subscribe(self, message: Subscribe) -> None:
        symbols, topics = protocol.parse_symbols(message.symbols), protocol.parse_topics(message.topics or ["market"])
        if len(self.connection.symbols | set(symbols)) > MAX_SYMBOLS:
            raise Refused(f"At most {MAX_SYMBOLS} symbols on one socket. Unsubscribe some first.")
        self.connection.symbols |= set(symbols)
        self.connection.topics |= set(topics)
        await self._say_what_is_watched()
        for symbol in symbols:
            for topic in topics:
                seen = message.seq.get(f"{topic}:{symbol}", message.seq.get(symbol))
                hub.subscribe(self.viewer, (topic, symbol), seen=seen)

    async def _unsubscribe(self, message: Unsubscribe) -> None:
        topics = protocol.parse_topics(message.topics or settings.LIVE_TOPICS)
        for symbol in protocol.parse_symbols(message.symbols):
            for topic in topics:
                hub.unsubscribe(self.viewer, (topic, symbol))
        self.connection.symbols = {symbol for _, symbol in self.viewer.keys}
        self.connection.topics = {topic for topic, _ in self.viewer.keys}
        await self._say_what_is_watched()

    async def _say_what_is_watched(self) -> None:
        presence.update(self.connection)
        watched = {"symbols": sorted(self.connection.symbols), "topics": sorted(self.connection.topics)}
        await self._say("subscribed", watched)

    async def _say(self, message_type: str, data: dict[str, Any]) -> None:
        await self.send(
            text_data=json.dumps(
                {"type": message_type, "data": data, "timestamp": clock.utc_iso(clock.now()), "source": {}, "seq": 0}
            )
        )
