"""What is thrown away by the hour."""

from datetime import timedelta

from celery import shared_task

from alphagex import clock
from apps.security.models import AuthenticatorApp
from apps.security.session_store import SessionStore

_BEGUN = timedelta(days=1)


@shared_task(name="security.tidy", ignore_result=True, soft_time_limit=50, time_limit=60, expires=600)
def tidy() -> None:
    """Remove sessions that ended by themselves, and apps that were begun and never confirmed."""
    SessionStore.clear_expired()
    AuthenticatorApp.objects.filter(confirmed_at__isnull=True, started_at__lt=clock.now() - _BEGUN).delete()
