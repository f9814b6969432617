"""/ws/copilot over real sockets of a real web process: chunks, reload in the middle, and nothing of anybody else."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from django.contrib.auth.models import User
from django.test import Client

from alphagex import clock
from apps.copilot.asking import stop
from apps.copilot.figures.facts import Fact
from apps.copilot.models import Turn
from apps.copilot.recording import Writer
from tests.conftest import PASSWORD
from tests.copilot.conftest import put
from tests.desk import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def read(desk: Desk, cookie: str, *, seq: int | None, until: str, act: Any = None) -> list[dict[str, Any]]:
    """Connect, act once subscribed, and return the messages up to the one of type `until`."""
    query = "" if seq is None else f"&seq={seq}"
    url = f"{desk.url.replace('http', 'ws')}/ws/copilot?format=html{query}"
    found: list[dict[str, Any]] = []
    async with websockets.connect(url, additional_headers={"Cookie": cookie, "Origin": desk.url}) as socket:
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 15))
            found.append(message)
            if message["type"] == "subscribed" and act is not None:
                await asyncio.to_thread(act)
            if message["type"] == until:
                return found


def writing(turn: Turn) -> Writer:
    Turn.objects.filter(pk=turn.pk).update(status="writing", alive_at=clock.now())
    return Writer(Turn.objects.select_related("chat__owner").get(pk=turn.pk), every_seconds=0.0)


def test_chunks_arrive_a_reload_catches_up_and_others_hear_nothing(desk: Desk, trader: User) -> None:
    other = User.objects.create_user("other", password=PASSWORD)
    turn = put(trader, "What now?")
    writer = writing(turn)
    mine, theirs = cookie_of(trader), cookie_of(other)

    def write() -> None:
        writer.know([Fact(name="Spot", source="levels", value=4505.1)])
        writer.text("Spot 4,505.10 here.\n\n")
        writer.text("Second **part**")

    async def both() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        stranger = asyncio.create_task(read(desk, theirs, seq=0, until="done", act=None))
        messages = await read(desk, mine, seq=0, until="chunk", act=write)
        later = await read(desk, mine, seq=messages[-1]["seq"], until="subscribed")
        await asyncio.sleep(0)
        stranger.cancel()
        heard = [] if not stranger.done() else stranger.result()
        return messages, later + heard

    messages, later = asyncio.run(both())
    assert messages[0]["type"] == "subscribed"
    first = messages[-1]["data"]
    assert first["turn"] == turn.pk
    assert "fig-verified" in first["blocks"][0]
    caught_up = [one for one in later if one["type"] == "chunk"]
    assert len(caught_up) == 1, "what came after the number the page has, once and whole"
    assert caught_up[0]["data"]["first"] == 0
    assert "<strong>part</strong>" in caught_up[0]["data"]["blocks"][1]
    messages = asyncio.run(
        read(desk, mine, seq=caught_up[0]["seq"], until="done", act=lambda: stop(trader, turn.pk, at=clock.now()))
    )
    done = messages[-1]
    assert done["data"]["status"] == "cancelled"
    assert f'id="turn-{turn.pk}"' in done["html"]
    assert "You stopped it here." in done["html"]
    # A page that comes late gets the settled answer; another user's page gets nothing.
    late = asyncio.run(read(desk, mine, seq=caught_up[0]["seq"], until="subscribed"))
    assert [one["type"] for one in late] == ["done", "subscribed"]
    assert [one["type"] for one in asyncio.run(read(desk, theirs, seq=0, until="subscribed"))] == ["subscribed"]


def test_strangers_are_not_let_in(desk: Desk) -> None:
    async def connect() -> None:
        url = f"{desk.url.replace('http', 'ws')}/ws/copilot"
        async with websockets.connect(url, additional_headers={"Origin": desk.url}) as socket:
            await socket.recv()

    with pytest.raises(websockets.exceptions.InvalidStatus, match="403"):
        asyncio.run(connect())
