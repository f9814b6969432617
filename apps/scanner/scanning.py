"""A scan from the click to its last row: started once, a step a second, cancelled, or found broken off.

Nothing waits for the network here. A step looks at what the shared feed knows by now, lets the engine judge what has
come or failed, asks for a few symbols more, and is over in milliseconds; so no symbol holds up another.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog
from celery import current_app
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from kombu.exceptions import OperationalError

from apps.scanner import asking, outcomes
from apps.scanner.estimating import Pace, pace_at
from apps.scanner.models import SILENT, ScannerSettings, ScanResult, ScanRun, Watchlist
from apps.scanner.publishing import tell_progress

log = structlog.get_logger(__name__)
TASK = "scanner.scan"
LONGEST = timedelta(minutes=90)
LONGEST_REST = 150.0  # seconds a service may rest for everybody before a scan gives up
_UNHURRIED = 2.0  # seconds a request: from here on a scan looks every three seconds


class ScanError(Exception):
    """A scan that cannot be started. The message says why."""


def settings_of(owner: User) -> ScannerSettings:
    """Return a trader's settings, unsaved defaults for one who has none."""
    return ScannerSettings.objects.filter(user=owner).first() or ScannerSettings(user=owner)


def start(
    owner: User, watchlist: Watchlist, *, key: str, at: datetime, force: bool = False, by: str = ScanRun.By.PERSON
) -> tuple[ScanRun, bool]:
    """Start a scan; return it, and False where this intention (key) has started it already.

    Raises ScanError while another one runs, and for an empty list.
    """
    if known := ScanRun.objects.filter(owner=owner, key=key).first():
        return known, False
    if not watchlist.symbols:
        raise ScanError(f"{watchlist.name} is empty. Add a symbol first.")
    note_broken(at, owner=owner)
    try:
        with transaction.atomic():
            run = ScanRun.objects.create(
                owner=owner,
                watchlist=watchlist,
                name=watchlist.name,
                key=key,
                by=by,
                force=force,
                cache_minutes=settings_of(owner).cache_minutes,
                total=len(watchlist.symbols),
                started_at=at,
                stepped_at=at,
            )
            ScanResult.objects.bulk_create(
                [ScanResult(run=run, symbol=symbol, place=place) for place, symbol in enumerate(watchlist.symbols)]
            )
            transaction.on_commit(partial(send_step, run.pk, 0))
    except IntegrityError:
        running = ScanRun.objects.filter(owner=owner).filter(Q(state=ScanRun.State.RUNNING) | Q(key=key)).first()
        if running is not None and running.key == key:
            return running, False
        said = f" ({running.name}, {running.finished} of {running.total})" if running else ""
        raise ScanError(f"A scan is running already{said}. Cancel it first, or wait for it.") from None
    return run, True


def send_step(run_id: int, number: int, *, countdown: float = 0.0) -> None:
    """Hand the next step to a worker. With the broker away the scan falls silent and is shown as broken off."""
    try:
        current_app.send_task(TASK, args=[run_id, number], countdown=countdown or None)
    except OperationalError as error:
        log.warning("scan_step_not_sent", run=run_id, step=number, error=type(error).__name__)


def step(run_id: int, number: int, *, at: datetime) -> float | None:
    """Do one step; return in how many seconds the next one is due, None when the scan is over.

    A step that was done already, or of a scan that is over, does nothing.
    """
    pace = pace_at(at)
    with transaction.atomic():
        run = ScanRun.objects.select_for_update().filter(pk=run_id, step=number, state=ScanRun.State.RUNNING).first()
        if run is None:
            return None
        rows = list(run.results.filter(state__in=ScanResult.OPEN))
        feeds = asking.feeds_of((row.symbol for row in rows), at=at)
        reason = _given_up(run, pace, at=at)
        changed = [row for row in rows if outcomes.settle(run, row, feeds[row.symbol], reason=reason, at=at)]
        still = [row for row in rows if row.is_open]
        before = {row.pk: (row.asked_at, row.ask_at) for row in still}
        asked = asking.choose(run, still, feeds, at=at)
        touched = [row for row in still if before[row.pk] != (row.asked_at, row.ask_at) and row not in changed]
        ScanResult.objects.bulk_update(changed, outcomes.COLUMNS)
        ScanResult.objects.bulk_update(touched, ("state", "asked_at", "ask_at"))
        run.step, run.stepped_at = number + 1, at
        _count(run)
        if not still:
            run.state, run.ended_at = ScanRun.State.DONE, at
        run.save()
        asking.let_rest([row.symbol for row in rows if row.attempts and row.asked_at is None], at=at)
        transaction.on_commit(partial(asking.put_in_line, asked, at=at))
        if changed or not still:
            transaction.on_commit(partial(tell_progress, run, [row.symbol for row in changed]))
    if not still:
        return None
    return 1.0 if pace.per_request <= _UNHURRIED else 3.0


def cancel(run: ScanRun, *, at: datetime) -> bool:
    """End a scan; what has come stays. False if it is over already."""
    return _end(run.pk, ScanRun.State.CANCELLED, at=at)


def note_broken(at: datetime, *, owner: User | None = None) -> int:
    """End the scans that have lost their worker; return how many."""
    silent = ScanRun.objects.filter(state=ScanRun.State.RUNNING, stepped_at__lt=at - SILENT)
    if owner is not None:
        silent = silent.filter(owner=owner)
    return sum(_end(pk, ScanRun.State.BROKEN, at=at) for pk in silent.values_list("pk", flat=True))


def _end(run_id: int, state: ScanRun.State, *, at: datetime) -> bool:
    with transaction.atomic():
        run = ScanRun.objects.select_for_update().filter(pk=run_id, state=ScanRun.State.RUNNING).first()
        if run is None or (state == ScanRun.State.BROKEN and not run.is_silent(at)):
            return False
        run.results.filter(state__in=ScanResult.OPEN).update(
            state=ScanResult.State.SKIPPED, problem=f"Not scanned: the scan was {state.label}."
        )
        run.state, run.ended_at = state, at
        _count(run)
        run.save()
        transaction.on_commit(partial(tell_progress, run, []))
    return True


def _count(run: ScanRun) -> None:
    failed = Count("pk", filter=Q(state=ScanResult.State.FAILED))
    unfinished = (*ScanResult.OPEN, ScanResult.State.SKIPPED)
    counts = run.results.aggregate(finished=Count("pk", filter=~Q(state__in=unfinished)), failed=failed)
    run.finished, run.failed = counts["finished"], counts["failed"]


def _given_up(run: ScanRun, pace: Pace, *, at: datetime) -> str:
    """Return why nothing more is waited for, empty while there is hope."""
    if at - run.started_at > LONGEST:
        return f"No answer within {LONGEST.total_seconds() / 60:.0f} minutes of scanning."
    if pace.paused > LONGEST_REST:
        why = f": {pace.reason}" if pace.reason else ""
        return f"Not asked: requests to {pace.service} rest for another {pace.paused:.0f} s{why}"
    return ""
