"""HTTP through Django, sockets through Channels, static files straight from memory-mapped paths."""

import gc
import os
from typing import Any

from alphagex.embedded.services import ensure_environment

ensure_environment("serve")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alphagex.settings")

import django  # noqa: E402

django.setup(set_prefix=False)

from asgiref.sync import sync_to_async  # noqa: E402
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402
from servestatic import ServeStaticASGI  # noqa: E402

from alphagex import clock  # noqa: E402
from apps.alerts import routing as alerts  # noqa: E402
from apps.api.sockets import BearerOrSession  # noqa: E402
from apps.copilot import routing as copilot  # noqa: E402
from apps.market import routing as market  # noqa: E402
from apps.market.origin import SameOriginOnly  # noqa: E402
from apps.operations.leaving import LeavesInGoodOrder  # noqa: E402
from apps.positions import routing as positions  # noqa: E402
from apps.security.sockets import EndsWithItsSession  # noqa: E402

SOCKETS = [
    *market.websocket_urlpatterns,
    *positions.websocket_urlpatterns,
    *alerts.websocket_urlpatterns,
    *copilot.websocket_urlpatterns,
    *market.everything_else,
]


class OneThreadHandler(ASGIHandler):
    """Django with all synchronous work of this process on one thread, in one hop.

    Stock ASGI gives each request a thread of its own and adapts every middleware separately. Rendering threads then
    fight for the interpreter (3x CPU per page) and no database connection is ever reused. Scale by processes.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.handle(scope, receive, send)


application = LeavesInGoodOrder(
    ProtocolTypeRouter(
        {
            "http": ServeStaticASGI(
                OneThreadHandler(),
                root=settings.STATIC_ROOT,
                prefix=settings.STATIC_URL,
                max_age=60,
                immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",
            ),
            "websocket": SameOriginOnly(AuthMiddlewareStack(BearerOrSession(EndsWithItsSession(URLRouter(SOCKETS))))),
        }
    )
)

# Load what the first page would wait for; then take all of it out of garbage collection, whose full passes over half a
# million objects of libraries would stop every page and socket for a tenth of a second each time.
clock.market_status(clock.now())
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 100)
