"""The only place that asks what time it is, and what the exchange does at that time (New York)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY, LAST_DAY = date(2004, 1, 1), date(2045, 12, 29)


def now() -> datetime:
    """Return the present moment, aware, in New York time."""
    return datetime.now(NEW_YORK)


def today() -> date:
    """Return the present calendar day in New York."""
    return now().date()


def from_timestamp(seconds: float) -> datetime:
    """Return the New York moment of Unix time `seconds`."""
    return datetime.fromtimestamp(seconds, NEW_YORK)


def in_new_york(moment: datetime) -> datetime:
    """Return `moment` in New York time. A moment without a zone is refused: a guess would be hours off."""
    if moment.tzinfo is None:
        raise ValueError(f"moment must carry a time zone, was {moment!r}")
    return moment.astimezone(NEW_YORK)


def midnight(day: date) -> datetime:
    """Return the moment `day` begins in New York."""
    return datetime.combine(day, time(), NEW_YORK)


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day of the exchange: regular open and close in New York time (half days close at 13:00)."""

    day: date
    opens: datetime
    closes: datetime

    @property
    def is_half_day(self) -> bool:
        return self.closes.time() < time(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketStatus:
    """Whether the regular session is open at a moment, why not, and when that changes."""

    is_open: bool
    reason: str
    changes_at: datetime
    session: Session | None


@lru_cache(maxsize=1)
def _sessions() -> dict[date, Session]:
    # Slow to import (pandas) and to build, so once per process and only when asked.
    from exchange_calendars.exchange_calendar_xnys import XNYSExchangeCalendar

    calendar: Any = XNYSExchangeCalendar(start=FIRST_DAY.isoformat(), end=LAST_DAY.isoformat())
    frame = calendar.schedule[["open", "close"]]
    opens = frame["open"].dt.tz_convert(NEW_YORK).dt.to_pydatetime()
    closes = frame["close"].dt.tz_convert(NEW_YORK).dt.to_pydatetime()
    return {
        day.date(): Session(day.date(), _plain(opened), _plain(closed))
        for day, opened, closed in zip(frame.index, opens, closes, strict=True)
    }


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(NEW_YORK)


def session_on(day: date) -> Session | None:
    """Return the trading session of `day`, or None on weekends and holidays."""
    return _sessions().get(day)


def session_on_or_before(day: date) -> Session:
    """Return the session of `day`, or the last one before it. Raises ValueError outside the calendar."""
    for back in range(11):
        if session := session_on(day - timedelta(days=back)):
            return session
    raise ValueError(f"No trading session near {day}: the exchange calendar covers {FIRST_DAY} to {LAST_DAY}.")


def session_after(day: date) -> Session:
    """Return the first session later than `day`. Raises ValueError outside the calendar."""
    for ahead in range(1, 12):
        if session := session_on(day + timedelta(days=ahead)):
            return session
    raise ValueError(f"No trading session near {day}: the exchange calendar covers {FIRST_DAY} to {LAST_DAY}.")


def market_status(at: datetime) -> MarketStatus:
    """Return whether the regular session (09:30-16:00, half days to 13:00) is open at `at`."""
    at = in_new_york(at)
    session = session_on(at.date())
    if session and session.opens <= at < session.closes:
        reason = "half day" if session.is_half_day else "regular session"
        return MarketStatus(is_open=True, reason=reason, changes_at=session.closes, session=session)
    if session and at < session.opens:
        return MarketStatus(is_open=False, reason="pre-market", changes_at=session.opens, session=session)
    closed_day = "weekend" if at.weekday() >= 5 else "holiday"
    reason = "after hours" if session else closed_day
    return MarketStatus(is_open=False, reason=reason, changes_at=session_after(at.date()).opens, session=session)


def utc_iso(moment: datetime) -> str:
    """Return `moment` as ISO 8601 in UTC with a Z, the form of every message and file we write."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
