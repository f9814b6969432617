"""A socket ends with the session that opened it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from apps.alerts.consumers import NotificationsConsumer
from apps.market.personal import personal_hub
from apps.security import sockets
from apps.security.sessions import end_all
from apps.security.sockets import EndsWithItsSession, open_sockets

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def own_hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(sockets, "ASKED_EVERY_SECONDS", 0.05)
    yield
    for task in (personal_hub._task, open_sockets._task):
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    personal_hub._task = open_sockets._task = None
    personal_hub.sockets.clear()
    await sync_to_async(connections.close_all)()


async def opened(client: Client) -> WebsocketCommunicator:
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    application = AuthMiddlewareStack(EndsWithItsSession(NotificationsConsumer.as_asgi()))
    socket = WebsocketCommunicator(application, "/ws/notifications", headers=[(b"cookie", cookie)])
    is_open, _ = await socket.connect(5)
    assert is_open
    while (await socket.receive_json_from(5))["type"] != "subscribed":
        pass
    return socket


async def test_a_socket_that_comes_while_the_database_is_asked_stays(
    trader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ASKED_EVERY_SECONDS", 60.0)
    client, late = Client(), Client()
    await sync_to_async(client.force_login)(trader)
    await sync_to_async(late.force_login)(trader)
    first = await opened(client)
    second: list[WebsocketCommunicator] = []

    def slowly(question: Callable[[list[str]], set[str]]) -> Callable[[list[str]], Awaitable[set[str]]]:
        async def answer(keys: list[str]) -> set[str]:
            second.append(await opened(late))
            return await sync_to_async(question)(keys)

        return answer

    monkeypatch.setattr(sockets, "database_sync_to_async", slowly)
    await open_sockets.close_ended()
    for socket in (first, *second):
        assert await socket.receive_nothing(0.1)
        await socket.disconnect()


async def test_the_sockets_of_an_ended_session_are_closed_and_no_others(trader: User, owner: User) -> None:
    theirs, ours = Client(), Client()
    await sync_to_async(theirs.force_login)(trader)
    await sync_to_async(ours.force_login)(owner)
    ended, kept = await opened(theirs), await opened(ours)
    await sync_to_async(end_all)(trader)
    assert (await ended.receive_output(5)) == {"type": "websocket.close", "code": 4401}
    await ended.disconnect()
    await kept.send_json_to({"type": "ping"})
    assert (await kept.receive_json_from(5))["type"] == "pong"
    await kept.disconnect()
    assert not open_sockets.sends
