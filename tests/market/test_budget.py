"""The request budget over a real Redis: the pace is kept whoever asks, people come first, refusals bring silence."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.market import budget
from apps.market.budget import Priority, RedisMeter
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import OutOfBudget, Upstream
from tests.desk import ROOT

pytestmark = pytest.mark.usefixtures("clean_redis")
SLOW = Upstream(name="slow", seconds_per_request=20.0)
BURSTY = Upstream(name="bursty", seconds_per_request=10.0, burst=3)
FAST = Upstream(name="fast", seconds_per_request=0.1, burst=2)


def move_clock(upstream: Upstream, seconds: float) -> None:
    """Let time pass for one budget: its marks move back by as much."""
    place = f"alphagex:budget:{upstream.name}:{upstream.account}"
    for mark in ("at", "paused_until"):
        if kept := short_questions().hget(place, mark):
            short_questions().hset(place, mark, float(str(kept)) - seconds)


def test_the_second_request_waits_for_the_pace() -> None:
    meter = RedisMeter(SLOW)
    meter.spend()
    with pytest.raises(OutOfBudget, match="budget of slow is spent") as refused:
        meter.spend()
    assert 19.0 < refused.value.wait_seconds <= 20.0
    move_clock(SLOW, 20.0)
    meter.spend()


def test_after_a_pause_a_burst_may_follow_but_no_more() -> None:
    meter = RedisMeter(BURSTY)
    for _ in range(3):
        meter.spend()
    with pytest.raises(OutOfBudget):
        meter.spend()
    move_clock(BURSTY, 20.0)
    meter.spend()
    meter.spend()
    with pytest.raises(OutOfBudget):
        meter.spend()
    move_clock(BURSTY, 100_000.0)
    assert budget.state(BURSTY).left == 3


def test_accounts_of_one_service_have_budgets_of_their_own() -> None:
    RedisMeter(Upstream(name="slow", seconds_per_request=20.0, account="one")).spend()
    RedisMeter(Upstream(name="slow", seconds_per_request=20.0, account="two")).spend()


def test_refusals_bring_silence_of_30_60_120_and_300_seconds() -> None:
    meter = RedisMeter(SLOW)
    pauses = []
    for _ in range(5):
        meter.refused("API limit exceeded")
        pauses.append(round(budget.state(SLOW).paused_seconds))
        move_clock(SLOW, 10_000.0)
    assert pauses == [30, 60, 120, 300, 300]


def test_nobody_may_ask_while_the_service_rests() -> None:
    RedisMeter(SLOW).refused("API limit exceeded")
    with pytest.raises(OutOfBudget, match="Requests to slow rest for another") as refused:
        RedisMeter(SLOW, priority=Priority.BACKFILL).spend()
    assert 29.0 < refused.value.wait_seconds <= 30.0
    budget.ask(SLOW, "one", Priority.PERSON)
    assert budget.take(SLOW) == []
    move_clock(SLOW, 30.0)
    assert budget.take(SLOW) == ["one"]


def test_a_success_starts_the_steps_anew_and_ends_no_pause() -> None:
    meter = RedisMeter(SLOW)
    meter.refused("429")
    meter.refused("429")
    meter.succeeded()
    assert budget.state(SLOW).paused_seconds > 50
    move_clock(SLOW, 10_000.0)
    meter.refused("429")
    assert 29.0 < budget.state(SLOW).paused_seconds <= 30.0


def test_a_longer_wait_the_service_asked_for_is_kept_to() -> None:
    RedisMeter(SLOW).refused("429", retry_after=90.0)
    assert 89.0 < budget.state(SLOW).paused_seconds <= 90.0


def test_refused_credentials_rest_for_five_minutes_at_once() -> None:
    RedisMeter(SLOW).refused("403", for_long=True)
    assert 299.0 < budget.state(SLOW).paused_seconds <= 300.0


def test_what_somebody_looks_at_goes_first_then_in_order_of_asking() -> None:
    many = Upstream(name="many", seconds_per_request=1.0, burst=10)
    budget.ask(many, "backfill", Priority.BACKFILL)
    budget.ask(many, "scan", Priority.SCHEDULED)
    budget.ask(many, "first person", Priority.PERSON)
    budget.ask(many, "watchlist", Priority.WATCHED)
    assert budget.take(many) == ["first person", "watchlist", "scan", "backfill"]


def test_asking_again_keeps_the_place_and_more_urgency_moves_forward() -> None:
    many = Upstream(name="many", seconds_per_request=1.0, burst=10)
    budget.ask(many, "a", Priority.SCHEDULED)
    budget.ask(many, "b", Priority.SCHEDULED)
    budget.ask(many, "a", Priority.BACKFILL)
    budget.ask(many, "b", Priority.PERSON)
    assert budget.state(many).waiting == 2
    assert budget.take(many) == ["b", "a"]


def test_only_as_much_is_taken_as_may_go_and_it_is_paid_for() -> None:
    for item in ("a", "b", "c", "d"):
        budget.ask(BURSTY, item, Priority.PERSON)
    assert budget.take(BURSTY) == ["a", "b", "c"]
    assert budget.take(BURSTY) == []
    with pytest.raises(OutOfBudget):
        RedisMeter(BURSTY).spend()
    assert (budget.state(BURSTY).made, budget.state(BURSTY).waiting, budget.state(BURSTY).left) == (3, 1, 0)


def test_what_nobody_asked_for_lately_is_forgotten() -> None:
    budget.ask(BURSTY, "old", Priority.PERSON)
    place = "alphagex:budget:bursty::waiting"
    short_questions().zincrby(place, -601_000, "old")
    budget.ask(BURSTY, "new", Priority.BACKFILL)
    assert budget.take(BURSTY) == ["new"]


def test_a_backfill_waits_while_somebody_waits() -> None:
    budget.ask(BURSTY, "page", Priority.PERSON)
    with pytest.raises(OutOfBudget, match="that somebody waits for go first"):
        RedisMeter(BURSTY, priority=Priority.BACKFILL).spend()
    assert budget.take(BURSTY) == ["page"]
    RedisMeter(BURSTY, priority=Priority.BACKFILL).spend()


def test_a_patient_meter_waits_for_its_turn() -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        move_clock(SLOW, seconds)

    meter = RedisMeter(SLOW, patience_seconds=60.0, wait=wait)
    meter.spend()
    meter.spend()
    assert 19.0 < sum(waited) <= 20.1


def test_the_token_that_was_taken_pays_for_the_first_request_only() -> None:
    budget.ask(SLOW, "one", Priority.PERSON)
    assert budget.take(SLOW) == ["one"]
    meter = RedisMeter(SLOW)
    with meter.turn_taken():
        meter.spend()
        with pytest.raises(OutOfBudget):
            meter.spend()
    with pytest.raises(OutOfBudget):
        meter.spend()


_SPENDING = """
import json, sys, time
import django; django.setup()
from apps.market.budget import RedisMeter
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import OutOfBudget, Upstream
meter = RedisMeter(Upstream(name="fast", seconds_per_request=0.1, burst=2))
granted, until = [], time.monotonic() + float(sys.argv[1])

def moment():
    seconds, micros = short_questions().time()
    return seconds + micros / 1e6

while time.monotonic() < until:
    before = moment()
    try:
        meter.spend()
    except OutOfBudget:
        continue
    granted.append((before, moment()))
print(json.dumps(granted))
"""


def test_four_worker_processes_and_the_web_process_together_never_exceed_the_budget() -> None:
    def spend(_: int) -> list[tuple[float, float]]:
        command = [sys.executable, "-c", _SPENDING, "2.0"]
        environment = {"DJANGO_SETTINGS_MODULE": "alphagex.settings"}
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=True)
        return list(json.loads(done.stdout))

    with ThreadPoolExecutor(5) as pool:
        per_process = list(pool.map(spend, range(5)))
    # Each was granted somewhere between the two moments its process saw: only those surely inside a span count for it.
    granted = [pair for process in per_process for pair in process]
    assert len(granted) >= 15
    for start, _ in granted:
        for _, end in granted:
            inside = sum(before >= start and after <= end for before, after in granted)
            assert inside <= FAST.burst + max(end - start, 0) / FAST.seconds_per_request + 1e-6, (start, end)
    assert budget.state(FAST).made == len(granted)
