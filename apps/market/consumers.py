"""/ws/market-data: forwards the live messages of the symbols a viewer watches. It never queries or computes."""

import json
from typing import Any

from django.conf import settings

from apps.market import protocol
from apps.market.hub import Viewer, hub
from apps.market.presence import presence
from apps.market.protocol import MAX_SYMBOLS, Refused, Subscribe, Unsubscribe
from apps.market.sockets import OurSocket


class MarketDataConsumer(OurSocket):
    """One viewer's socket. `?symbols=SPX,SPY&topics=market&seq=12` subscribes at once."""

    viewer: Viewer

    async def let_in(self, query: dict[str, str]) -> None:
        """Subscribe the viewer to what the address asks for."""
        hub.start()
        self.viewer = Viewer(self.send_text, as_html=self.as_html)
        if "symbols" in query:
            await self._subscribe_from_address(query)

    async def _subscribe_from_address(self, query: dict[str, str]) -> None:
        seq = query.get("seq", "")
        symbols = [symbol for symbol in query["symbols"].split(",") if symbol]
        topics = [topic for topic in query.get("topics", "").split(",") if topic]
        message: dict[str, Any] = {"type": "subscribe", "symbols": symbols, "topics": topics}
        if seq.isdecimal():
            message["seq"] = {symbol.strip().upper(): int(seq) for symbol in symbols}
        await self.receive(text_data=json.dumps(message))

    async def let_out(self) -> None:
        """Forget the viewer."""
        hub.remove(self.viewer)
        await self.viewer.close()

    async def act_on(self, message: protocol.ClientMessage) -> None:
        """Subscribe or unsubscribe."""
        if isinstance(message, Subscribe):
            await self._subscribe(message)
        elif isinstance(message, Unsubscribe):
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
        await self.say("subscribed", watched)
