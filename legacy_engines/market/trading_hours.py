"""When the market counts as open: three tests with three different ends, none of them knows holidays (trading Q-17)."""

from __future__ import annotations

from datetime import time
from typing import Final

from legacy_engines.ports import Clock, local_now, new_york_now

SATURDAY: Final = 5
OPEN: Final = time(9, 30)
CLOSE: Final = time(16, 0)
MORNING_HOURS: Final = (9, 10)


def is_market_hours(*, clock: Clock) -> bool:
    """Return whether it is a weekday from 09:30 to 16:00 local time, seconds dropped and both ends included."""
    now = local_now(clock)
    minute = now.time().replace(second=0, microsecond=0)
    # Deliberate (trading Q-8): local time of the clock that is given; the application gives New York.
    return now.weekday() < SATURDAY and OPEN <= minute <= CLOSE


def is_morning_session(*, clock: Clock) -> bool:
    """Return whether it is a weekday from 09:00, before the open, until 11:00 local time."""
    now = local_now(clock)
    return now.weekday() < SATURDAY and now.hour in MORNING_HOURS


def is_market_open(*, clock: Clock) -> bool:
    """Return whether it is a weekday from 09:30 until 16:00 in New York, the close excluded."""
    now = new_york_now(clock)
    return now.weekday() < SATURDAY and OPEN <= now.time() < CLOSE
