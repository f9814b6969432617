"""One tick: every duty that is due is claimed and done by whoever comes first."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from apps.market.duties import claiming
from apps.market.duties.due import due_slots, next_slot
from apps.market.duties.errors import NotYetError
from apps.market.duties.table import TABLE, Routine
from apps.market.models import Duty

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How many slots this tick finished, put off, and saw fail."""

    done: int
    put_off: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One duty as a page shows it. newest: its newest run, None before the first. next_slot: when it is due next."""

    routine: Routine
    newest: Duty | None
    next_slot: datetime

    @property
    def state(self) -> str:
        """How its newest run stands: none, done, failed, waiting (for its material) or running."""
        run = self.newest
        if run is None:
            return "none"
        if run.error or run.finished_at:
            return "failed" if run.error else "done"
        return "running" if run.attempts else "waiting"


def run_due(at: datetime, *, table: tuple[Routine, ...] = TABLE) -> Ran:
    """Do what is due at `at` and nobody has done or is doing. Safe to run twice, late, or beside itself.

    Raises SoftTimeLimitExceeded when the worker's time is up; the duty it was at is tried again.
    """
    due = [(slot, place) for place, routine in enumerate(table) for slot in due_slots(routine, at)]
    results = [_run(table[place], slot, at=at) for slot, place in sorted(due)]
    claiming.give_up_overdue(at=at)
    return Ran(done=results.count("done"), put_off=results.count("put off"), failed=results.count("failed"))


def overview(at: datetime, *, table: tuple[Routine, ...] = TABLE) -> list[DutyLine]:
    """Return the table with the newest run of each duty."""
    newest = {duty.name: duty for duty in Duty.objects.order_by("name", "-slot").distinct("name")}
    return [
        DutyLine(routine=routine, newest=newest.get(routine.name), next_slot=next_slot(routine, at))
        for routine in table
    ]


def _run(routine: Routine, slot: datetime, *, at: datetime) -> str:
    duty = claiming.claim(routine.name, slot, at=at)
    if duty is None:
        return "taken"
    try:
        routine.work(slot, at)
    except NotYetError as reason:
        claiming.put_off(duty, at=at)
        log.info("duty_put_off", duty=routine.name, slot=slot.isoformat(), reason=str(reason))
        return "put off"
    except SoftTimeLimitExceeded:
        # The worker's time is up: what is left is for the next tick, before this process is killed in the middle of it.
        claiming.fail(duty, error="It took longer than a worker may; what it has done so far stays.", at=at)
        raise
    except Exception as error:
        # Whatever goes wrong is written down for the system page and tried again; the other duties go on.
        claiming.fail(duty, error=f"{error}" or type(error).__name__, at=at)
        log.exception("duty_failed", duty=routine.name, slot=slot.isoformat(), attempts=duty.attempts)
        return "failed"
    claiming.finish(duty, at=at)
    log.info("duty_done", duty=routine.name, slot=slot.isoformat())
    return "done"
