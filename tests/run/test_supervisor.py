"""Processes in one terminal: restarted when they die, ended together, never left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from alphagex.run import supervisor
from alphagex.run.supervisor import Supervisor
from tests.run.conftest import Start

pytestmark = pytest.mark.processes

RUNNER = """
import asyncio, os, sys
from alphagex.run.supervisor import Supervisor
commands = dict(argument.split("=", 1) for argument in sys.argv[1:])
sys.exit(asyncio.run(Supervisor(commands, environment=dict(os.environ)).run()))
"""
# Says its process id and waits, and so does its child, as the pool of a worker does. One write: the pipe is shared.
SAY = "os.write(1, f'{os.getpid()}\\n'.encode())"
FAMILY = f'{sys.executable} -c "import os, time; os.fork(); {SAY}; time.sleep(600)"'


def read_pids(runner: subprocess.Popen[str], count: int) -> list[psutil.Process]:
    assert runner.stdout is not None
    return [psutil.Process(int(runner.stdout.readline().rsplit("| ", 1)[1])) for _ in range(count)]


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_every_process_and_its_children(start: Start, signum: signal.Signals, status: int) -> None:
    runner = start("-c", RUNNER, f"web={FAMILY}", f"worker={FAMILY}")
    family = read_pids(runner, 4)

    runner.send_signal(signum)

    assert runner.wait(timeout=30) == status
    assert not psutil.wait_procs(family, timeout=10)[1]


def test_processes_do_not_outlive_a_killed_runner(start: Start) -> None:
    alone = f'{sys.executable} -c "import os, time; {SAY}; time.sleep(600)"'
    runner = start("-c", RUNNER, f"web={alone}", f"worker={alone}")
    children = read_pids(runner, 2)

    runner.kill()

    assert not psutil.wait_procs(children, timeout=10)[1]


async def test_a_process_that_fails_at_its_start_ends_the_others_with_its_status(
    capfd: pytest.CaptureFixture[str],
) -> None:
    jobs = Supervisor({"web": "sh -c 'exit 3'", "worker": "sleep 600"}, environment=dict(os.environ))

    assert await jobs.run() == 3
    assert "web ended at its start (exit status 3)" in capfd.readouterr().out


async def test_a_process_that_dies_later_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "STEADY_SECONDS", 0.0)
    counter = tmp_path / "starts"
    command = f"sh -c 'echo start >> {counter}; [ $(wc -l < {counter}) -lt 3 ] || kill -TERM {os.getpid()}; exit 1'"

    status = await Supervisor({"worker": command}, environment=dict(os.environ), restart_seconds=0).run()

    assert status == 143
    assert counter.read_text().count("start") >= 3
    assert "worker ended (exit status 1); starting it again in 0 s" in capfd.readouterr().out


async def test_lines_carry_the_name_of_their_process_and_long_ones_do_no_harm(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LINE_BYTES", 1000)
    command = f"{sys.executable} -c \"print('x' * 5000); print('after'); raise SystemExit(4)\""

    assert await Supervisor({"web": command}, environment=dict(os.environ)).run() == 4
    assert "web | after" in capfd.readouterr().out
