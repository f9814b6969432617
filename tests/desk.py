"""Real processes for tests: a web server (and, where asked, worker and beat) on the test database and Redis."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit

import stamina
from django.conf import settings
from django.db import connection

from apps.market.models import WebsocketSubscription
from apps.market.redis_client import short_questions

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(slots=True)
class Desk:
    """A running web process. url: http://127.0.0.1:port."""

    url: str
    environment: dict[str, str]
    base_seq: int = 0  # number of the last snapshot before the running test
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def start(self, name: str, *command: str) -> None:
        """Start a process of the desk in a group of its own."""
        self.processes[name] = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL if "ALPHAGEX_TEST_LOGS" not in os.environ else None,
            stderr=subprocess.STDOUT if "ALPHAGEX_TEST_LOGS" not in os.environ else None,
            start_new_session=True,
        )

    def start_web(self) -> None:
        self.start(
            "web", "daphne", "--verbosity", "0", "-b", "127.0.0.1", "-p", str(self.port), "alphagex.asgi:application"
        )
        wait_until_it_answers(f"{self.url}/healthz")

    def wait_until_at_rest(self) -> None:
        """Return when all sockets are closed and no request runs on: next the tables are emptied.

        A page that was left does not stop the request it had made. Emptying tables under it would be a deadlock.
        """
        own = f":{self.processes['web'].pid}:"
        wait_until(lambda: not WebsocketSubscription.objects.filter(process__contains=own).exists())
        wait_until(nobody_else_is_at_work)

    def forget_what_was_broadcast(self) -> None:
        """Cut the web process's subscriptions: when they are back it knows what Redis (emptied by now) keeps."""
        client = short_questions()
        number = str(client.connection_pool.connection_kwargs.get("db", 0))

        def listeners() -> set[str]:
            return {one["id"] for one in client.client_list() if one["db"] == number and one["sub"] != "0"}

        cut = listeners()
        for listener in cut:
            client.client_kill_filter(_id=listener)
        if cut:
            wait_until(lambda: len(listeners() - cut) >= len(cut))

    def stop(self, name: str, *, kill: bool = False) -> None:
        """End a process and wait until it is gone."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        process.wait(timeout=20)


@stamina.retry(on=(URLError, ConnectionError), timeout=30, attempts=None, wait_initial=0.1, wait_max=0.3)
def wait_until_it_answers(url: str) -> None:
    """Return as soon as there is an answer of any kind."""
    try:
        urllib.request.urlopen(url, timeout=10)  # noqa: S310 (our own server)
    except HTTPError:
        return


class NotYetError(Exception):
    """What is waited for has not happened."""


@stamina.retry(on=NotYetError, timeout=30, attempts=None, wait_initial=0.05, wait_max=0.2)
def wait_until(happened: Callable[[], bool]) -> None:
    """Return when `happened()` holds."""
    if not happened():
        raise NotYetError


def nobody_else_is_at_work() -> bool:
    """Say whether every other session of the test database has been idle for a quarter of a second."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT NOT EXISTS (
                   SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                      AND (state <> 'idle' OR state_change > clock_timestamp() - interval '250 milliseconds'))"""
        )
        return bool(cursor.fetchone()[0])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def database_url() -> str:
    """Return the address of the test database: the environment's server, the name pytest-django chose."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextmanager
def running_desk(**environment: str) -> Iterator[Desk]:
    """Run Daphne on a free port until the block ends, then everything that was started on the desk."""
    desk = Desk(
        f"http://127.0.0.1:{free_port()}",
        {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "ALPHAGEX_DATA_SOURCE": "simulated",
            **environment,
        },
    )
    try:
        desk.start_web()
        yield desk
    finally:
        for name in tuple(desk.processes):
            desk.stop(name, kill=True)
