"""The outbox: what waits to leave, taken by one worker at a time, tried again after a growing pause."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import redis
import structlog
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from kombu.exceptions import OperationalError

from apps.alerts.models import Channel, Delivery, Notification, NotificationSettings
from apps.alerts.quiet import quiet_until

log = structlog.get_logger(__name__)
TASK = "alerts.deliver"
TAKEN_FOR = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(minutes=15)
KEPT_TRYING = timedelta(days=2)

State = Delivery.State


def mail_is_set_up() -> bool:
    """Return whether the desk has a mail server."""
    return bool(settings.EMAIL_HOST)


def put(rows: Sequence[Notification], wanted: Mapping[int, NotificationSettings], *, at: datetime) -> None:
    """Put notifications into the outbox, once for each place of their users; out they go after the commit."""
    if not rows:
        return
    channels: dict[int, list[Channel | None]] = {user_id: [] for user_id in wanted}
    for user_id, one in wanted.items():
        if one.by_mail and one.email and mail_is_set_up():
            channels[user_id].append(None)
    for channel in Channel.objects.filter(owner__in=wanted, is_on=True):
        channels[channel.owner_id].append(channel)
    due = {user_id: quiet_until(one, at) or at for user_id, one in wanted.items()}
    deliveries = [
        Delivery(notification=row, channel=channel, created_at=at, due_at=due[row.user_id])
        for row in rows
        for channel in channels[row.user_id]
    ]
    if deliveries:
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        transaction.on_commit(partial(ask_for_delivery))


def ask_for_delivery() -> None:
    """Ask a worker to empty the outbox now; without a broker the schedule does."""
    try:
        current_app.send_task(TASK, expires=60)
    except (redis.RedisError, OperationalError) as error:
        log.warning("delivery_waits_for_the_schedule", error=type(error).__name__)


def take(*, at: datetime, without: Collection[int | None] = ()) -> Delivery | None:
    """Take the delivery that is due longest, so that nobody else does; None when there is none.

    without: channels (None: mail) that are left alone, because they have just failed.
    """
    due = Delivery.objects.filter(due_at__lte=at).filter(
        Q(state=State.WAITING) | Q(state=State.SENDING, taken_until__lte=at)
    )
    if None in without:
        due = due.filter(channel__isnull=False)
    if named := [number for number in without if number is not None]:
        due = due.exclude(channel__in=named)
    with transaction.atomic():
        taken = due.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
        if taken is None:
            return None
        taken.state, taken.taken_until, taken.attempts = State.SENDING, at + TAKEN_FOR, taken.attempts + 1
        taken.save(update_fields=["state", "taken_until", "attempts"])
    return Delivery.objects.select_related("notification", "channel").get(pk=taken.pk)


def settle_sent(delivery: Delivery, *, at: datetime) -> None:
    """Note that a delivery has left."""
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, sent_at=at, taken_until=None, problem="")


def settle_failed(delivery: Delivery, problem: str, *, at: datetime, is_final: bool = False) -> None:
    """Note why a delivery did not leave, and when it is tried again: later each time, for two days."""
    given_up = is_final or at - delivery.created_at > KEPT_TRYING
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.GIVEN_UP if given_up else State.WAITING,
        due_at=F("due_at") if given_up else at + pause_after(delivery.attempts),
        taken_until=None,
        problem=problem[:300],
    )
    log.warning("delivery_failed", delivery=delivery.pk, attempts=delivery.attempts, given_up=given_up, problem=problem)


def pause_after(attempts: int) -> timedelta:
    """Return the pause after so many attempts: doubling, at most a quarter of an hour."""
    pause: timedelta = FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 10)
    return min(pause, LONGEST_PAUSE)


def try_again(user_id: int, *, at: datetime) -> int:
    """Make a user's waiting and given up deliveries due now; return how many."""
    found = Delivery.objects.filter(
        notification__user=user_id, state__in=[State.WAITING, State.GIVEN_UP], attempts__gt=0
    )
    count = found.update(state=State.WAITING, due_at=at)
    if count:
        transaction.on_commit(ask_for_delivery)
    return count


def look_again(user: User, *, at: datetime) -> None:
    """Let what has not been tried yet be looked at now: quiet hours were changed."""
    waiting = Delivery.objects.filter(notification__user=user, state=State.WAITING, attempts=0, due_at__gt=at)
    if waiting.update(due_at=at):
        transaction.on_commit(ask_for_delivery)
