"""How often a second factor, or the password in the settings, may be wrong: counted in the log, for all processes."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from alphagex import clock
from apps.security.audit import record
from apps.security.devices import client_address
from apps.security.models import AuditEvent

MOST_FAILURES = 5
WITHIN = timedelta(minutes=15)
MOST_CHALLENGES = 30


class TooManyFailuresError(Exception):
    """Nothing is tried any more for a while, not even what is right."""


def lock_and_count(user: User, action: AuditEvent.Action) -> None:
    """Take the user's row, so that tries wait in line; within a transaction. Raises TooManyFailuresError."""
    User.objects.select_for_update().get(pk=user.pk)
    failures = AuditEvent.objects.filter(user_id=user.pk, action=action, at__gt=clock.now() - WITHIN)
    if failures.count() >= MOST_FAILURES:
        raise TooManyFailuresError


def may_ask(request: HttpRequest) -> bool:
    """Return whether an address may ask for another passkey challenge, each of which costs a row: 30 a minute."""
    key = f"passkey-challenges:{client_address(request)}"
    cache.add(key, 0, timeout=60)
    try:
        return int(cache.incr(key)) <= MOST_CHALLENGES
    except ValueError:  # it ran out between the two
        return True


def is_password(user: User, password: str, *, request: HttpRequest) -> bool:
    """Return whether a logged-in user knows the password; a wrong one is counted. Raises TooManyFailuresError."""
    refused = AuditEvent.Action.PASSWORD_REFUSED
    with transaction.atomic():
        lock_and_count(user, refused)
        if user.check_password(password):
            return True
        record(refused, user, request=request)
    return False
