"""One entry a day, whatever happens: many workers at once, and workers killed in the middle of everything."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from apps.autotrader.faults import STEPS
from apps.autotrader.models import AutonomousDecision, AutonomousPosition
from apps.autotrader.replaying import differences as replay_differences
from apps.ledger.models import Order, Position
from apps.ledger.reconciling import differences
from tests.autotrader.simulated import market_says, moment, started
from tests.desk import ROOT, database_url

ROUNDS = int(os.environ.get("ALPHAGEX_STORM_ROUNDS", "3"))
EVERY = int(os.environ.get("ALPHAGEX_KILL_EVERY", "7"))  # statements between two deaths; 1 for each of them
MONDAY, TUESDAY = moment(23, 10), moment(24, 10)


class Workers:
    """The program of workers.py."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "ALPHAGEX_DATA_SOURCE": "simulated",
            "DJANGO_SETTINGS_MODULE": "alphagex.settings",
            "LOG_LEVEL": "ERROR",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.autotrader.workers"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read_until("ready\n")

    def do(self, **request: Any) -> dict[str, Any]:
        """Return the answer to a request."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._read_until("}\n"))
        return answer

    def _read_until(self, end: str) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.endswith(end):
                return line
        raise AssertionError("The workers' program has ended.")


@pytest.fixture(scope="module")
def workers(django_db_setup: None) -> Iterator[Workers]:
    made = Workers()
    yield made
    made.process.kill()
    made.process.wait(timeout=20)


@pytest.fixture
def running_trader(transactional_db: None) -> User:
    owner = User.objects.create_user("trader")
    started(owner, moment(23, 9))
    return owner


def entries() -> int:
    return Order.objects.filter(is_daily_entry=True, status="filled").count()


def the_books_are_clean() -> None:
    assert not [str(one) for one in differences()]
    assert not [str(one) for decision in AutonomousDecision.objects.all() for one in replay_differences(decision)]
    rows = AutonomousPosition.objects.all()
    assert all(row.position is not None for row in rows), "no row without its position, no half of an entry"
    assert Position.objects.count() == len(rows) == entries()
    assert AutonomousDecision.objects.filter(outcome="traded").count() == entries()
    assert all((row.status == "OPEN") == (row.position is not None and row.position.status == "OPEN") for row in rows)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_hundred_identical_runs_at_once_make_one_entry(
    running_trader: User, workers: Workers, round_number: int
) -> None:
    market_says(MONDAY)
    assert workers.do(do="storm", at=MONDAY.isoformat(), runs=100)["statuses"] == [0, 0, 0, 0]
    assert entries() == 1
    assert AutonomousDecision.objects.exclude(kind="manage").count() == 100
    the_books_are_clean()


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_a_step_leaves_nothing_half_done(running_trader: User, workers: Workers, step: str) -> None:
    """Tuesday's check opens a trade and takes the profit of Monday's."""
    market_says(MONDAY)
    assert not workers.do(do="check", at=MONDAY.isoformat())["killed"]
    market_says(TUESDAY)
    assert workers.do(do="check", at=TUESDAY.isoformat(), step=step)["killed"]
    the_books_are_clean()
    assert not workers.do(do="check", at=TUESDAY.isoformat())["killed"]
    the_books_are_clean()
    assert entries() == 2
    first, second = AutonomousPosition.objects.order_by("pk")
    assert (first.status, second.status) == ("CLOSED", "OPEN")
    assert Order.objects.filter(purpose="close").count() == 1


def test_a_worker_killed_before_any_statement_leaves_nothing_half_done(running_trader: User, workers: Workers) -> None:
    market_says(MONDAY)
    assert not workers.do(do="check", at=MONDAY.isoformat())["killed"]
    market_says(TUESDAY)
    statement, deaths = 1, 0
    while workers.do(do="check", at=TUESDAY.isoformat(), statement=statement)["killed"]:
        deaths += 1
        assert entries() in (1, 2)
        the_books_are_clean()
        statement += EVERY
    assert deaths > 50 // EVERY
    assert entries() == 2
    the_books_are_clean()
    assert AutonomousPosition.objects.filter(status="CLOSED").count() == 1
