"""Sockets with a token: by header, by subprotocol, until it is revoked; and the example client of the documents."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from alphagex import clock
from apps.api.models import ApiToken
from apps.api.sockets import living_tokens
from apps.api.tokens import revoke
from apps.market.feed import store_observation
from apps.market.sources.simulated import SimulatedSource
from apps.security.sockets import OpenSockets
from tests.desk import ROOT, Desk

EXAMPLES = ROOT / "docs" / "examples"
pytestmark = pytest.mark.django_db(transaction=True)


async def first(socket: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        message: dict[str, Any] = json.loads(await socket.recv())
        return message


async def test_a_token_opens_a_socket_by_header_and_by_subprotocol(
    desk: Desk, trader: User, secret_of: Callable[..., str]
) -> None:
    reading = await sync_to_async(secret_of)(trader, ApiToken.Scope.READ)
    address = f"ws://127.0.0.1:{desk.port}/ws/market-data?symbols=SPX"
    async with connect(address, additional_headers={"Authorization": f"Bearer {reading}"}) as socket:
        assert (await first(socket))["data"]["symbols"] == ["SPX"]
    async with connect(address, subprotocols=["alphagex", f"bearer.{reading}"]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == "alphagex"
        assert (await first(socket))["type"] == "subscribed"


async def test_a_bad_token_opens_nothing_and_the_address_carries_none(
    desk: Desk, trader: User, secret_of: Callable[..., str]
) -> None:
    good = await sync_to_async(secret_of)(trader)
    address = f"ws://127.0.0.1:{desk.port}/ws/positions"
    for url, headers in (
        (address, {"Authorization": "Bearer agx_nobody"}),
        (address, {"Authorization": f"Basic {good}"}),
        (f"{address}?token={good}&bearer={good}", {}),
    ):
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=headers)
        assert refused.value.response.status_code == 403


async def test_a_socket_ends_with_its_token(trader: User, secret_of: Callable[..., str]) -> None:
    await sync_to_async(secret_of)(trader)
    token = await ApiToken.objects.select_related("user").aget()
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    watched = OpenSockets(living_tokens)
    watched.sends[token.pk].add(send)
    await watched.close_ended()
    assert sent == []
    await sync_to_async(revoke)(token, at=clock.now())
    await watched.close_ended()
    assert sent == [{"type": "websocket.close", "code": 4401}]


def test_the_example_client_prints_what_comes(desk: Desk, trader: User, secret_of: Callable[..., str]) -> None:
    at = clock.now()
    store_observation(SimulatedSource(seed=42).fetch_chain("SPX", at=at), received_at=at)
    told = _example("stream.py", desk.url, "SPX", "--messages", "3", token=secret_of(trader, ApiToken.Scope.READ))
    assert "subscribed" in told
    assert "3 messages" in told


def test_the_first_call_answers(desk: Desk, trader: User, secret_of: Callable[..., str]) -> None:
    at = clock.now()
    store_observation(SimulatedSource(seed=42).fetch_chain("SPX", at=at), received_at=at)
    told = _example("first_call.sh", desk.url, "SPX", token=secret_of(trader, ApiToken.Scope.READ))
    assert '"is_open"' in told
    assert '"net_gex"' in told
    assert "day,source,truth" in told


def _example(name: str, *arguments: str, token: str) -> str:
    """Run an example as a newcomer would, and return what it prints."""
    file: Path = EXAMPLES / name
    command = [sys.executable, str(file)] if file.suffix == ".py" else ["sh", str(file)]
    environment = {**os.environ, "ALPHAGEX_TOKEN": token}
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout
