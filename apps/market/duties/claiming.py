"""Who does a duty: the unique row of its slot is the claim, guarded updates hand it on."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from apps.market.models import Duty

# A worker that has not finished by then is gone: the task is killed long before.
LEFT_AFTER = timedelta(minutes=15)
# After a failure; when the pauses are used up the slot stays failed.
RETRY_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
_OVERDUE = timedelta(hours=1)


def claim(name: str, slot: datetime, *, at: datetime) -> Duty | None:
    """Take the right to do a duty's slot now. None if it is done, being done, given up, or resting after a failure."""
    known = Duty.objects.filter(name=name, slot=slot).first()
    return _claim_first(name, slot, at=at) if known is None else _take_up(known, at=at)


def finish(duty: Duty, *, at: datetime) -> None:
    """Note that the slot is done."""
    Duty.objects.filter(pk=duty.pk).update(finished_at=at, retry_at=None, error="")


def put_off(duty: Duty, *, at: datetime) -> None:
    """Give the slot back unspent: what it needs has not come in."""
    Duty.objects.filter(pk=duty.pk, finished_at=None).update(attempts=F("attempts") - 1, retry_at=at)


def fail(duty: Duty, *, error: str, at: datetime) -> None:
    """Note why the slot failed, and when it is tried again, if it is."""
    pauses = dict(enumerate(RETRY_PAUSES, start=1))
    pause = pauses.get(duty.attempts)
    retry_at = at + pause if pause else None
    Duty.objects.filter(pk=duty.pk, finished_at=None).update(error=error[:500], retry_at=retry_at)


def give_up_overdue(*, at: datetime) -> int:
    """Close the slots that could have been taken up an hour ago and were not: nobody will. Return how many."""
    overdue = Duty.objects.filter(finished_at=None, retry_at__lt=at - _OVERDUE)
    reason = Value("Not done in time.")
    return overdue.update(retry_at=None, error=Coalesce(NullIf(F("error"), Value("")), reason))


def _claim_first(name: str, slot: datetime, *, at: datetime) -> Duty | None:
    try:
        with transaction.atomic():
            return Duty.objects.create(name=name, slot=slot, started_at=at, retry_at=at + LEFT_AFTER)
    except IntegrityError:
        return None  # another worker was first


def _take_up(known: Duty, *, at: datetime) -> Duty | None:
    free = Duty.objects.filter(pk=known.pk, finished_at=None, retry_at__lte=at, attempts__lte=len(RETRY_PAUSES))
    won = free.update(attempts=F("attempts") + 1, started_at=at, retry_at=at + LEFT_AFTER)
    return Duty.objects.get(pk=known.pk) if won else None
