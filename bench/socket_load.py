"""A light load generator: many WebSocket clients on one epoll loop, no library, latencies out as JSON.

Run as a process of its own, so that its work does not count as the server's:
`python -m bench.socket_load PORT COOKIE CLIENTS BROADCASTS`. Prints "ready" once everyone is subscribed, then one
line of JSON: latencies in ms of every delivery, and how many clients hold the final state.
"""

import base64
import json
import os
import re
import resource
import select
import socket
import sys
import time
from collections.abc import Callable, Iterator

SENT = re.compile(rb'"sent_at": ?([0-9.]+)')
SEQ = re.compile(rb'"seq": ?([0-9]+)')
DEADLINE_SECONDS = 60.0


class Client:
    """One socket and what it has read."""

    __slots__ = ("buffer", "seq", "socket", "upgraded")

    def __init__(self, port: int, cookie: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.buffer = bytearray()
        self.upgraded = False
        self.seq = 0
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.send(
            f"GET /ws/market-data?symbols=BENCH HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n".encode()
        )

    def read(self) -> list[bytes]:
        """Return the text messages that are complete."""
        self.buffer += self.socket.recv(65536)
        if not self.upgraded:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return []
            if b" 101 " not in self.buffer[:20]:
                raise SystemExit(f"refused: {bytes(self.buffer[:200])!r}")
            del self.buffer[: end + 4]
            self.upgraded = True
        return list(self._frames())

    def _frames(self) -> Iterator[bytes]:
        while len(self.buffer) >= 2:
            length, start = self.buffer[1] & 0x7F, 2
            if length == 126:
                length, start = int.from_bytes(self.buffer[2:4], "big"), 4
            elif length == 127:
                length, start = int.from_bytes(self.buffer[2:10], "big"), 10
            if len(self.buffer) < start + length:
                return
            opcode = self.buffer[0] & 0x0F
            if opcode == 1:
                yield bytes(self.buffer[start : start + length])
            del self.buffer[: start + length]


def wait_for(
    poller: select.epoll, clients: dict[int, Client], *, until: Callable[[], bool], latencies: list[float]
) -> None:
    """Read until `until()` holds or a minute has passed; note the latency of every broadcast."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not until() and time.monotonic() < deadline:
        for descriptor, _ in poller.poll(1.0):
            client = clients[descriptor]
            for message in client.read():
                if sent := SENT.search(message, 0, 400):
                    latencies.append((time.monotonic() - float(sent[1])) * 1000)
                    if seq := SEQ.search(message):
                        client.seq = int(seq[1])
                else:
                    client.seq = max(client.seq, 1)


def main() -> None:
    port, cookie, count, broadcasts = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 200), hard))
    poller = select.epoll()
    clients: dict[int, Client] = {}
    latencies: list[float] = []
    started = time.monotonic()
    for _ in range(count):
        client = Client(port, cookie)
        clients[client.socket.fileno()] = client
        poller.register(client.socket.fileno(), select.EPOLLIN)
    wait_for(poller, clients, until=lambda: all(c.seq for c in clients.values()), latencies=[])
    # Subscribed, and the server has said so. From here on only broadcasts arrive.
    print(json.dumps({"ready": True, "connect_seconds": time.monotonic() - started}), flush=True)
    last = broadcasts + 1
    wait_for(poller, clients, until=lambda: all(c.seq >= last for c in clients.values()), latencies=latencies)
    final = sum(c.seq >= last for c in clients.values())
    print(json.dumps({"latencies_ms": latencies, "final": final}), flush=True)


if __name__ == "__main__":
    main()
