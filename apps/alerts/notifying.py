"""Telling a user something: once, in the page at once, and outside it through the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import redis
import structlog
from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction
from kombu.exceptions import OperationalError

from alphagex import clock
from apps.alerts import outbox, publishing
from apps.alerts.models import Delivery, Notification, NotificationSettings

log = structlog.get_logger(__name__)
LONGEST_TITLE = 200
PUBLISH_TASK = "alerts.publish"
KEPT_FOR = timedelta(days=90)
AT_ONCE = 3  # users whose pages are told without a task


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is to be told to a user. key: what it is about; a user is told it once.

    is_sent_out: by mail and channels too. url: a path of ours.
    """

    key: str
    title: str
    text: str = ""
    url: str = ""
    level: str = Notification.Level.INFO
    is_sent_out: bool = True


def notify(
    user: User,
    title: str,
    text: str = "",
    url: str = "",
    level: str = Notification.Level.INFO,
    key: str = "",
    *,
    is_sent_out: bool = True,
) -> Notification | None:
    """Tell a user something; None where the key says that it was told already. level: info, success, warning, error.

    key: what it is about; without one ValueError. is_sent_out: by mail and channels too, not in the page alone.
    """
    if not key:
        raise ValueError("notify() needs a key, what the message is about, so that it is told once.")
    note = Note(key=key, title=title, text=text, url=url, level=level, is_sent_out=is_sent_out)
    told = notify_all({user.pk: [note]}, at=clock.now())
    return told[0] if told else None


def notify_all(notes: Mapping[int, Sequence[Note]], *, at: datetime) -> list[Notification]:
    """Tell users (by id) what is new to them; return what was told. The pages hear of it when it is committed."""
    if not notes:
        return []
    with transaction.atomic():
        wanted = settings_of_all(notes)
        known = set(
            Notification.objects.filter(
                user__in=notes, key__in=[note.key for each in notes.values() for note in each]
            ).values_list("user_id", "key")
        )
        rows: list[Notification] = []
        outside: list[Notification] = []
        for user_id in sorted(notes):
            new = {note.key: note for note in notes[user_id] if (user_id, note.key) not in known}
            for note in new.values():
                wanted[user_id].newest += 1
                rows.append(_row(user_id, note, number=wanted[user_id].newest, at=at))
                if note.is_sent_out:
                    outside.append(rows[-1])
        Notification.objects.bulk_create(rows)
        NotificationSettings.objects.bulk_update(wanted.values(), ["newest"])
        outbox.put(outside, wanted, at=at)
        if rows:
            transaction.on_commit(partial(_publish_to_all, sorted({row.user_id for row in rows})))
    return rows


def settings_of(user: User) -> NotificationSettings:
    """Return how a user wants to be told; unsaved defaults for someone who has not chosen yet."""
    found = NotificationSettings.objects.filter(user=user).first()
    return found or NotificationSettings(user=user, email=user.email)


def settings_of_all(user_ids: Mapping[int, object]) -> dict[int, NotificationSettings]:
    """Return the rows of these users, made where there are none, locked until the transaction ends."""
    rows = NotificationSettings.objects.select_for_update().filter(user__in=user_ids).order_by("user_id")
    found = {row.user_id: row for row in rows}
    if missing := set(user_ids) - set(found):
        people = User.objects.filter(pk__in=missing)
        NotificationSettings.objects.bulk_create(
            [NotificationSettings(user=user, email=user.email) for user in people], ignore_conflicts=True
        )
        found = {row.user_id: row for row in rows.all()}
    return found


def keep_settings(user: User, chosen: Mapping[str, Any]) -> NotificationSettings:
    """Keep how a user wants to be told; return the row. chosen: fields of the form by name."""
    with transaction.atomic():
        kept = settings_of_all({user.pk: None})[user.pk]
        for name, value in chosen.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(chosen))
    return kept


def forget_old(*, at: datetime) -> int:
    """Delete notifications of more than 90 days ago that wait for no delivery; return how many.

    What fired stays in the history of alerts. Keys name rules and days, so nothing is told again for want of a row.
    """
    unsent = Delivery.objects.filter(state__in=[Delivery.State.WAITING, Delivery.State.SENDING])
    old = Notification.objects.filter(created_at__lt=at - KEPT_FOR).exclude(pk__in=unsent.values("notification"))
    return old.delete()[1].get(Notification._meta.label, 0)


def mark_read(user: User, *, up_to: int, at: datetime) -> int:
    """Mark a user's notifications up to a number as read; return how many were not."""
    unread = Notification.objects.filter(user=user, number__lte=up_to, read_at__isnull=True)
    count = unread.update(read_at=at)
    if count:
        transaction.on_commit(partial(_publish, user.pk, kind="read"))
    return count


def _row(user_id: int, note: Note, *, number: int, at: datetime) -> Notification:
    return Notification(
        user_id=user_id,
        number=number,
        key=note.key,
        level=note.level,
        title=note.title[:LONGEST_TITLE],
        text=note.text,
        url=note.url,
        created_at=at,
    )


def _publish_to_all(user_ids: Sequence[int]) -> None:
    """Tell the open pages of these users; of many in a task of its own, so that judging the next snapshot goes on."""
    if len(user_ids) <= AT_ONCE:
        for user_id in user_ids:
            _publish(user_id)
        return
    try:
        current_app.send_task(PUBLISH_TASK, args=[list(user_ids)], expires=60)
    except (redis.RedisError, OperationalError) as error:
        log.warning("notifications_not_pushed", users=len(user_ids), error=type(error).__name__)


def _publish(user_id: int, *, kind: str = "new") -> None:
    """Tell the open pages. With Redis away they hear it when they come back: the rows are there."""
    try:
        publishing.publish(user_id, kind=kind)
    except redis.RedisError as error:
        log.warning("notification_not_pushed", user=user_id, error=type(error).__name__)
