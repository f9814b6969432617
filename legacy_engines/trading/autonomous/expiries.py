"""Expiry days by calendar arithmetic, holidays not considered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

FRIDAY: Final = 4
SHORT_DATED: Final = 7
DATE: Final = "%Y-%m-%d"


def weekly_expiration(today: date, dte: float) -> date:
    """Return the next Friday after today for up to 7 days to expiry, else the Friday a week after this week's."""
    to_friday = (FRIDAY - today.weekday()) % 7
    if dte <= SHORT_DATED:
        return today + timedelta(days=to_friday or 7)
    return today + timedelta(days=to_friday + 7)


def monthly_expiration(today: date, dte: float) -> date:
    """Return the third Friday of the month that is `dte` days away, be it before or after that day."""
    first = (today + timedelta(days=dte)).replace(day=1)
    return first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 14)


def days_to_expiry(expiration_date: str, now: datetime) -> int:
    """Return whole days from now until the midnight that begins the expiry day, rounded down.

    Both without a zone. A text that is no date raises ValueError, None raises TypeError.
    """
    # Deliberate (trading Q-6): 0 is already the day before expiry.
    return (datetime.strptime(expiration_date, DATE) - now).days  # noqa: DTZ007 - local time has no zone here
