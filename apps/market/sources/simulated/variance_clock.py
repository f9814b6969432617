"""How much the market moves at which time of day: real moments as days of variance."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar

import numpy as np

from alphagex import clock
from apps.market.chain import FloatArray

SESSION, NIGHT, CLOSED = 0.72, 0.28, 0.10  # days of variance in a session, around it, and on a day without one
DAYS_PER_YEAR = 252 * (SESSION + NIGHT) + 113 * CLOSED
Share = TypeVar("Share", float, FloatArray)
FLOOR, SMILE = 0.70, 0.90  # rate at noon, and what is added to it at the open and the close; mean over the session 1


def elapsed(moment: datetime) -> float:
    """Return days of variance from the first day of the calendar to `moment`; continuous and increasing.

    Raises ValueError outside the exchange calendar.
    """
    moment = clock.in_new_york(moment)
    day = moment.date()
    if not clock.FIRST_DAY <= day < clock.LAST_DAY:
        raise ValueError(f"{day} is outside the exchange calendar, {clock.FIRST_DAY} to {clock.LAST_DAY}.")
    midnight, next_midnight = _midnight(day), _midnight(day + timedelta(days=1))
    now = moment.timestamp()
    before = _before(day)
    session = clock.session_on(day)
    if session is None:
        return before + CLOSED * (now - midnight) / (next_midnight - midnight)
    opens, closes = session.opens.timestamp(), session.closes.timestamp()
    quiet = (opens - midnight) + (next_midnight - closes)
    asleep = min(now, opens) - midnight + max(now - closes, 0.0)
    return before + NIGHT * asleep / quiet + SESSION * session_share(session, moment)


def session_share(session: clock.Session, moment: datetime) -> float:
    """Return how much of a session's movement (and trade) has happened by `moment`, 0 to 1; fast at both ends."""
    done = (moment - session.opens).total_seconds() / length_of(session)
    return share_after(min(max(done, 0.0), 1.0))


def elapsed_in(session: clock.Session, seconds: FloatArray) -> FloatArray:
    """Return what `elapsed` returns, at many moments of one session at once. seconds: after its open."""
    opens, closes = session.opens.timestamp(), session.closes.timestamp()
    midnight, next_midnight = _midnight(session.day), _midnight(session.day + timedelta(days=1))
    asleep, quiet = opens - midnight, (opens - midnight) + (next_midnight - closes)
    return _before(session.day) + NIGHT * asleep / quiet + SESSION * share_after(seconds / length_of(session))


def length_of(session: clock.Session) -> float:
    """Return the seconds from open to close."""
    return (session.closes - session.opens).total_seconds()


def share_after(done: Share) -> Share:
    """Return the share of a session's movement (and trade) that has happened after a share of its time."""
    bent = 2 * done - 1
    # Multiplied out: numbers and arrays are raised to powers in ways that differ in the last digit.
    return FLOOR * done + SMILE * (bent * bent * bent + 1) / 6


def _before(day: date) -> float:
    """Return the days of variance before midnight of `day`."""
    return float(_until_day()[(day - clock.FIRST_DAY).days])


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), clock.NEW_YORK).timestamp()


@lru_cache(maxsize=1)
def _until_day() -> FloatArray:
    """Return the days of variance before each day of the calendar."""
    count = (clock.LAST_DAY - clock.FIRST_DAY).days + 1
    days = (clock.FIRST_DAY + timedelta(days=at) for at in range(count))
    return np.cumsum([0.0, *(SESSION + NIGHT if clock.session_on(day) else CLOSED for day in days)])
