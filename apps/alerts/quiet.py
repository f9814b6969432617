"""Quiet hours: nothing leaves the page and nothing sounds; it goes out when they end."""

from datetime import datetime, time, timedelta

from alphagex import clock
from apps.alerts.models import NotificationSettings

_SATURDAY = 5


def quiet_until(wanted: NotificationSettings, at: datetime) -> datetime | None:
    """Return when the quiet that reigns at `at` ends, None where it does not. Wall-clock time of New York."""
    moment = clock.in_new_york(at)
    ends = None
    while (next_end := _ends(wanted, ends or moment)) is not None:
        ends = next_end
    return ends


def _ends(wanted: NotificationSettings, moment: datetime) -> datetime | None:
    """Return the end of the one quiet span that holds `moment`; the next one may begin there."""
    if wanted.quiet_weekends and moment.weekday() >= _SATURDAY:
        return _at(moment + timedelta(days=7 - moment.weekday()), time(0))
    start, end = wanted.quiet_from, wanted.quiet_until
    if start is None or end is None or start == end:
        return None
    now = moment.time()
    if start < end:
        return _at(moment, end) if start <= now < end else None
    if now >= start:
        return _at(moment + timedelta(days=1), end)
    return _at(moment, end) if now < end else None


def _at(day: datetime, clock_time: time) -> datetime:
    return datetime.combine(day.date(), clock_time, tzinfo=clock.NEW_YORK)
