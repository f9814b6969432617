"""Follow a symbol's levels and your own positions live: pip install websockets.

ALPHAGEX_TOKEN=agx_... python stream.py http://127.0.0.1:8000 SPX [--messages 5]
"""

import argparse
import asyncio
import json
import os
import random
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

RETURN_AT_ONCE = 4408  # messages were lost on the way: come back and say which number you have
GIVE_UP = {4401, 4413, 4429}  # not logged in any more; too large; too many messages


class Ended(Exception):
    """As many messages as wanted have come, or the desk does not want us."""


async def follow(address: str, token: str, on_message: Any) -> None:
    """Stay connected to one socket, return after each break, and say what we have so that nothing is told twice."""
    newest, pause = None, 0.5
    while True:
        url = address if newest is None else f"{address}{'&' if '?' in address else '?'}seq={newest}"
        try:
            async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
                pause = 0.5
                async for text in socket:
                    message = json.loads(text)
                    # 0 is a message about the connection, or one that does not count.
                    newest = max(newest or 0, message["seq"]) or newest
                    on_message(message)
        except ConnectionClosed as end:
            code = end.rcvd.code if end.rcvd else 1006
            if code in GIVE_UP:
                raise Ended(f"closed with {code}") from end
            if code == RETURN_AT_ONCE:
                continue
        except InvalidStatus as refusal:
            if refusal.response.status_code == 403:
                raise Ended("refused: does the token work, and is this address a socket?") from refusal
        except OSError:
            pass  # the desk restarts, or the line is down: try again
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, 30.0)


def line_of(message: dict[str, Any]) -> str:
    """Return a message in one line."""
    source = message["source"].get("label", "")
    if message["type"] == "snapshot":
        data = message["data"]
        levels = f"net GEX {data['net_gex']:,.0f}, flip {data['flip_point']}"
        return f"{message['symbol']} #{message['seq']}: {levels} ({source})"
    if message["type"] == "error":
        return f"error: {message['data']['message']}"
    return f"{message.get('topic', '')} {message['type']} #{message['seq']}: {json.dumps(message['data'])[:120]}"


async def run(desk: str, token: str, symbol: str, messages: int) -> None:
    """Print messages of both sockets until `messages` have come, 0 for ever."""
    base = desk.replace("http", "ws", 1).rstrip("/")
    count = 0

    def show(message: dict[str, Any]) -> None:
        nonlocal count
        print(line_of(message), flush=True)  # noqa: T201
        count += 1
        if messages and count >= messages:
            raise Ended(f"{count} messages")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(f"{base}/ws/market-data?symbols={symbol}&topics=market", token, show))
            group.create_task(follow(f"{base}/ws/positions", token, show))
    except* Ended as ended:
        print(ended.exceptions[0])  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("desk")
    parser.add_argument("symbol")
    parser.add_argument("--messages", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(run(options.desk, os.environ["ALPHAGEX_TOKEN"], options.symbol, options.messages))
