"""A program whose children do the trader's check and may be killed at a step of it; told what to do line by line.

Each line of its input is one request in JSON, each line of its output the answer. Children are forked from a parent
that has loaded everything and is connected to nothing, so that one costs milliseconds.
"""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import django

PROCESSES, THREADS = 4, 5


def main() -> None:
    django.setup()
    from alphagex import clock
    from apps.autotrader import running  # noqa: F401 - loaded before the fork

    clock.session_on(clock.today())  # so is the calendar
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        request = json.loads(line)
        answer = storm(request) if request["do"] == "storm" else check(request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def check(request: dict[str, Any]) -> dict[str, Any]:
    """Do one check in a child that dies at `step`, or before its `statement`-th statement, or not at all."""
    child = os.fork()
    if child == 0:
        _do_one_check(request)
    _, status = os.waitpid(child, 0)
    return {"killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "status": status}


def storm(request: dict[str, Any]) -> dict[str, Any]:
    """Do the same check `runs` times in 4 processes of 5 threads, begun together."""
    starting_gun, trigger = os.pipe()
    children = []
    for _ in range(PROCESSES):
        child = os.fork()
        if child == 0:
            os.close(trigger)
            os.read(starting_gun, 1)  # returns when the parent lets go of the other end
            _do_many_checks(request, request["runs"] // PROCESSES)
        children.append(child)
    os.close(trigger)
    os.close(starting_gun)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    return {"statuses": statuses}


def _do_one_check(request: dict[str, Any]) -> None:
    from django.db import connection

    with connection.execute_wrapper(_Statements(request.get("statement", 0))):
        _run(request)
    os._exit(0)


def _do_many_checks(request: dict[str, Any], runs: int) -> None:
    # Each thread keeps its connection from one check to the next, as a worker does; the exit closes them.
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: _run(request), range(runs)))
    os._exit(0)


def _run(request: dict[str, Any]) -> None:
    from django.contrib.auth.models import User

    from apps.autotrader import running

    def at_step(step: str) -> None:
        if step == request.get("step"):
            os.kill(os.getpid(), signal.SIGKILL)

    owner = User.objects.get(username="trader")
    running.run(owner, datetime.fromisoformat(request["at"]), at_step=at_step)


class _Statements:
    """Counts what is sent to the database and ends the process before one of them."""

    def __init__(self, last: int) -> None:
        self._left = last

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


if __name__ == "__main__":
    main()
