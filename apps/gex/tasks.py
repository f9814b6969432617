"""Doors for the worker."""

from celery import shared_task

from apps.gex import services


@shared_task(name="gex.publish_panels", ignore_result=True, soft_time_limit=25, time_limit=30, expires=120)
def publish_panels(snapshot_id: int) -> bool:
    """Send the panels of a new snapshot to every open page."""
    return services.publish_panels(snapshot_id)
