"""A slot is done once: whoever claims it; what fails or waits is taken up again, and a restart makes up for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from apps.market.duties import claiming
from apps.market.duties.errors import NotYetError
from apps.market.duties.running import Ran, overview, run_due
from apps.market.duties.table import Routine, after_close, at_night
from apps.market.models import Duty
from tests.market.tracking.material import ny

SLOT = ny("2026-11-18 16:20")
MINUTE = timedelta(minutes=1)
WORKERS = 8
Work = Callable[[datetime, datetime], object]


def routine(work: Work, *, name: str = "Test", late_by: timedelta | None = None) -> Routine:
    return Routine(name=name, does="Counts.", due="After the close", slots=after_close, late_by=late_by, work=work)


class Counting:
    """A duty that notes when it ran, after raising what it is told to, once each."""

    def __init__(self, *raising: Exception) -> None:
        self.ran: list[tuple[datetime, datetime]] = []
        self.raising = list(raising)

    def __call__(self, slot: datetime, at: datetime) -> None:
        self.ran.append((slot, at))
        if self.raising:
            raise self.raising.pop(0)


def together(call: Callable[[], object]) -> list[object]:
    """Run `call` in many threads at the same moment, each with a connection of its own."""
    start = Barrier(WORKERS)

    def one() -> object:
        try:
            start.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(WORKERS)]]


def test_many_workers_ticking_at_once_do_it_once(transactional_db: None) -> None:
    work = Counting()
    results = together(lambda: run_due(SLOT, table=(routine(work),)))
    assert work.ran == [(SLOT, SLOT)]
    assert sorted(ran.done for ran in results if isinstance(ran, Ran)) == [0] * (WORKERS - 1) + [1]
    duty = Duty.objects.get()
    assert (duty.name, duty.slot, duty.finished_at, duty.error, duty.attempts) == ("Test", SLOT, SLOT, "", 1)


def test_a_failed_slot_is_taken_up_by_one_worker(transactional_db: None) -> None:
    duty = claiming.claim("Test", SLOT, at=SLOT)
    assert duty is not None
    claiming.fail(duty, error="No.", at=SLOT)
    won = together(lambda: claiming.claim("Test", SLOT, at=SLOT + MINUTE))
    assert [one.attempts for one in won if isinstance(one, Duty)] == [2]


def test_a_doubled_tick_finds_it_taken(db: None) -> None:
    work = Counting()
    assert run_due(SLOT, table=(routine(work),)) == Ran(done=1, put_off=0, failed=0)
    assert run_due(SLOT, table=(routine(work),)) == Ran(done=0, put_off=0, failed=0)
    run_due(SLOT + timedelta(hours=20), table=(routine(work),))
    assert len(work.ran) == 1


def test_a_failure_is_tried_again_three_times_and_then_stands(db: None) -> None:
    work = Counting(*(ValueError(f"attempt {count}") for count in range(1, 9)))
    table = (routine(work),)
    for minutes in range(60):
        run_due(SLOT + minutes * MINUTE, table=table)
    assert [(at - SLOT) // MINUTE for _, at in work.ran] == [0, 1, 6, 21]
    duty = Duty.objects.get()
    assert (duty.error, duty.attempts, duty.finished_at, duty.retry_at) == ("attempt 4", 4, None, None)


def test_a_success_after_a_failure_leaves_no_error(db: None) -> None:
    table = (routine(Counting(ValueError("once"))),)
    assert run_due(SLOT, table=table).failed == 1
    assert Duty.objects.get().error == "once"
    assert run_due(SLOT + MINUTE, table=table).done == 1
    duty = Duty.objects.get()
    assert (duty.error, duty.finished_at) == ("", SLOT + MINUTE)


def test_waiting_for_material_uses_up_no_attempt(db: None) -> None:
    work = Counting(*(NotYetError("no bars") for _ in range(30)))
    for minutes in range(31):
        run_due(SLOT + minutes * MINUTE, table=(routine(work),))
    duty = Duty.objects.get()
    assert (len(work.ran), duty.attempts, duty.finished_at) == (31, 1, SLOT + 30 * MINUTE)


def test_one_failing_duty_does_not_stop_the_others(db: None) -> None:
    good = Counting()
    table = (routine(Counting(RuntimeError()), name="Bad"), routine(good, name="Good"))
    assert run_due(SLOT, table=table) == Ran(done=1, put_off=0, failed=1)
    assert Duty.objects.get(name="Bad").error == "RuntimeError", "an error without words has a name"


def test_a_worker_whose_time_is_up_leaves_the_rest_to_the_next_tick(db: None) -> None:
    slow, other = Counting(SoftTimeLimitExceeded()), Counting()
    table = (routine(slow, name="Slow"), routine(other, name="Other"))
    with pytest.raises(SoftTimeLimitExceeded):
        run_due(SLOT, table=table)
    assert not other.ran
    assert Duty.objects.get().error.startswith("It took longer than a worker may")
    assert run_due(SLOT + MINUTE, table=table) == Ran(done=2, put_off=0, failed=0)


def test_a_missed_close_is_made_up_for_after_a_restart_the_latest_alone(db: None) -> None:
    work = Counting()
    monday_morning = ny("2026-11-23 08:00")
    run_due(monday_morning, table=(routine(work),))
    assert work.ran == [(ny("2026-11-20 16:20"), monday_morning)]


def test_what_may_not_be_late_is_let_go(db: None) -> None:
    work = Counting()
    run_due(SLOT + timedelta(minutes=20), table=(routine(work, late_by=timedelta(minutes=20)),))
    assert not work.ran


def test_what_a_dead_worker_left_is_taken_up(db: None) -> None:
    claiming.claim("Test", SLOT, at=SLOT)  # and never finished
    work = Counting()
    run_due(SLOT + claiming.LEFT_AFTER - MINUTE, table=(routine(work),))
    assert not work.ran
    run_due(SLOT + claiming.LEFT_AFTER, table=(routine(work),))
    assert len(work.ran) == 1
    assert Duty.objects.get().attempts == 2


def test_a_close_that_was_left_over_night_is_still_made_up_for(db: None) -> None:
    claiming.claim("Test", SLOT, at=SLOT)
    work = Counting()
    next_morning = ny("2026-11-19 08:00")
    run_due(next_morning, table=(routine(work),))
    assert work.ran == [(SLOT, next_morning)]


def test_a_slot_nobody_can_take_up_any_more_says_so(db: None) -> None:
    table = (routine(Counting(NotYetError("no bars")), late_by=timedelta(minutes=20)),)
    run_due(SLOT, table=table)
    run_due(SLOT + timedelta(hours=2), table=table)
    duty = Duty.objects.get()
    assert (duty.error, duty.retry_at, duty.finished_at) == ("Not done in time.", None, None)


def test_due_slots_are_done_in_the_order_they_were_due(db: None) -> None:
    order: list[str] = []

    def noting(name: str) -> Work:
        return lambda slot, at: order.append(name)

    night = Routine(name="Night", does="", due="", slots=at_night, late_by=None, work=noting("night"))
    run_due(SLOT, table=(routine(noting("first"), name="1"), night, routine(noting("second"), name="2")))
    assert order == ["night", "first", "second"]


def test_the_overview_tells_the_newest_run_and_when_it_is_next(db: None) -> None:
    table = (routine(Counting()), routine(Counting(), name="Other"))
    for day in ("2026-11-17", "2026-11-18"):
        run_due(ny(f"{day} 16:20"), table=table[:1])
    ran, never = overview(ny("2026-11-18 17:00"), table=table)
    assert ran.newest is not None
    assert (ran.newest.slot, ran.next_slot) == (SLOT, ny("2026-11-19 16:20"))
    assert (never.newest, never.routine.name) == (None, "Other")
    assert ran.routine.slots(date(2026, 11, 19)) == (ran.next_slot,)
