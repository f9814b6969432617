"""Doors for the worker: rules judged on a snapshot and on marks, the outbox emptied, symbols with rules kept alive."""

from celery import shared_task

from alphagex import clock
from apps.alerts import publishing, watching
from apps.alerts.delivering import deliver_due
from apps.alerts.evaluating import evaluate_positions, evaluate_snapshot
from apps.alerts.notifying import forget_old


@shared_task(name="alerts.evaluate", ignore_result=True, acks_late=True, soft_time_limit=25, time_limit=30, expires=60)
def evaluate(snapshot_id: int) -> None:
    """Judge the rules of a snapshot's symbol. Of SNAPSHOT_TASKS."""
    evaluate_snapshot(snapshot_id, at=clock.now())


@shared_task(name="alerts.evaluate_positions", ignore_result=True, soft_time_limit=25, time_limit=30, expires=60)
def evaluate_marks(symbol: str) -> None:
    """Judge the P&L rules of whoever holds a symbol. Of MARKED_TASKS."""
    evaluate_positions(symbol, at=clock.now())


@shared_task(name="alerts.deliver", ignore_result=True, acks_late=True, soft_time_limit=110, time_limit=120, expires=60)
def deliver() -> None:
    """Send what is due. What a lost worker took is taken again."""
    deliver_due(now=clock.now)


@shared_task(name="alerts.publish", ignore_result=True, soft_time_limit=25, time_limit=30, expires=60)
def publish(user_ids: list[int]) -> None:
    """Tell the open pages of many users what is new."""
    for user_id in user_ids:
        publishing.publish(user_id, kind="new")


@shared_task(name="alerts.forget", ignore_result=True, soft_time_limit=110, time_limit=120, expires=600)
def forget() -> None:
    """Let go of what was told long ago."""
    forget_old(at=clock.now())


@shared_task(name="alerts.tick", ignore_result=True, soft_time_limit=110, time_limit=120, expires=30)
def tick() -> None:
    """Keep the symbols of armed rules polled, then send what is due."""
    watching.keep_watched(at=clock.now())
    deliver_due(now=clock.now)
