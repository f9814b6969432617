"""Addresses of the sockets."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path, re_path

from apps.market.consumers import MarketDataConsumer


class NoSuchSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Refuses addresses that are no socket of ours."""

    async def connect(self) -> None:
        """Close before accepting: the client sees 403."""
        await self.close()


websocket_urlpatterns = [path("ws/market-data", MarketDataConsumer.as_asgi())]
# Behind all others.
everything_else = [re_path(r"", NoSuchSocket.as_asgi())]
