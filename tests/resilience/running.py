"""The real thing: `python -m alphagex.run` on a data folder of its own, its parts to be killed by name."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests
import stamina
from playwright.sync_api import Browser, BrowserContext
from websockets.sync.client import ClientConnection, connect

from alphagex.embedded.keeper import Files
from alphagex.embedded.services import BASE_DIR
from tests.desk import NotYetError, free_port

OWNER_PASSWORD = "a-password-of-my-own"
# What each part can be told from in the process list; the embedded services are known to their keepers.
COMMAND_LINES = {"web": "daphne", "worker": "alphagex.celery worker", "beat": "alphagex.celery beat"}
SERVICES = ("postgres", "redis")
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Health:
    """An answer of /healthz and how long it took in seconds."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def down(self) -> list[str]:
        return list(self.body["down"])


@dataclass(slots=True)
class Run:
    """A running AlphaGEX. log: everything its processes wrote."""

    url: str
    data_dir: Path
    log: Path
    runner: psutil.Process
    environment: dict[str, str]

    @property
    def database_url(self) -> str:
        return self._service_url("postgres")

    @property
    def redis_url(self) -> str:
        return self._service_url("redis")

    def _service_url(self, name: str) -> str:
        url: str = Files(self.data_dir, name).read_state()["url"]
        return url

    def health(self) -> Health:
        began = time.monotonic()
        answer = requests.get(f"{self.url}/healthz", timeout=20)
        return Health(answer.status_code, answer.json(), time.monotonic() - began)

    def is_whole(self) -> bool:
        return self.health().status == 200

    def part(self, name: str) -> psutil.Process:
        """Return the process of a part: web, worker, beat, postgres or redis."""
        if name in SERVICES:
            return psutil.Process(Files(self.data_dir, name).read_state()["pid"])
        for process in self.runner.children():
            if COMMAND_LINES[name] in " ".join(process.cmdline()):
                return process
        raise NotYetError

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Kill a part; a service stays away as long as the block lasts, its keeper being held meanwhile."""
        process = self.part(name)
        if name not in SERVICES:
            process.kill()
            yield
            return
        keeper = psutil.Process(Files(self.data_dir, name).read_state()["keeper"])
        keeper.suspend()
        try:
            process.kill()
            yield
        finally:
            keeper.resume()

    def manage(self, *arguments: str) -> None:
        """Run a management command beside the run, as from a second terminal."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    @contextmanager
    def beside(self, program: str, *arguments: str) -> Iterator[None]:
        """Run one more process of the desk until the block ends."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [Path(sys.executable).parent / program, *arguments],
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)

    def socket(self, session: requests.Session, query: str) -> ClientConnection:
        """Return an open socket of the session's user; the query subscribes."""
        cookie = "; ".join(f"{one.name}={one.value}" for one in session.cookies)
        address = f"{self.url.replace('http', 'ws', 1)}/ws/market-data?{query}"
        return connect(address, additional_headers={"Cookie": cookie}, proxy=None)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the run's own database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def newest_seq(self, symbol: str) -> int:
        ((seq,),) = self.rows("SELECT coalesce(max(seq), 0) FROM market_snapshot WHERE symbol = %s", symbol)
        return int(seq)

    def log_in(self) -> requests.Session:
        """Return a session of the owner."""
        session = requests.Session()
        form = session.get(f"{self.url}/login/", timeout=20)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token
        fields = {"username": "owner", "password": OWNER_PASSWORD, "csrfmiddlewaretoken": token[1]}
        entered = session.post(
            f"{self.url}/login/", data=fields, headers={"Referer": f"{self.url}/login/"}, allow_redirects=False
        )
        assert entered.status_code == 302, entered.text
        return session

    def open_context(self, browser: Browser, session: requests.Session) -> BrowserContext:
        """Return a browser profile in which the session is logged in."""
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": c.name, "value": c.value or "", "url": self.url} for c in session.cookies])
        return context


@stamina.retry(on=(NotYetError, requests.ConnectionError, psycopg.OperationalError), timeout=PATIENCE_SECONDS,
               attempts=None, wait_initial=0.1, wait_max=0.5)  # fmt: skip
def wait_until(happened: Callable[[], bool]) -> None:
    """Return when `happened()` holds; a part that is still away is waited for."""
    if not happened():
        raise NotYetError


@contextmanager
def running(**variables: str) -> Iterator[Run]:
    """Start everything, wait until it is whole, and end it with the block; its log is shown if it never came up."""
    # Not tmp_path: the service account of a run as root must be able to pass through the folders above.
    top = Path(tempfile.mkdtemp(prefix="alphagex-test-"))
    top.chmod(0o711)
    port = free_port()
    unset = {"DATABASE_URL", "REDIS_URL", "ALPHAGEX_TEST_REDIS", "HOST"}
    environment = {name: value for name, value in os.environ.items() if name not in unset} | {
        "ENVIRONMENT": "development",
        "PORT": str(port),
        "ALPHAGEX_DATA_DIR": str(top / "data"),
        "ALPHAGEX_OWNER_PASSWORD": OWNER_PASSWORD,
        "ALPHAGEX_DATA_SOURCE": "simulated",
        **variables,
    }
    log = top / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "alphagex.run"],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    run = Run(f"http://127.0.0.1:{port}", top / "data", log, psutil.Process(process.pid), environment)
    try:
        wait_until(run.is_whole)
        yield run
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace")[-20_000:])
        raise
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        shutil.rmtree(top)
