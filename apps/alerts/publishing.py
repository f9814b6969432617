"""What open pages hear of notifications: the newest ones with each message, so that none is lost on the way.

Two messages may overtake each other; each brings all that is recent, and a page takes what it has not got.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, Subquery
from django.template.loader import render_to_string

from alphagex import clock
from apps.alerts.models import Notification, NotificationSettings
from apps.alerts.quiet import quiet_until
from apps.market.personal import tell

TOPIC = "notifications"
RECENT = 10
MISSED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """unread: how many; newest: number of the newest notification; recent: the newest ones."""

    unread: int
    newest: int
    recent: list[Notification]


def bell_of(user: User, *, most: int = RECENT) -> Bell:
    """Return a user's newest notifications, in two queries."""
    return _bell(user.pk, most=most)


def bell_counts(user: User) -> Bell:
    """Return the numbers of a user's bell without the notifications, in one query: what every page shows."""
    unread = Notification.objects.filter(user=OuterRef("user"), read_at__isnull=True).order_by().values("user")
    rows = NotificationSettings.objects.filter(user=user).annotate(
        unread=Subquery(unread.annotate(n=Count("pk")).values("n"))
    )
    newest, count = rows.values_list("newest", "unread").first() or (0, 0)
    return Bell(unread=count or 0, newest=newest, recent=[])


def publish(user_id: int, *, kind: str) -> None:
    """Send a user's newest notifications to their open pages. Raises redis.RedisError."""
    bell = _bell(user_id, most=RECENT)
    data = data_of(bell, bell.recent, at=clock.now(), user_id=user_id)
    tell(user_id, TOPIC, kind, data, html=fragments(bell), number=bell.newest if kind == "new" else 0)


def data_of(bell: Bell, rows: list[Notification], *, at: datetime, user_id: int) -> dict[str, Any]:
    """Return the message for programs: oldest first, with what a page needs to know to sound or not."""
    wanted = NotificationSettings.objects.filter(user=user_id).first()
    return {
        "unread": bell.unread,
        "newest": bell.newest,
        "sound": bool(wanted and wanted.sound and quiet_until(wanted, at) is None),
        "notifications": [_data(row) for row in sorted(rows, key=lambda row: row.number)],
    }


def fragments(bell: Bell) -> str:
    """Return the bell of the top bar and the list of the alerts page."""
    return render_to_string("alerts/_bell.html", {"bell": bell}) + render_to_string(
        "alerts/_notifications.html", {"bell": bell}
    )


def missed(user_id: int, number: int) -> list[Notification]:
    """Return what came after a number, oldest first; of many the newest."""
    rows = Notification.objects.filter(user=user_id, number__gt=number).order_by("-number")[:MISSED]
    return sorted(rows, key=lambda row: row.number)


def unread(user_id: int) -> list[Notification]:
    """Return what was not read yet, oldest first; of much the newest."""
    rows = Notification.objects.filter(user=user_id, read_at__isnull=True).order_by("-number")[:MISSED]
    return sorted(rows, key=lambda row: row.number)


def _bell(user_id: int, *, most: int) -> Bell:
    recent = list(Notification.objects.filter(user=user_id).order_by("-number")[:most])
    unread = Notification.objects.filter(user=user_id, read_at__isnull=True).count()
    return Bell(unread=unread, newest=recent[0].number if recent else 0, recent=recent)


def _data(row: Notification) -> dict[str, Any]:
    return {
        "number": row.number,
        "level": row.level,
        "title": row.title,
        "text": row.text,
        "url": row.url,
        "at": clock.utc_iso(row.created_at),
        "is_read": row.read_at is not None,
    }
