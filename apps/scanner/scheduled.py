"""Scans that start by themselves while the exchange is open, and what is let go of old ones."""

from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.contrib.auth.models import User

from alphagex import clock
from apps.scanner import scanning
from apps.scanner.models import ScannerSettings, ScanRun
from apps.scanner.watchlists import lists_of

log = structlog.get_logger(__name__)
KEEP = timedelta(days=30)
TRY_AGAIN = timedelta(minutes=1)


def keep_settings(owner: User, values: ScannerSettings, *, at: datetime) -> ScannerSettings:
    """Keep a trader's settings. A schedule that is switched on, or changed, begins with the next tick."""
    before = ScannerSettings.objects.filter(user=owner).first()
    values.user, values.pk = owner, before.pk if before else None
    was = (before.auto_refresh, before.refresh_interval, before.watchlist_id) if before else None
    if not values.auto_refresh:
        values.next_scan_at = None
    elif was != (True, values.refresh_interval, values.watchlist_id) or before is None or before.next_scan_at is None:
        values.next_scan_at = due_from(at)
    else:
        values.next_scan_at = before.next_scan_at
    values.save()
    return values


def due_from(at: datetime) -> datetime:
    """Return the first moment from `at` on at which the exchange is open."""
    status = clock.market_status(at)
    return at if status.is_open else status.changes_at


def start_due(at: datetime) -> int:
    """Start the scans whose time has come; return how many. Two ticks at once start each of them once."""
    due = ScannerSettings.objects.filter(auto_refresh=True, next_scan_at__lte=at, user__is_active=True)
    return sum(_start(one, at=at) for one in due.select_related("user", "watchlist"))


def forget_old(at: datetime) -> int:
    """Delete scans that are older than 30 days."""
    return ScanRun.objects.filter(started_at__lt=at - KEEP).delete()[1].get(ScanRun._meta.label, 0)


def _start(one: ScannerSettings, *, at: datetime) -> bool:
    is_open = clock.market_status(at).is_open
    following = due_from(at + timedelta(minutes=one.refresh_interval)) if is_open else due_from(at)
    claimed = ScannerSettings.objects.filter(pk=one.pk, next_scan_at=one.next_scan_at)
    if not claimed.update(next_scan_at=following) or not is_open:
        return False
    watchlist = one.watchlist or lists_of(one.user, at=at)[0]
    try:
        scanning.start(one.user, watchlist, key=f"schedule:{uuid4().hex}", at=at, by=ScanRun.By.SCHEDULE)
    except scanning.ScanError as error:
        log.info("scheduled_scan_not_started", user=one.user_id, reason=str(error))
        ScannerSettings.objects.filter(pk=one.pk, next_scan_at=following).update(next_scan_at=at + TRY_AGAIN)
        return False
    return True
