"""/ws/positions: the state at once, new marks after each snapshot, and word of every change; only the user's own."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from websockets.asyncio.client import connect

from alphagex import clock
from apps.ledger.accounts import account_in_use
from apps.ledger.closing import close_position
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.market.models import WebsocketSubscription
from apps.positions.publishing import publish_marks
from tests.desk import Desk
from tests.ledger.market import Market, usual_market
from tests.moments import OPEN_MARKET
from tests.positions.trading import held

pytestmark = pytest.mark.django_db(transaction=True)


def prepare(user: User) -> tuple[Position, Market]:
    market = usual_market()
    market.says(OPEN_MARKET)
    account = account_in_use(user, Account.Kind.OWN, at=OPEN_MARKET)
    return held(account), market


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def until(socket: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


def dearer(market: Market) -> int:
    later = OPEN_MARKET + timedelta(minutes=1)
    market.quote("call", 600, 12.0, 12.2)
    market.says(later)
    mark_open_positions(at=later)
    return publish_marks("SPY", at=later)


async def test_marks_and_changes_reach_their_owner_and_nobody_else(desk: Desk, trader: User, owner: User) -> None:
    position, market = await sync_to_async(prepare)(trader)
    address = f"ws://127.0.0.1:{desk.port}/ws/positions"
    mine, foreign = [{"Cookie": await sync_to_async(cookie_of)(user)} for user in (trader, owner)]
    async with (
        connect(f"{address}?format=html", additional_headers=mine, proxy=None) as page,
        connect(address, additional_headers=mine, proxy=None) as program,
        connect(address, additional_headers=foreign, proxy=None) as stranger,
    ):
        (state,) = (await until(program, "state"))["data"]["positions"]
        assert (state["id"], state["mark"], state["truth"]) == (position.pk, "10.100000", "simulated")
        assert (await until(stranger, "state"))["data"] == {"positions": []}
        for socket in (page, program, stranger):
            await until(socket, "subscribed")
        await _listed(3)
        assert await sync_to_async(dearer)(market) == 1
        shown = await until(page, "marks")
        assert f'id="position-row-{position.pk}"' in shown["html"]
        assert "+$400.00" in shown["html"]
        assert 'id="positions-summary-own"' in (await until(page, "totals"))["html"]
        assert (await until(program, "marks"))["data"]["positions"][0]["pnl"] == "400.000000"
        await sync_to_async(close_position)(position, at=clock.now(), by=None, key="close")
        assert (await until(page, "changed"))["data"] == {}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stranger.recv(), 0.3)


async def _listed(count: int) -> None:
    async with asyncio.timeout(10):
        while await WebsocketSubscription.objects.filter(path="/ws/positions").acount() < count:
            await asyncio.sleep(0.05)
