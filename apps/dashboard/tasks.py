"""Doors for the worker."""

from celery import shared_task

from apps.dashboard import services


@shared_task(name="dashboard.publish_row", ignore_result=True, soft_time_limit=25, time_limit=30, expires=120)
def publish_row(snapshot_id: int) -> bool:
    """Send the overview row and the verdict of a new snapshot to every open dashboard."""
    return services.publish_row(snapshot_id)
