"""Doors for the worker: one step of a scan, and what is due by the schedule."""

from celery import shared_task

from alphagex import clock
from apps.scanner import scanning, scheduled


@shared_task(name=scanning.TASK, ignore_result=True, acks_late=True, soft_time_limit=50, time_limit=60)
def scan(run_id: int, number: int) -> None:
    """Do a step of a scan and send the next one. One that comes twice finds itself done."""
    pause = scanning.step(run_id, number, at=clock.now())
    if pause is not None:
        scanning.send_step(run_id, number + 1, countdown=pause)


@shared_task(name="scanner.tick", ignore_result=True, soft_time_limit=50, time_limit=60, expires=60)
def tick() -> None:
    """End scans that lost their worker, start those whose time has come, forget those of last month."""
    at = clock.now()
    scanning.note_broken(at)
    scheduled.start_due(at)
    scheduled.forget_old(at)
