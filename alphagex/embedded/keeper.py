"""A small process that keeps one embedded service alive for as long as any process of ours holds a lease on it.

The service belongs to no single command: `make run`, a `manage.py` in a second terminal and a test run may share it,
and each may be killed. A lease is a shared file lock, so the kernel itself tells when the last holder is gone.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Protocol

from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.locks import FileLock
from alphagex.embedded.postgres import Postgres
from alphagex.embedded.redis import Redis

SERVICES: dict[str, type[Postgres] | type[Redis]] = {"postgres": Postgres, "redis": Redis}
LEASE_CHECK_SECONDS = 0.1
RESTART_SECONDS = 5.0


class Service(Protocol):
    """What the keeper needs of a service."""

    name: str
    variable: str

    @property
    def url(self) -> str: ...

    def start(self, previous_pids: frozenset[int] = frozenset()) -> int: ...

    def running(self) -> bool: ...

    def stop(self) -> None: ...


class Files:
    """The files through which the processes that share a service find each other."""

    def __init__(self, data_dir: Path, name: str) -> None:
        run = data_dir / "run"
        self.lease = run / f"{name}.lease"  # shared by users of the service; taken alone by the keeper to stop it
        self.starting = run / f"{name}.starting"  # held by whoever looks for a keeper or starts one
        self.keeper = run / f"{name}.keeper"  # held by the keeper as long as it lives
        self.state = run / f"{name}.json"  # where the service is, and its process id should its keeper be killed

    def read_state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads(self.state.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return state

    def serving(self) -> bool:
        """Return whether the service is up and meant to stay."""
        return bool(self.read_state().get("url"))

    def write_state(self, state: dict[str, Any]) -> None:
        fresh = self.state.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(state, file)
        fresh.replace(self.state)


class Keeper:
    """Starts the service, starts it again when it dies, stops it when nobody needs it."""

    def __init__(self, service: Service, files: Files) -> None:
        self.service = service
        self.files = files
        self.lease = FileLock(files.lease)
        self.told_to_stop = False

    def start(self) -> None:
        """Start the service and publish where it is. Raises EmbeddedError."""
        left_behind = self.files.read_state().get("pid")
        pid = self.service.start(frozenset({left_behind} if left_behind else ()))
        self.files.write_state(
            {"pid": pid, "keeper": os.getpid(), "variable": self.service.variable, "url": self.service.url}
        )

    def watch(self) -> None:
        """Return when the last lease is gone or the keeper was told to stop."""
        died_at: float | None = None
        while not self.told_to_stop and not self.lease.try_take():
            if self.service.running():
                died_at = None
            elif died_at is None:
                died_at = time.monotonic()
            elif time.monotonic() - died_at > RESTART_SECONDS:
                died_at = time.monotonic()
                # Whoever waits for the service sees that it is still away; the reason is in the service's own log.
                with contextlib.suppress(EmbeddedError):
                    self.start()
            time.sleep(LEASE_CHECK_SECONDS)

    def stop(self) -> None:
        self.files.write_state({"pid": self.files.read_state().get("pid")})
        self.service.stop()
        self.files.state.unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--not-durable", action="store_true")
    arguments = parser.parse_args()
    files = Files(arguments.data_dir, arguments.service)
    alone = FileLock(files.keeper)
    if not alone.try_take():
        return _answer(error="another keeper is at work")
    keeper = Keeper(SERVICES[arguments.service](arguments.data_dir, durable=not arguments.not_durable), files)

    def told_to_stop(signum: int, frame: object) -> None:
        keeper.told_to_stop = True

    signal.signal(signal.SIGTERM, told_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        keeper.start()
    except EmbeddedError as error:
        return _answer(error=str(error))
    except OSError as error:
        return _answer(error=f"{error.filename or arguments.data_dir}: {error.strerror}")
    try:
        _answer()
        keeper.watch()
    finally:
        keeper.stop()
    return 0


def _answer(error: str = "") -> int:
    """Tell whoever started us how it went, then leave their terminal alone."""
    sys.stdout.write(json.dumps({"error": error}) + "\n")
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.close(null)
    return 1 if error else 0


if __name__ == "__main__":
    raise SystemExit(main())
