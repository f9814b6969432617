"""`manage.py fake_upstream`: started, asked and stopped as a person would."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from apps.market.fake_upstream.server import FakeUpstream
from tests.moments import OPEN_MARKET

HERE = Path(__file__).parents[2]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Start the command without database or Redis; yield it and the variables it prints."""
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    command = subprocess.Popen(
        [sys.executable, "manage.py", "fake_upstream", "--port", "0", *arguments],
        cwd=HERE,
        env=os.environ | nowhere | {"ENVIRONMENT": "test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert command.stdout is not None
        variables: dict[str, str] = {}
        for line in command.stdout:
            if found := re.match(r"([A-Z_]+)=(\S+)", line):
                variables[found[1]] = found[2]
            if line.startswith("Faults:"):
                break
        yield command, variables
    finally:
        command.kill()
        command.communicate()


def test_it_prints_how_to_start_a_desk_and_stops_cleanly() -> None:
    with running("--seed", "7", "--fault", "cboe:429=3@SPY*1") as (command, variables):
        chain = f"{variables['ALPHAGEX_CBOE_URL']}/SPY.json"
        assert requests.get(chain, timeout=10).headers["Retry-After"] == "3"
        assert requests.get(chain, timeout=10).headers["X-Market"] == "simulated; seed=7"
        asked = {"username": variables["TRADING_VOLATILITY_API_KEY"], "ticker": "SPY"}
        latest = f"{variables['ALPHAGEX_TRADING_VOLATILITY_URL']}/gex/latest"
        assert "SPY" in requests.get(latest, params=asked, timeout=10).json()
        command.send_signal(signal.SIGINT)
        said, errors = command.communicate(timeout=20)
        assert (command.returncode, errors) == (0, "")
        assert "Stopped after 3 requests." in said


def test_a_port_that_is_taken_is_one_line() -> None:
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream:
        port = upstream.url.rsplit(":", 1)[1]
        with pytest.raises(CommandError, match=rf"Port {port} of 127\.0\.0\.1 is in use"):
            call_command("fake_upstream", "--port", port)


def test_a_fault_that_does_not_exist_is_one_line() -> None:
    with pytest.raises(CommandError, match="There is no fault 'flood'"):
        call_command("fake_upstream", "--port", "0", "--fault", "cboe:flood")
