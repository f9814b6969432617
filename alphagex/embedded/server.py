"""The process of one embedded server: started as a plain account, logging to a file, tied to its keeper."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from alphagex.embedded.death import dies_with_parent
from alphagex.embedded.folder import Account


class ServerProcess:
    """A running server program."""

    def __init__(
        self, command: list[str], *, account: Account, log: Path, cwd: Path, ends_on: tuple[signal.Signals, ...]
    ) -> None:
        """Start `command`. ends_on: what to send to end it, the politest first; also sent when the keeper is killed."""
        self._ends_on = ends_on
        before_exec: Callable[[], None] | None = dies_with_parent(ends_on[0])
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=before_exec,
                user=account.to_become("uid"),
                group=account.to_become("gid"),
                extra_groups=account.other_groups(),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self, *, patience_seconds: float) -> None:
        """End the server, asking less politely each time it has not ended within `patience_seconds`."""
        for signum in self._ends_on:
            if self._process.poll() is None:
                self._process.send_signal(signum)
            try:
                self._process.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                continue
            return
