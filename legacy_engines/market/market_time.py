"""What time it is for a trader, and whether the market is open by the plain weekday rule."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from legacy_engines.ports import Clock, new_york_now, utc_now

SATURDAY = 5
OPENING, CLOSING = time(9, 30), time(16)


def get_et_time(*, clock: Clock) -> datetime:
    """Return the aware time in New York."""
    return new_york_now(clock)


def get_utc_time(*, clock: Clock) -> datetime:
    """Return the aware time in UTC."""
    return utc_now(clock)


def get_local_time(timezone_name: str | None = "US/Central", *, clock: Clock) -> datetime:
    """Return the aware time in the named zone, or in New York where there is no such zone."""
    if not isinstance(timezone_name, str):
        return get_et_time(clock=clock)
    try:
        zone = ZoneInfo(timezone_name)
    except (LookupError, ValueError, OSError):
        return get_et_time(clock=clock)
    return clock.now().astimezone(zone)


def is_market_open(*, clock: Clock) -> bool:
    """Return whether it is 09:30 to before 16:00 in New York on a weekday.

    Deliberate (intelligence 2): holidays and half days count as open; the application asks the exchange calendar.
    """
    now = get_et_time(clock=clock)
    return now.weekday() < SATURDAY and OPENING <= now.time() < CLOSING
