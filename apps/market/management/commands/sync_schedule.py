"""Copy alphagex/schedule.py into the database that beat reads. Rows a person paused stay paused."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from alphagex.schedule import SCHEDULE


class Command(BaseCommand):
    help = "Write the schedule to the database; run at every deployment."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for row in SCHEDULE:
            interval, _ = IntervalSchedule.objects.get_or_create(every=row.seconds, period=IntervalSchedule.SECONDS)
            PeriodicTask.objects.update_or_create(
                name=row.name, defaults={"task": row.task, "interval": interval, "expire_seconds": row.expires}
            )
        names = [row.name for row in SCHEDULE]
        PeriodicTask.objects.exclude(name__in=names).exclude(task__startswith="celery.").delete()
        PeriodicTasks.update_changed()
