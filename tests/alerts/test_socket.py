"""/ws/notifications: each user's own, what was missed, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser, User
from django.db import connections

from apps.alerts.consumers import NotificationsConsumer
from apps.alerts.models import NotificationSettings
from apps.alerts.notifying import mark_read, notify
from apps.alerts.tasks import publish
from apps.market.personal import personal_hub
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    yield
    if personal_hub._task is not None:
        personal_hub._task.cancel()
        await asyncio.gather(personal_hub._task, return_exceptions=True)
    personal_hub._task = None
    personal_hub.sockets.clear()
    await sync_to_async(connections.close_all)()


async def opened(user: User | AnonymousUser, query: str = "") -> tuple[WebsocketCommunicator, list[dict[str, Any]]]:
    page = WebsocketCommunicator(NotificationsConsumer.as_asgi(), f"/ws/notifications?{query}")
    page.scope["user"] = user
    await page.connect()
    told = []
    while (message := await page.receive_json_from(5))["type"] != "subscribed":
        told.append(message)
    return page, told


def titles(message: dict[str, Any]) -> list[str]:
    return [one["title"] for one in message["data"]["notifications"]]


async def test_each_user_hears_their_own_and_a_page_that_returns_what_it_missed(trader: User, owner: User) -> None:
    tell = sync_to_async(notify)
    await tell(trader, "First", key="1")
    await tell(owner, "Not yours", key="1")
    page, told = await opened(trader, "format=html")
    assert [(one["type"], titles(one), one["data"]["unread"]) for one in told] == [("list", ["First"], 1)]
    assert 'id="notification-bell"' in told[0]["html"]
    await tell(trader, "Second", "It fired.", "/gex/SPX/", "warning", key="2")
    live = await page.receive_json_from(5)
    assert (live["type"], live["seq"], live["data"]["sound"]) == ("new", 2, False)
    assert live["data"]["notifications"][-1] | {"at": ""} == {
        "number": 2,
        "level": "warning",
        "title": "Second",
        "text": "It fired.",
        "url": "/gex/SPX/",
        "at": "",
        "is_read": False,
    }
    await page.disconnect()

    def loud() -> None:
        NotificationSettings.objects.filter(user=trader).update(sound=True)

    await sync_to_async(loud)()
    await tell(trader, "Third", key="3")
    page, told = await opened(trader, "seq=1")
    assert [titles(one) for one in told] == [["Second", "Third"]]
    assert told[0]["data"]["sound"] is True
    assert "html" not in told[0]
    await sync_to_async(mark_read)(trader, up_to=2, at=OPEN_MARKET)
    assert (await page.receive_json_from(5))["data"]["unread"] == 1
    await tell(owner, "Still not yours", key="2")
    await sync_to_async(publish)([trader.pk])  # told late: the page has it all
    assert await page.receive_nothing(0.1)
    await page.disconnect()
    stranger = WebsocketCommunicator(NotificationsConsumer.as_asgi(), "/ws/notifications")
    stranger.scope["user"] = AnonymousUser()
    assert (await stranger.connect())[1] == 4401
