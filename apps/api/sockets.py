"""Sockets for programs: a bearer token instead of a session, and an end when the token ends."""

from typing import Any

from channels.db import database_sync_to_async

from alphagex import clock
from apps.api.models import ApiToken
from apps.api.tokens import BadTokenError, still_working, token_of
from apps.security.sockets import OpenSockets, Send

BEARER = "bearer."


def living_tokens(tokens: list[int]) -> set[int]:
    """Return which tokens still open something."""
    return still_working(tokens, at=clock.now())


open_sockets = OpenSockets(living_tokens)


class BearerOrSession:
    """ASGI middleware within AuthMiddlewareStack: a token that is sent decides, also against a session.

    Programs send the header `Authorization: Bearer …`. Browsers cannot: they offer the subprotocols `alphagex` and
    `bearer.…`, of which the first is answered. An address never carries a token: addresses are logged.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        secret = bearer_in(scope)
        if secret is None:
            await self.inner(scope, receive, send)
            return
        token = await database_sync_to_async(_found)(secret)
        # Without a session whoever ends sockets with their session leaves this one alone.
        own = {name: value for name, value in scope.items() if name != "session"}
        own["user"] = token.user if token else None
        if token is None:
            await self.inner(own, receive, send)
            return
        open_sockets.add(token.pk, send)
        try:
            await self.inner(own, receive, send)
        finally:
            open_sockets.remove(token.pk, send)


def bearer_in(scope: dict[str, Any]) -> str | None:
    """Return the token a client sent with its handshake, None where it sent none."""
    header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1").strip()
    if header:
        scheme, _, secret = header.partition(" ")
        return secret.strip() if scheme.lower() == "bearer" else ""
    offered: list[str] = scope.get("subprotocols") or []
    return next((one.removeprefix(BEARER) for one in offered if one.startswith(BEARER)), None)


def _found(secret: str) -> ApiToken | None:
    try:
        return token_of(secret, at=clock.now())
    except BadTokenError:
        return None
