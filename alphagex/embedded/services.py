"""Join the embedded services of a data folder, starting those that do not run; leave them, and the last one stops them.

Only what the environment does not name is embedded: a set DATABASE_URL or REDIS_URL is used as it is.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import environ

from alphagex.embedded import folder
from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.folder import data_dir_from_environment
from alphagex.embedded.keeper import SERVICES, Files
from alphagex.embedded.locks import FileLock

BASE_DIR = Path(__file__).resolve().parents[2]
LEAVE_SECONDS = 45.0
START_SECONDS = 60.0
COMMANDS_WITHOUT_SERVICES = frozenset(
    {"", "help", "version", "--help", "-h", "--version", "check", "collectstatic", "diffsettings", "findstatic"}
)


class Membership:
    """One process's share in one running service."""

    def __init__(self, data_dir: Path, name: str, *, durable: bool = True) -> None:
        self.files = Files(data_dir, name)
        self._process_id = os.getpid()
        with FileLock(self.files.starting):
            # The lease comes first: from here on a keeper that finds nobody left will find us.
            self._lease = FileLock(self.files.lease)
            self._lease.share()
            try:
                if not self._joined_a_running_one():
                    _start_keeper(data_dir, name, durable=durable)
            except BaseException:
                self._lease.close()
                raise
        self.url: str = self.files.read_state()["url"]

    def leave(self) -> None:
        """Give the lease back. Whoever is last waits until the service has stopped and its data is on disk."""
        if os.getpid() != self._process_id:
            return  # a forked child that ends is not the member that leaves
        self._lease.release()
        deadline = time.monotonic() + LEAVE_SECONDS
        while time.monotonic() < deadline and self._keeper_lives():
            if self.files.serving() and self._others_remain():
                break
            time.sleep(0.05)
        self._lease.close()

    def _joined_a_running_one(self) -> bool:
        """Return whether a keeper serves. One whose starter was killed while it started is waited for."""
        deadline = time.monotonic() + START_SECONDS
        while self._keeper_lives():
            if self.files.serving():
                return True
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.files.state.stem} does not come up; end its keeper.")
            time.sleep(0.05)
        return False

    def _keeper_lives(self) -> bool:
        lock = FileLock(self.files.keeper)
        try:
            return not lock.try_take()
        finally:
            lock.close()

    def _others_remain(self) -> bool:
        """Return whether another member holds a lease, shared but not free; a keeper that stops holds it alone."""
        lock = FileLock(self.files.lease)
        try:
            return not lock.try_take() and lock.try_share()
        finally:
            lock.close()


def _start_keeper(data_dir: Path, name: str, *, durable: bool) -> None:
    command = [sys.executable, "-m", "alphagex.embedded.keeper", name, str(data_dir)]
    with folder.log_file(data_dir, "keeper").open("ab") as log:
        keeper = subprocess.Popen(
            command if durable else [*command, "--not-durable"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=BASE_DIR,
            start_new_session=True,  # Ctrl-C in our terminal is ours to answer
        )
    line = keeper.stdout.readline() if keeper.stdout else b""
    error = json.loads(line)["error"] if line else f"its keeper ended at once, see {data_dir / 'logs' / 'keeper.log'}"
    if error:
        keeper.wait()
        raise EmbeddedError(error)


@contextmanager
def embedded_services(data_dir: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Yield the variables (DATABASE_URL, REDIS_URL) the environment lacks, served from `data_dir` until the block ends.

    durable: False gives up crash safety for speed; for test data only. Raises EmbeddedError with one line to show.
    """
    wanted = [name for name, service in SERVICES.items() if not os.environ.get(service.variable)]
    if wanted:
        folder.prepare(data_dir)
    with ExitStack() as stack:
        variables: dict[str, str] = {}
        if wanted:
            with ThreadPoolExecutor(len(wanted)) as pool:
                joining = {name: pool.submit(Membership, data_dir, name, durable=durable) for name in wanted}
            for name, future in joining.items():
                if future.exception() is None:
                    stack.callback(future.result().leave)
                    variables[SERVICES[name].variable] = future.result().url
            for future in joining.values():
                future.result()  # raises what went wrong, after the others are sure to be left again
        yield variables


def read_dot_env() -> None:
    """Take over the variables of `.env` that the environment does not set itself."""
    if (BASE_DIR / ".env").exists():
        environ.Env.read_env(BASE_DIR / ".env")


def ensure_environment(command: str | None = None) -> None:
    """Set DATABASE_URL and REDIS_URL when unset, by joining or starting the embedded services until this process ends.

    command: name of the management command (default: from the command line); some need no services. Call it before
    Django's settings are read.
    """
    read_dot_env()
    if command is None:
        command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in COMMANDS_WITHOUT_SERVICES:
        return
    stack = ExitStack()
    try:
        os.environ.update(stack.enter_context(embedded_services(data_dir_from_environment(BASE_DIR))))
    except EmbeddedError as error:
        raise SystemExit(f"AlphaGEX: {error}") from error
    atexit.register(partial(stack.__exit__, None, None, None))
