"""Two web processes and two workers on one PostgreSQL and one Redis: nobody acts twice, and either of two may die."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import requests
import time_machine
from celery import Celery
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from apps.autotrader import ticking
from apps.autotrader.models import AutonomousDecision, AutonomousPosition
from apps.ledger.models import Order
from apps.ledger.reconciling import differences
from apps.market.models import Feed, Snapshot
from tests.autotrader.simulated import market_says, moment, started
from tests.desk import Desk, database_url, free_port, wait_until

pytestmark = [pytest.mark.processes]

MONDAY = moment(23, 10)
# The workers live on a Monday morning: a market day and hour whenever the tests run.
WORKER = """
import sys, time_machine
from datetime import datetime
time_machine.travel(datetime.fromisoformat(sys.argv.pop(1)), tick=True).start()
from celery.__main__ import main
sys.exit(main())
"""
RUNS = 12
ASKED_AGAIN_SECONDS = 8.0


class Pair:
    """The processes: web one and two at different addresses, workers one and two on the same queues."""

    def __init__(self, stack: ExitStack) -> None:
        environment = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
        environment |= {"ALPHAGEX_DATA_SOURCE": "simulated", "ALPHAGEX_WATCHLIST": "SPY", "LOG_LEVEL": "ERROR"}
        self.webs = [Desk(f"http://127.0.0.1:{free_port()}", environment) for _ in range(2)]
        self.workers = Desk(self.webs[0].url, environment)
        stack.callback(self.end)
        for name in ("one", "two"):
            # Its own place among programs: Desk.start looks beside this Python.
            self.workers.start(
                name,
                *(Path(sys.executable).name, "-c", WORKER, MONDAY.isoformat(), "--quiet", "-A"),
                *(
                    "alphagex.celery",
                    "worker",
                    "--queues",
                    "celery,copilot",
                    "--concurrency",
                    "1",
                    "--loglevel",
                    "ERROR",
                ),
                *("--loglevel", "ERROR", "--without-mingle", "--without-gossip", "--hostname", f"{name}@here"),
            )
        for web in self.webs:
            web.start_web()
        self.celery = Celery(broker=settings.REDIS_URL, set_as_current=False)
        wait_until(lambda: len(self.answering()) == 2)

    def end(self) -> None:
        for desk in (*self.webs, self.workers):
            for name in tuple(desk.processes):
                desk.stop(name, kill=True)

    def answering(self) -> list[str]:
        """Return the workers that answer."""
        return sorted(name for one in self.celery.control.ping(timeout=0.5) or () for name in one)

    def done_by(self, task: str) -> dict[str, int]:
        """Return how many of a task each worker has taken."""
        stats = self.celery.control.inspect(timeout=1.0).stats() or {}
        return {name: int(told["total"].get(task, 0)) for name, told in stats.items()}

    def newest(self) -> int:
        return Snapshot.objects.filter(symbol="SPY").order_by("-seq").values_list("seq", flat=True).first() or 0

    def next_snapshot(self) -> int:
        """Let the workers fetch once more, as two ticks that came at once; return the snapshot's number.

        A late tick of the time before may fetch the same quotes again, of which no snapshot is made: then ask anew.
        """
        before, asked = self.newest(), 0.0

        def fetched() -> bool:
            nonlocal asked
            if self.newest() > before:
                return True
            if monotonic() - asked > ASKED_AGAIN_SECONDS:
                asked = monotonic()
                Feed.objects.filter(symbol="SPY").update(next_poll_at=MONDAY - timedelta(hours=1))
                for _ in range(2):
                    self.celery.send_task("market.tick")
            return False

        wait_until(fetched)
        return self.newest()


@pytest.fixture
def pair(transactional_db: None) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(stack)


def socket_to(web: Desk, trader: User, seq: int | None = None) -> ClientConnection:
    """Return an open socket, subscribed."""
    client = Client()
    client.force_login(trader)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    known = "" if seq is None else f"&seq={seq}"
    address = f"{web.url.replace('http', 'ws', 1)}/ws/market-data?symbols=SPY&topics=market{known}"
    return connect(address, additional_headers={"Cookie": cookie}, proxy=None)


def numbers(socket: ClientConnection, until: int) -> list[int]:
    """Return the numbers of the snapshots that come, up to `until`."""
    seqs: list[int] = []
    while until not in seqs:
        message: dict[str, Any] = json.loads(socket.recv(timeout=20))
        if message["type"] == "snapshot":
            seqs.append(message["seq"])
    return seqs


def test_two_of_each_work_as_one_and_either_may_die(pair: Pair) -> None:
    trader = User.objects.create_user("trader")
    market_says(MONDAY)
    first, second = pair.webs
    with socket_to(first, trader) as one, socket_to(second, trader) as two:
        # Broadcasts: on both web processes, each once and in order, whichever worker made them.
        begun = pair.newest()
        numbers(one, begun)
        numbers(two, begun)
        for _ in range(3):
            newest = pair.next_snapshot()
        assert numbers(one, newest) == numbers(two, newest) == list(range(begun + 1, newest + 1))

        # A web process dies: its client goes to the other one and gets what it has not seen.
        assert sorted(pair.answering()) == ["one@here", "two@here"]
        first.stop("web", kill=True)
        with pytest.raises(ConnectionClosed):
            one.recv(timeout=20)
        missed = pair.next_snapshot()
        with socket_to(second, trader, seq=newest) as back:
            assert numbers(back, missed) == [missed]
        with socket_to(second, trader, seq=missed) as back:
            following = pair.next_snapshot()
            assert numbers(back, following) == [following], "what it knows already does not come again"
        assert numbers(two, following) == [missed, following]

        # The auto trader: one check sent many times is done once, by whichever worker.
        one_entry_of(trader, pair)

        # A worker dies: the other goes on, and the desk is not called ill.
        pair.workers.stop("one", kill=True)
        latest = pair.next_snapshot()
        assert numbers(two, latest)[-1] == latest
        assert pair.answering() == ["two@here"]
        assert down(second) == ["beat"], "none runs here; a worker does"

        # Told to go, a worker ends by itself and a web process takes leave of its sockets.
        last = pair.workers.processes["two"]
        last.send_signal(signal.SIGTERM)
        assert last.wait(timeout=20) == 0
        del pair.workers.processes["two"]
        wait_until(lambda: down(second) == ["beat", "worker"] or down(second) == ["worker", "beat"])
        web = second.processes.pop("web")
        web.send_signal(signal.SIGTERM)
        with suppress(ConnectionClosed):
            for _ in two:
                pass
        assert two.close_code == 4012, "the service restarts: come back"
        assert web.wait(timeout=20) == 0


def one_entry_of(trader: User, pair: Pair) -> None:
    started(trader, moment(23, 9))
    with time_machine.travel(MONDAY, tick=False):
        (due,) = ticking.tick(MONDAY)
    before = pair.done_by("autotrader.run")
    for _ in range(RUNS):
        pair.celery.send_task("autotrader.run", args=[due.owner_id, due.slot.isoformat()])
    wait_until(lambda: sum(pair.done_by("autotrader.run").values()) == sum(before.values()) + RUNS)
    wait_until(lambda: Order.objects.filter(is_daily_entry=True, status="filled").exists())
    assert min(pair.done_by("autotrader.run").values()) > 0, "both workers were at it"
    assert Order.objects.filter(is_daily_entry=True).count() == 1
    assert AutonomousPosition.objects.count() == 1
    assert AutonomousDecision.objects.filter(kind="search").count() == 1
    assert not [str(one) for one in differences()]


def down(web: Desk) -> list[str]:
    told: list[str] = requests.get(f"{web.url}/healthz", timeout=20).json()["down"]
    return told
