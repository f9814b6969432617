"""What stops a start, said in one line."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alphagex.run import checks
from tests.run.conftest import Start


@pytest.fixture
def listening_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def said(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


@pytest.mark.processes
def test_a_taken_port_is_said_with_its_holder_before_anything_starts(
    start: Start, data_dir: Path, listening_port: int
) -> None:
    status, output = said(start("-m", "alphagex.run", PORT=str(listening_port)))

    assert status == 1
    assert output.startswith(f"AlphaGEX: Port {listening_port} is taken by ")
    assert f"(process {os.getpid()}). Stop it or choose another: PORT={listening_port + 1} make run" in output
    assert output.count("\n") == 1
    assert not (data_dir / "postgres").exists()


@pytest.mark.processes
def test_a_full_disk_is_said_with_the_numbers(start: Start, free_port: int) -> None:
    status, output = said(start("-m", "alphagex.run", PORT=str(free_port), ALPHAGEX_MIN_FREE_MB="999999999"))

    assert status == 1
    assert output.startswith("AlphaGEX: The disk is full: ")
    assert "AlphaGEX needs 999999999 MB. Free some space, or set ALPHAGEX_DATA_DIR to another disk." in output


@pytest.mark.processes
def test_a_second_run_on_the_same_folder_tells_where_the_first_one_is(
    start: Start, data_dir: Path, free_port: int
) -> None:
    with_lock = checks.claim_folder(data_dir, "http://127.0.0.1:8000")

    status, output = said(start("-m", "alphagex.run", PORT=str(free_port)))

    with_lock.close()
    assert status == 1
    assert f"AlphaGEX already runs here: http://127.0.0.1:8000 (process {os.getpid()})." in output


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 80"])
def test_a_port_that_is_none_is_quoted(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(checks.CannotStart, match=f"PORT must be a number from 1 to 65535, was '{port}'"):
        checks.host_and_port()


def test_an_address_of_another_machine_is_refused(free_port: int) -> None:
    with pytest.raises(checks.CannotStart, match=r"HOST '192.0.2.1' is no address of this machine"):
        checks.require_port("192.0.2.1", free_port)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")],  # noqa: S104
)
def test_the_printed_address_opens_on_this_machine(host: str, shown: str) -> None:
    assert checks.address(host, 80) == shown
