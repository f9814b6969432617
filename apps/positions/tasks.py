"""Doors for the worker."""

from celery import shared_task

from alphagex import clock
from apps.positions.publishing import publish_marks


@shared_task(name="positions.publish", ignore_result=True, soft_time_limit=25, time_limit=30, expires=30)
def publish(symbol: str) -> None:
    """Send the new marks of a symbol's positions to the open pages of their owners."""
    publish_marks(symbol, at=clock.now())
