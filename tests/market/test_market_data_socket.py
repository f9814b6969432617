"""/ws/market-data over a real socket of a real web process."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from apps.market import feed
from apps.market.chain import Chain
from apps.market.models import WebsocketSubscription
from tests.desk import Desk
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cookie(trader: User) -> str:
    client = Client()
    client.force_login(trader)
    return f"sessionid={client.cookies['sessionid'].value}"


@asynccontextmanager
async def market_data(
    desk: Desk, cookie: str, query: str = "", *, origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
    async with connect(
        f"ws://127.0.0.1:{desk.port}/ws/market-data{query}", additional_headers=headers, proxy=None
    ) as socket:
        yield socket


async def next_message(socket: ClientConnection, message_type: str, *, seconds: float = 10) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == message_type:
                return message


async def read_until_closed(socket: ClientConnection) -> None:
    while True:
        await asyncio.wait_for(socket.recv(), 5)


def store(chain: Chain, *, seconds: int = 0) -> None:
    moment = OPEN_MARKET + timedelta(seconds=seconds)
    feed.store_observation(replace(chain, as_of=moment), received_at=moment)


async def test_a_subscriber_gets_the_newest_state_and_then_each_new_one(
    desk: Desk, cookie: str, spx_chain: Chain
) -> None:
    await sync_to_async(store)(spx_chain)
    async with market_data(desk, cookie, "?symbols=SPX") as socket:
        first = await next_message(socket, "snapshot")
        assert (first["symbol"], first["seq"], first["source"]["kind"]) == ("SPX", desk.base_seq + 1, "simulated")
        assert first["data"]["spot"] == pytest.approx(spx_chain.spot, abs=1e-4)
        await sync_to_async(store)(spx_chain, seconds=30)
        assert (await next_message(socket, "snapshot"))["seq"] == desk.base_seq + 2


async def test_pages_get_fragments_instead_of_numbers(desk: Desk, cookie: str, spx_chain: Chain) -> None:
    async with market_data(desk, cookie, "?symbols=SPX&format=html") as socket:
        await next_message(socket, "subscribed")
        await sync_to_async(store)(spx_chain)
        message = await next_message(socket, "snapshot")
    assert "data" not in message
    assert 'id="market-quote"' in message["html"]


async def test_reconnecting_with_the_last_number_brings_only_what_was_missed(
    desk: Desk, cookie: str, spx_chain: Chain
) -> None:
    async with market_data(desk, cookie, "?symbols=SPX") as socket:
        await next_message(socket, "subscribed")
        await sync_to_async(store)(spx_chain)
        await next_message(socket, "snapshot")
    await sync_to_async(store)(spx_chain, seconds=30)
    await sync_to_async(store)(spx_chain, seconds=60)
    async with market_data(desk, cookie) as socket:
        await socket.send(json.dumps({"type": "subscribe", "symbols": ["SPX"], "seq": {"SPX": desk.base_seq + 1}}))
        assert (await next_message(socket, "snapshot"))["seq"] == desk.base_seq + 3
    async with market_data(desk, cookie, f"?symbols=SPX&seq={desk.base_seq + 3}") as socket:
        await next_message(socket, "subscribed")
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv())["type"] == "pong"


async def test_what_is_no_longer_watched_is_no_longer_sent(desk: Desk, cookie: str, spx_chain: Chain) -> None:
    async with market_data(desk, cookie, "?symbols=SPX,SPY") as socket:
        await next_message(socket, "subscribed")
        await socket.send(json.dumps({"type": "unsubscribe", "symbols": ["SPX"]}))
        assert (await next_message(socket, "subscribed"))["data"]["symbols"] == ["SPY"]
        await sync_to_async(store)(spx_chain)
        await sync_to_async(store)(replace(spx_chain, symbol="SPY"))
        assert (await next_message(socket, "snapshot"))["symbol"] == "SPY"


async def test_an_idle_socket_stays_open_and_still_hears(desk: Desk, cookie: str, spx_chain: Chain) -> None:
    """redis-py cuts a connection that waits longer than its time-out; six seconds of silence would show it."""
    async with market_data(desk, cookie, "?symbols=SPX") as socket:
        await next_message(socket, "subscribed")
        with pytest.raises(TimeoutError):
            await next_message(socket, "snapshot", seconds=6)
        await sync_to_async(store)(spx_chain)
        assert (await next_message(socket, "snapshot"))["seq"] == desk.base_seq + 1


async def test_strangers_are_refused(desk: Desk) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with market_data(desk, "sessionid=forged"):
            pass


async def test_foreign_pages_are_refused(desk: Desk, cookie: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with market_data(desk, cookie, origin="https://evil.example"):
            pass
    async with market_data(desk, cookie, origin=desk.url) as socket:
        await socket.send(json.dumps({"type": "ping"}))
        await next_message(socket, "pong")


async def test_addresses_that_are_no_socket_are_refused(desk: Desk, cookie: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(
            f"ws://127.0.0.1:{desk.port}/ws/elsewhere", additional_headers={"Cookie": cookie}, proxy=None
        ):
            pass


async def test_a_message_that_does_not_fit_is_answered_and_the_socket_lives_on(desk: Desk, cookie: str) -> None:
    async with market_data(desk, cookie) as socket:
        for bad in ("no json", '{"type":"order"}', '{"type":"subscribe","symbols":["../etc"]}', b"\x00"):
            await socket.send(bad)
            assert (await next_message(socket, "error"))["data"]["message"]
        await socket.send("x" * 5000)
        assert "too large" in (await next_message(socket, "error"))["data"]["message"]
        await socket.send(json.dumps({"type": "ping"}))
        await next_message(socket, "pong")


async def test_a_flood_is_shown_the_door(desk: Desk, cookie: str) -> None:
    async with market_data(desk, cookie) as socket:
        for _ in range(40):
            await socket.send(json.dumps({"type": "ping"}))
        with pytest.raises(ConnectionClosed) as closed:
            await read_until_closed(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4429


async def test_open_sockets_are_listed_with_user_and_symbols_until_they_close(
    desk: Desk, cookie: str, trader: User
) -> None:
    async def listed(count: int) -> list[WebsocketSubscription]:
        async with asyncio.timeout(10):
            while True:
                rows = [row async for row in WebsocketSubscription.objects.filter(user=trader)]
                if len(rows) == count and all(row.symbols for row in rows):
                    return rows
                await asyncio.sleep(0.1)

    async with market_data(desk, cookie, "?symbols=SPX,AAPL&format=html") as socket:
        await next_message(socket, "subscribed")
        (row,) = await listed(1)
        assert (row.symbols, row.message_format, row.path) == (["AAPL", "SPX"], "html", "/ws/market-data")
    assert await listed(0) == []


async def test_a_deleted_users_open_socket_keeps_nobody_else_off_the_list(
    desk: Desk, cookie: str, trader: User
) -> None:
    other = await sync_to_async(User.objects.create_user)("other")
    client = Client()
    await sync_to_async(client.force_login)(other)

    async def appears_in_the_list() -> None:
        async with asyncio.timeout(10):
            while not await WebsocketSubscription.objects.filter(user=other).aexists():
                await asyncio.sleep(0.1)

    async with market_data(desk, cookie, "?symbols=SPX") as orphan:
        await next_message(orphan, "subscribed")
        await trader.adelete()
        await orphan.send(json.dumps({"type": "subscribe", "symbols": ["QQQ"]}))
        await next_message(orphan, "subscribed")
        async with market_data(desk, f"sessionid={client.cookies['sessionid'].value}", "?symbols=SPY") as socket:
            await next_message(socket, "subscribed")
            await appears_in_the_list()
