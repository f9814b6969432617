"""Fan-out: 1,000 sockets on one web process, 4 kB a broadcast, one slow reader among them."""

import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from bench.environment import session_cookie
from bench.report import BenchRow

CLIENTS, BROADCASTS, PAYLOAD = 1000, 12, 3600
SERVERS = {
    "daphne": ["daphne", "--verbosity", "0", "-b", "127.0.0.1", "-p", "{port}", "alphagex.asgi:application"],
    "uvicorn": [
        "uvicorn", "--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning", "--no-access-log",
        "--ws-per-message-deflate", "false", "alphagex.asgi:application",
    ],
}  # fmt: skip
GOAL_P99_MS = {"daphne": 200.0, "uvicorn": 60.0}
GOAL_CPU_US = {"daphne": 130.0, "uvicorn": 40.0}


def rows() -> list[BenchRow]:
    """Return p99, CPU per delivery, memory per socket and lost final states of both servers."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, CLIENTS * 2 + 500), hard))
    return [row for server in SERVERS for row in _measure(server)]


def _measure(server: str) -> list[BenchRow]:
    from apps.market.models import WebsocketSubscription
    from tests.desk import BIN, free_port

    WebsocketSubscription.objects.all().delete()
    _forget_kept()
    port = free_port()
    command = [part.format(port=port) for part in SERVERS[server]]
    process = subprocess.Popen([str(BIN / command[0]), *command[1:]], env=os.environ)
    try:
        wait_for_port(port)
        return _measure_running(server, psutil.Process(process.pid), port)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def _measure_running(server: str, process: psutil.Process, port: int) -> list[BenchRow]:
    cookie = session_cookie()
    slow = _slow_reader(port, cookie)
    before = process.memory_info().rss
    load = subprocess.Popen(
        [sys.executable, "-m", "bench.socket_load", str(port), cookie, str(CLIENTS), str(BROADCASTS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert load.stdout is not None
    connected = json.loads(load.stdout.readline())
    per_socket = (process.memory_info().rss - before) / CLIENTS / 1024
    _wait_until_listed(CLIENTS)
    cpu = sum(process.cpu_times()[:2])
    for seq in range(2, BROADCASTS + 2):
        time.sleep(1)
        _broadcast(seq)
    result = json.loads(load.stdout.readline())
    cpu = sum(process.cpu_times()[:2]) - cpu
    load.wait(10)
    slow.close()
    latencies = sorted(result["latencies_ms"])
    p99 = latencies[int(len(latencies) * 0.99) - 1] if latencies else float("inf")
    per_delivery = cpu / (CLIENTS * BROADCASTS) * 1e6
    lost = CLIENTS - result["final"]
    name = f"{server}, {CLIENTS:,} sockets, 4 kB"
    return [
        _row(f"{name}: p50", statistics.median(latencies), "ms", None),
        _row(f"{name}: p99", p99, "ms", GOAL_P99_MS[server]),
        _row(f"{name}: CPU per delivery", per_delivery, "µs", GOAL_CPU_US[server]),
        _row(f"{name}: clients without the final state", lost, "", 0),
        _row(f"{name}: memory per socket", per_socket, "kB", None),
        _row(f"{name}: connecting all", connected["connect_seconds"], "s", None),
    ]


def _row(name: str, value: float, unit: str, goal: float | None) -> BenchRow:
    if goal is None:
        return BenchRow(name, value, unit)
    ratio = value / goal if goal else None
    return BenchRow(name, value, unit, "goal", ratio, f"<= {goal:g} {unit}".strip(), value <= goal)


def _slow_reader(port: int, cookie: str) -> socket.socket:
    """Connect, subscribe, and never read again, with the smallest buffer the system gives."""
    from bench.socket_load import Client

    client = Client(port, cookie)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    return client.socket


def _wait_until_listed(sockets: int) -> None:
    """Wait until every socket has its row: connecting is over, what follows is broadcasting alone."""
    from apps.market.models import WebsocketSubscription

    deadline = time.monotonic() + 30
    while WebsocketSubscription.objects.count() < sockets and time.monotonic() < deadline:
        time.sleep(0.2)


def _forget_kept() -> None:
    from apps.market import live
    from apps.market.redis_client import short_questions

    short_questions().delete(live.LATEST)


def _broadcast(seq: int) -> None:
    from alphagex import clock
    from apps.market import live

    live.publish(
        live.Envelope(
            topic="market",
            symbol="BENCH",
            seq=seq,
            type="snapshot",
            data={"sent_at": time.monotonic(), "filler": "x" * PAYLOAD},
            source={"name": "bench", "kind": "simulated", "label": "x", "as_of": "", "stale_after": None},
            html="",
            at=clock.now(),
        )
    )


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"The server did not listen on port {port} within 30 s.")
