"""Only our own pages may open sockets: a foreign page would do so with the trader's cookies."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

log = structlog.get_logger(__name__)


class _Denied(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        await self.close()


class SameOriginOnly:
    """ASGI middleware. Browsers always name the page's origin; programs that name none carry no one's cookies."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if origin and urlsplit(origin).netloc != host and origin not in settings.CSRF_TRUSTED_ORIGINS:
            log.warning("socket_refused", origin=origin[:100], host=host[:100])
            return await _Denied.as_asgi()(scope, receive, send)
        return await self.application(scope, receive, send)
