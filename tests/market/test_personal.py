"""Personal messages: each user's own, none lost, none twice, over real Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser, User
from django.db import OperationalError

from apps.market import personal
from apps.market.personal import PersonalConsumer, PersonalMessage, message_for, personal_hub, tell
from apps.market.presence import presence
from apps.market.redis_client import short_questions

pytestmark = pytest.mark.django_db(transaction=True)


class Diary(PersonalConsumer):
    """A feature with three kept messages; a list stands for its table."""

    topic = "diary"
    kept: ClassVar[list[PersonalMessage]] = []
    is_database_away: ClassVar[bool] = False

    def missed(self, seq: int | None) -> list[PersonalMessage]:
        if self.is_database_away:
            raise OperationalError("gone")
        return [one for one in self.kept if one.user_id == self.user_id and one.number > (seq or 0)]


@pytest.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    Diary.kept, Diary.is_database_away = [], False
    yield
    if personal_hub._task is not None:
        personal_hub._task.cancel()
        await asyncio.gather(personal_hub._task, return_exceptions=True)
    personal_hub._task = None
    personal_hub.sockets.clear()


def page_of(user: User | AnonymousUser, query: str = "") -> WebsocketCommunicator:
    page = WebsocketCommunicator(Diary.as_asgi(), f"/ws/diary?{query}")
    page.scope["user"] = user
    return page


async def opened(user: User, query: str = "") -> tuple[WebsocketCommunicator, list[dict[str, Any]]]:
    """Return a connected page and what it was told before it was told that it is subscribed."""
    page = page_of(user, query)
    connected, _ = await page.connect()
    assert connected
    told = []
    while (message := await page.receive_json_from(5))["type"] != "subscribed":
        told.append(message)
    return page, told


async def say(user: User, text: str, *, number: int = 0, html: str = "") -> None:
    await sync_to_async(tell)(user.pk, "diary", "line", {"text": text}, number=number, html=html)


async def test_a_message_reaches_all_pages_of_its_user_and_nobody_else(trader: User, owner: User) -> None:
    first, _ = await opened(trader, "format=html")
    second, _ = await opened(trader)
    foreign, _ = await opened(owner)
    await say(trader, "bought", html="<p id='a'>bought</p>")
    await say(owner, "sold")
    shown = await first.receive_json_from(5)
    assert (shown["type"], shown["data"], shown["html"]) == ("line", {"text": "bought"}, "<p id='a'>bought</p>")
    plain = await second.receive_json_from(5)
    assert plain["data"] == {"text": "bought"}
    assert "html" not in plain
    assert (await foreign.receive_json_from(5))["data"] == {"text": "sold"}
    for page in (first, second, foreign):
        await page.disconnect()


async def test_a_page_that_returns_gets_what_it_missed_once(trader: User) -> None:
    Diary.kept = [message_for(trader.pk, "diary", "line", {"text": f"no {n}"}, number=n) for n in (1, 2, 3)]
    page, told = await opened(trader, "seq=1")
    assert [message["seq"] for message in told] == [2, 3]
    await say(trader, "no 3", number=3)
    await say(trader, "no 4", number=4)
    assert (await page.receive_json_from(5))["seq"] == 4
    await page.disconnect()


async def test_a_lost_redis_and_a_slow_reader_send_the_page_back_to_catch_up(
    trader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = await opened(trader)
    client = short_questions()
    await sync_to_async(client.client_kill_filter)(_type="pubsub")
    assert (await page.receive_output(5)) == {"type": "websocket.close", "code": personal.CLOSE_CATCH_UP}
    await page.disconnect()
    page, _ = await opened(trader)
    (consumer,) = personal_hub.sockets[("diary", trader.pk)]
    for number in range(personal._MOST_WAITING + 1):  # all at once: the sender has no turn between
        consumer.offer(message_for(trader.pk, "diary", "line", {}, number=number + 1))
    assert (await page.receive_output(5))["code"] == personal.CLOSE_CATCH_UP
    await page.disconnect()


async def test_a_database_that_is_away_sends_the_page_back_instead_of_leaving_it_deaf(trader: User) -> None:
    Diary.is_database_away = True
    page = page_of(trader)
    await page.connect()
    assert (await page.receive_output(5))["code"] == personal.CLOSE_CATCH_UP
    await page.disconnect()


async def test_strangers_are_refused_and_there_is_nothing_to_choose(trader: User) -> None:
    connected, code = await page_of(AnonymousUser()).connect()
    assert (connected, code) == (False, 4401)
    page, _ = await opened(trader)
    await page.send_json_to({"type": "subscribe", "symbols": ["SPX"]})
    assert "without being asked" in (await page.receive_json_from(5))["data"]["message"]
    await page.send_json_to({"type": "ping"})
    assert (await page.receive_json_from(5))["type"] == "pong"
    await page.disconnect()
    assert not personal_hub.sockets


async def test_whoever_the_server_breaks_off_is_forgotten_too(trader: User) -> None:
    page, _ = await opened(trader)
    assert [one.user_id for one in presence.open.values()] == [trader.pk]
    page.future.cancel()
    await asyncio.gather(page.future, return_exceptions=True)
    assert not presence.open
    assert not personal_hub.sockets
