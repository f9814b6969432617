"""When the trader looks for a trade: hourly, 10:00 to 15:00 New York, on real sessions; half days end earlier."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alphagex import clock

FIRST, LAST = time(10), time(15)
BEFORE_THE_CLOSE = timedelta(hours=1)
# A check sent at its hour reaches a worker seconds later; the last one must not be lost to that.
GRACE = timedelta(minutes=5)
LATE_BY = timedelta(minutes=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The hours of one session in which a trade may be opened. slots: when the checks are due."""

    session: clock.Session
    opens: datetime
    closes: datetime
    slots: tuple[datetime, ...]

    def holds(self, at: datetime) -> bool:
        """Return whether a trade may be opened at a moment."""
        return self.opens <= at < self.closes + GRACE


def window_on(day: date) -> Window | None:
    """Return the window of a day, None on weekends and holidays. A session that closes at 13:00 ends it at 12:00."""
    session = clock.session_on(day)
    if session is None:
        return None
    opens = datetime.combine(day, FIRST, clock.NEW_YORK)
    closes = min(datetime.combine(day, LAST, clock.NEW_YORK), session.closes - BEFORE_THE_CLOSE)
    hours = range(FIRST.hour, LAST.hour + 1)
    slots = tuple(datetime.combine(day, time(hour), clock.NEW_YORK) for hour in hours)
    return Window(session=session, opens=opens, closes=closes, slots=tuple(slot for slot in slots if slot <= closes))


def next_slot(at: datetime) -> datetime:
    """Return the first check after a moment. Raises ValueError outside the exchange's calendar."""
    day = clock.in_new_york(at).date()
    while True:
        window = window_on(day)
        for slot in window.slots if window else ():
            if slot > at:
                return slot
        day = clock.session_after(day).day


def why_no_entry(at: datetime) -> str:
    """Return why no trade may be opened at a moment, empty inside the window."""
    local = clock.in_new_york(at)
    window = window_on(local.date())
    if window is None:
        return f"No session on {local:%Y-%m-%d}: {clock.market_status(at).reason}."
    if window.holds(at):
        return ""
    hours = f"{window.opens:%H:%M} to {window.closes:%H:%M} ET"
    return f"{local:%H:%M} ET is outside the window, {hours}{', a half day' if window.session.is_half_day else ''}."
