"""A web process that is told to go says so to its sockets and finishes its pages; a worker finishes its task."""

import asyncio
from typing import Any

import pytest

from apps.operations import leaving
from apps.operations.leaving import LeavesInGoodOrder


async def served(scope_type: str, application: Any) -> list[dict[str, Any]]:
    """Return what was sent, the application being cancelled as soon as it runs."""
    sent: list[dict[str, Any]] = []
    running = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        running.set()
        while not any(one["type"] == "websocket.close" for one in sent):
            await asyncio.sleep(0)
        return {"type": "websocket.disconnect", "code": sent[-1]["code"]}

    whole = LeavesInGoodOrder(application)
    task = asyncio.ensure_future(whole({"type": scope_type, "running": running}, receive, send))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return sent


async def test_a_socket_is_told_to_come_back_and_signs_off() -> None:
    signed_off = []

    async def consumer(scope: Any, receive: Any, send: Any) -> None:
        signed_off.append((await receive())["code"])

    assert await served("websocket", consumer) == [{"type": "websocket.close", "code": 4012}]
    assert signed_off == [4012]


async def test_a_page_that_is_being_made_is_finished() -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        scope["running"].set()
        for _ in range(20):
            await asyncio.sleep(0)
        await send({"type": "http.response.body"})

    assert await served("http", page) == [{"type": "http.response.body"}]


async def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "PAGE_SECONDS", 0.01)
    ended = []

    async def hanging(scope: Any, receive: Any, send: Any) -> None:
        scope["running"].set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(True)
            raise

    assert await served("http", hanging) == []
    await asyncio.sleep(0)
    assert ended == [True]


async def test_the_end_of_the_server_ends_all_of_them() -> None:
    sent: list[str] = []
    release = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await release.wait()
        await send({"type": f"{scope['type']} ends"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        release.set()

    async def receive() -> dict[str, Any]:
        raise AssertionError("Nothing is asked for.")

    whole = LeavesInGoodOrder(application)
    tasks = [asyncio.ensure_future(whole({"type": kind}, receive, send)) for kind in ("http", "websocket")]
    await asyncio.sleep(0)
    await whole.leave()
    await asyncio.gather(*tasks)
    assert sent[0] == "websocket.close"
    assert sorted(sent[1:]) == ["http ends", "websocket ends"]
