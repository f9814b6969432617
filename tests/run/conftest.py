"""A data folder of its own for each test that starts services, and programs started in the checkout."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alphagex.embedded.services import BASE_DIR

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Not tmp_path: the service account of a run as root must be able to pass through the folders above.
    top = Path(tempfile.mkdtemp(prefix="alphagex-test-"))
    top.chmod(0o711)
    yield top / "data"
    shutil.rmtree(top)


@pytest.fixture
def bare_environment(data_dir: Path) -> dict[str, str]:
    """The environment of somebody who has neither PostgreSQL nor Redis, with `data_dir` to use."""
    unset = {"DATABASE_URL", "REDIS_URL", "ALPHAGEX_TEST_REDIS", "PORT", "HOST"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "ALPHAGEX_DATA_DIR": str(data_dir), "ENVIRONMENT": "development"}


@pytest.fixture
def no_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process one that lacks both services."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


@pytest.fixture
def start(bare_environment: dict[str, str]) -> Iterator[Start]:
    """Start `python <arguments>` in the checkout; whatever still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start_python(*arguments: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env={**bare_environment, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start_python
    for process in started:
        process.kill()
        process.communicate(timeout=30)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
