"""Run several processes in one terminal: readable logs, a fresh start for one that dies, an end together."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from alphagex import clock
from alphagex.embedded.death import dies_with_parent

STEADY_SECONDS = 5.0  # who dies sooner never came up: starting it again would only repeat the error
RESTART_SECONDS = 15.0  # long enough to be seen on /healthz
GRACE_SECONDS = 8.0
LINE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the Procfile."""

    name: str
    command: str
    colour: str


class Supervisor:
    """Keeps the jobs running until one fails for good or somebody asks to stop."""

    def __init__(
        self, commands: dict[str, str], *, environment: dict[str, str], restart_seconds: float = RESTART_SECONDS
    ) -> None:
        colours = get_colours()
        self._jobs = [Job(name, command, next(colours)) for name, command in commands.items()]
        self._environment = environment
        self._restart_seconds = restart_seconds
        self._printer = Printer(sys.stdout, width=max(map(len, commands)))
        self._stopping = asyncio.Event()
        self._status = 0

    def say(self, text: str) -> None:
        """Print a line of our own among those of the processes."""
        self._print(text, name="system", colour=None)

    def stop(self, status: int) -> None:
        """Ask all processes to end; the first reason given decides the exit status."""
        if not self._stopping.is_set():
            self._status = status
            self._stopping.set()

    async def run(self, when_started: Callable[[], None] | None = None) -> int:
        """Run until the end and return the exit status: 0, 128 + signal, or that of the process that failed."""
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(signum, self.stop, 128 + signum)
        async with asyncio.TaskGroup() as group:
            for job in self._jobs:
                group.create_task(self._keep(job))
            if when_started:
                when_started()
        return self._status

    async def _keep(self, job: Job) -> None:
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            status = await self._run_once(job)
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - started < STEADY_SECONDS:
                self.say(f"{job.name} ended at its start ({_how(status)}); ending the others")
                self.stop(status if status > 0 else 1)
                return
            self.say(f"{job.name} ended ({_how(status)}); starting it again in {self._restart_seconds:.0f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._restart_seconds)

    async def _run_once(self, job: Job) -> int:
        """Run the job's process to its end, ending it when we are stopping; return its exit status."""
        # A pipe of our own: asyncio's would make wait() wait for every grandchild that holds its other end.
        reader, output = os.pipe()
        # `exec`: our child is the program itself, not a shell that would swallow signals.
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            f"exec {job.command}",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=self._environment,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        os.close(output)
        reading = asyncio.create_task(self._relay(job, reader))
        ended = asyncio.create_task(process.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):  # it ended this very moment
                process.terminate()
            await asyncio.wait({ended}, timeout=GRACE_SECONDS)
        # Also after a crash: children of a killed process would hold its port and its place in the queue.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        status = await ended
        await reading
        return status

    async def _relay(self, job: Job, descriptor: int) -> None:
        lines = asyncio.StreamReader(limit=LINE_BYTES)
        with os.fdopen(descriptor, "rb", buffering=0) as pipe:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), pipe)
            with contextlib.closing(transport):
                while line := await _next_line(lines):
                    self._print(line.decode(errors="replace"), name=job.name, colour=job.colour)

    def _print(self, text: str, *, name: str, colour: str | None) -> None:
        self._printer.write(Message(type="line", data=text, time=clock.now(), name=name, colour=colour))


def _how(status: int) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"


async def _next_line(lines: asyncio.StreamReader) -> bytes:
    """Return the next line, or nothing at the end."""
    try:
        return await lines.readline()
    except ValueError:  # longer than LINE_BYTES; asyncio drops it and goes on
        return b"(a line too long to show)\n"
