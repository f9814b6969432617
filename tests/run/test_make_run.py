"""`make run` as its user sees it: up, serving, known to a second terminal, ended by Ctrl-C without a trace."""

import re
import signal
import subprocess
from pathlib import Path
from threading import Thread

import psutil
import pytest
import requests

from tests.run.conftest import Start

pytestmark = pytest.mark.processes


def lines_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """Read the output up to the line that contains `text`; fail when it ends before."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    pytest.fail("".join(lines))


def test_it_comes_up_serves_and_leaves_nothing_behind(start: Start, data_dir: Path, free_port: int) -> None:
    runner = start("-m", "alphagex.run", PORT=str(free_port), ALPHAGEX_OWNER_PASSWORD="a-password-of-my-own")
    lines = lines_until(runner, "AlphaGEX is ready")

    address = f"http://127.0.0.1:{free_port}"
    assert address in lines[-1]
    assert runner.stdout is not None
    Thread(target=runner.stdout.read, daemon=True).start()  # a full pipe would hold it up
    login = requests.get(f"{address}/login/", timeout=20)
    assert login.status_code == 200
    fields = {"username": "owner", "password": "a-password-of-my-own"}
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', login.text)
    assert token
    entered = requests.post(
        f"{address}/login/",
        data={**fields, "csrfmiddlewaretoken": token[1]},
        cookies=login.cookies,
        headers={"Referer": f"{address}/login/"},
        allow_redirects=False,
        timeout=20,
    )
    assert entered.status_code == 302

    second = start("manage.py", "migrate", "--check")
    assert second.wait(timeout=60) == 0

    family = psutil.Process(runner.pid).children(recursive=True)
    runner.send_signal(signal.SIGINT)
    assert runner.wait(timeout=60) == 130
    assert not psutil.wait_procs(family, timeout=10)[1]
    assert not any(str(data_dir) in " ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"]))
