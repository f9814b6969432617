"""The pages of a desk in use, a year stored: server time of each, CPU per page with eight clients against one."""

import json
import os
import statistics
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psutil

from bench.environment import session_cookie
from bench.report import BenchRow
from bench.trader import stored_desk

YEAR_OF_SNAPSHOTS = 252 * 780  # trading days, one every 30 s from 09:30 to 16:00
SECONDS = 6.0
OTHER_SECONDS = 2.0
PAGE = "/gex/SPX/"
TABS = ("setups", "plans", "intraday", "week", "history")
PAGES = (
    "/", "/gamma/SPX/", "/copilot/", "/positions/", "/positions/closed/", "/journal/", "/autotrader/", "/paper/",
    "/paper/model/", "/scanner/", "/alerts/", "/sizing/", "/settings/", "/learn/",
)  # fmt: skip


def rows() -> list[BenchRow]:
    """Return page times under Daphne and uvicorn."""
    from django.contrib.auth.models import User

    from alphagex import clock

    stored = _store_a_year()
    stored_desk(User.objects.get_or_create(username="bench", defaults={"is_staff": True})[0], at=clock.now())
    return [row for server in ("daphne", "uvicorn") for row in _measure(server, stored)]


def _store_a_year() -> int:
    """Fill the key-figures table by copying one real analysis backwards in time; the newest keeps its details."""
    from django.db import connection

    from alphagex import clock
    from apps.dashboard.services import publish_row
    from apps.gex.services import publish_panels
    from apps.market.configured import observe
    from apps.market.feed import store_observation
    from apps.market.models import Feed, Snapshot

    Snapshot.objects.filter(symbol="SPX").delete()
    Feed.objects.filter(symbol="SPX").delete()
    now = clock.now()
    Feed.objects.create(symbol="SPX", seq=YEAR_OF_SNAPSHOTS, next_poll_at=now + timedelta(days=1))
    newest = store_observation(observe("SPX", at=now), received_at=now).snapshot
    columns = [field.column for field in Snapshot._meta.local_fields if field.column not in {"id", "seq", "as_of"}]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO market_snapshot (seq, as_of, {names}) SELECT n, as_of - ({YEAR_OF_SNAPSHOTS} - n) * interval "  # noqa: S608
            f"'160 seconds', {names} FROM market_snapshot, generate_series(1, {YEAR_OF_SNAPSHOTS}) n WHERE id = %s",
            [newest.pk],
        )
        cursor.execute("ANALYZE market_snapshot")
    publish_panels(newest.pk)
    publish_row(newest.pk)
    _store_days(newest)
    return Snapshot.objects.filter(symbol="SPX").count()


def _measure(server: str, stored: int) -> list[BenchRow]:
    from bench.sockets import SERVERS, wait_for_port
    from tests.desk import BIN, free_port

    port, cookie = free_port(), session_cookie()
    command = [part.format(port=port) for part in SERVERS[server]]
    process = subprocess.Popen([str(BIN / command[0]), *command[1:]], env=os.environ)
    try:
        wait_for_port(port)
        _load(port, cookie, clients=1, seconds=2)
        alone, alone_cpu = _load_measured(process.pid, port, cookie, clients=1)
        together, together_cpu = _load_measured(process.pid, port, cookie, clients=8)
        others = _others(server, process.pid, port, cookie)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
    name = f"{server}, /gex/SPX/, {stored:,} snapshots"
    median, p99 = statistics.median(alone), sorted(together)[int(len(together) * 0.99) - 1]
    ratio = together_cpu / alone_cpu
    return [
        BenchRow(f"{name}: server time alone", median, "ms", "goal", median / 25, "<= 25 ms", median <= 25),
        BenchRow(f"{name}: CPU per page alone", alone_cpu, "ms"),
        BenchRow(f"{name}: CPU per page, 8 clients", together_cpu, "ms", "alone", ratio, "<= 1.3 x", ratio <= 1.3),
        BenchRow(f"{name}: p99, 8 clients", p99, "ms", "goal", p99 / 150, "<= 150 ms", p99 <= 150),
        *others,
    ]


def _store_days(newest: Any) -> None:
    """Give SPX a year of sessions besides its snapshots."""
    from apps.market.models import DayFigures

    DayFigures.objects.filter(symbol="SPX").delete()
    DayFigures.objects.bulk_create(
        DayFigures(
            symbol="SPX",
            day=newest.as_of.date() - timedelta(days=back),
            source=newest.source,
            truth=newest.kind,
            label=newest.source_label,
            close=newest.spot,
            net_gex=newest.net_gex,
            flip_point=newest.flip_point,
            call_wall=newest.call_wall,
            put_wall=newest.put_wall,
            implied_volatility=newest.implied_volatility,
            put_call_ratio=newest.put_call_ratio,
            is_final=True,
            updated_at=newest.as_of,
        )
        for back in range(365)
    )


def _others(server: str, pid: int, port: int, cookie: str) -> list[BenchRow]:
    """Return server time and growth of CPU per page of the other pages."""
    rows = []
    for path in (*(f"{PAGE}{tab}/" for tab in TABS), *PAGES):
        _load(port, cookie, path=path, clients=1, seconds=0.5)
        alone, alone_cpu = _load_measured(pid, port, cookie, path=path, clients=1, seconds=OTHER_SECONDS)
        _, together_cpu = _load_measured(pid, port, cookie, path=path, clients=8, seconds=OTHER_SECONDS)
        median, ratio = statistics.median(alone), together_cpu / alone_cpu
        name = f"{server}, {path}"
        rows += [
            BenchRow(f"{name}: server time", median, "ms", "goal", median / 25, "<= 25 ms", median <= 25),
            BenchRow(f"{name}: CPU, 8 clients", together_cpu, "ms", "alone", ratio, "<= 1.3 x", ratio <= 1.3),
        ]
    return rows


def _load_measured(
    pid: int, port: int, cookie: str, *, path: str = PAGE, clients: int, seconds: float = SECONDS
) -> tuple[list[float], float]:
    server = psutil.Process(pid)
    before = sum(server.cpu_times()[:2])
    latencies = _load(port, cookie, path=path, clients=clients, seconds=seconds)
    return latencies, (sum(server.cpu_times()[:2]) - before) / len(latencies) * 1000


def _load(port: int, cookie: str, *, path: str = PAGE, clients: int, seconds: float) -> list[float]:
    command = [sys.executable, "-m", "bench.page_load", str(port), cookie, path, str(clients), str(seconds)]
    result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if result["failures"]:
        raise SystemExit(f"{len(result['failures'])} pages failed, first with HTTP {result['failures'][0]}.")
    latencies: list[float] = result["latencies_ms"]
    return latencies
