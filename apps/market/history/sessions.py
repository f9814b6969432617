"""Which session a moment belongs to, and which sessions are over."""

from datetime import date, datetime, timedelta

from alphagex import clock
from alphagex.clock import Session

# Index options trade and closing prints arrive for a quarter of an hour after the bell; then a session's numbers stand.
SETTLING = timedelta(minutes=15)


def settled_at(session: Session) -> datetime:
    """Return when the last numbers of a session are in."""
    return session.closes + SETTLING


def session_of(moment: datetime) -> Session | None:
    """Return the session of the moment's day once it has opened; None before the open and on days without one."""
    moment = clock.in_new_york(moment)
    session = clock.session_on(moment.date())
    return session if session and moment >= session.opens else None


def newest_session(moment: datetime) -> Session:
    """Return the session that opened last at `moment`: nights, weekends and holidays follow the one before them."""
    moment = clock.in_new_york(moment)
    session = clock.session_on_or_before(moment.date())
    return session if moment >= session.opens else session_before(session.day)


def session_before(day: date) -> Session:
    """Return the last session earlier than `day`. Raises ValueError outside the calendar."""
    return clock.session_on_or_before(day - timedelta(days=1))


def finished_sessions(count: int, *, at: datetime) -> list[Session]:
    """Return the last `count` sessions that are over and settled at `at`, oldest first (from 2004 on)."""
    session = newest_session(at)
    if at < settled_at(session):
        session = session_before(session.day)
    sessions = [session]
    while len(sessions) < count and session.day > clock.FIRST_DAY + timedelta(days=10):
        session = session_before(session.day)
        sessions.append(session)
    return sessions[::-1]


def sessions_between(first: datetime, last: datetime) -> list[Session]:
    """Return the sessions that opened from the one `first` falls under up to `last`, oldest first."""
    session = newest_session(first)
    sessions = []
    while session.opens <= last:
        sessions.append(session)
        session = clock.session_after(session.day)
    return sessions
