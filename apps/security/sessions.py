"""A user's sessions: told apart, and ended."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.models import User

from alphagex import clock
from apps.security.devices import device_of
from apps.security.models import DeskSession

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ShownSession:
    """One session as its user sees it. handle: names it without being its key."""

    handle: str
    device: str
    address: str
    began_at: datetime
    last_seen_at: datetime
    is_this_one: bool


def sessions_of(user: User, *, current: str | None) -> list[ShownSession]:
    """Return the user's newest sessions, this one first, then the last used. current: the key of this one."""
    rows = DeskSession.objects.filter(user=user, expire_date__gt=clock.now()).defer("session_data")[:MOST_SHOWN]
    shown = [
        ShownSession(
            _handle(row.session_key),
            device_of(row.agent),
            row.address or "",
            row.began_at,
            row.last_seen_at,
            row.session_key == current,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda one: not one.is_this_one)


def end_one(user: User, handle: str) -> ShownSession | None:
    """End a session of the user's; None when there is none of that handle."""
    for row in DeskSession.objects.filter(user=user).defer("session_data"):
        if _handle(row.session_key) == handle:
            row.delete()
            return ShownSession(
                handle, device_of(row.agent), row.address or "", row.began_at, row.last_seen_at, is_this_one=False
            )
    return None


def end_others(user: User, *, current: str | None) -> int:
    """End all sessions of the user's but this one; return how many there were."""
    return DeskSession.objects.filter(user=user).exclude(session_key=current).delete()[0]


def end_all(user: User) -> int:
    """End all sessions of the user's; return how many there were."""
    return DeskSession.objects.filter(user=user).delete()[0]


def _handle(session_key: str) -> str:
    return sha256(f"handle of {session_key}".encode()).hexdigest()[:24]
