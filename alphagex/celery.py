"""The Celery application: tasks are doors, the schedule is a table (alphagex/schedule.py)."""

import os

from celery import Celery

from alphagex.embedded.services import ensure_environment

# `celery -A alphagex.celery ...` in a second terminal joins the services that `make run` started.
ensure_environment("celery")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alphagex.settings")

app = Celery("alphagex")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
