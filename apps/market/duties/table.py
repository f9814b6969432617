"""The duties of this desk: what each does, when it is due, and how long it may be late.

Moments follow the exchange's calendar, in a simulated or replayed market too. Half days close at 13:00.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from alphagex import clock
from apps.market.history import retention
from apps.market.scorecard import freezing, outcomes
from apps.market.tracking import correlation, gamma_history

BEFORE_CLOSE = timedelta(minutes=15)
AFTER_CLOSE = timedelta(minutes=20)  # closing prints and quotes delayed by a quarter of an hour are in
NIGHTLY = time(2, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """One line of the table.

    slots: the moments of a calendar day, oldest first. late_by: a slot not begun within that is let go; None: the
    latest one is made up for, however long ago it was. work: takes the slot and the moment it runs; it may run twice.
    """

    name: str
    does: str
    due: str
    slots: Callable[[date], tuple[datetime, ...]]
    late_by: timedelta | None
    work: Callable[[datetime, datetime], object]


def before_open(day: date) -> tuple[datetime, ...]:
    """Return 09:25 of a session's day."""
    session = clock.session_on(day)
    return (freezing.freezes_at(session),) if session else ()


def quarter_hours(day: date) -> tuple[datetime, ...]:
    """Return the quarter hours of a session from its open on; the close is recorded with the day's summary."""
    session = clock.session_on(day)
    if session is None:
        return ()
    count = (session.closes - session.opens) // gamma_history.QUARTER
    return tuple(session.opens + place * gamma_history.QUARTER for place in range(count))


def before_close(day: date) -> tuple[datetime, ...]:
    """Return the moment 15 minutes before a session's close."""
    session = clock.session_on(day)
    return (session.closes - BEFORE_CLOSE,) if session else ()


def after_close(day: date) -> tuple[datetime, ...]:
    """Return the moment 20 minutes after a session's close."""
    session = clock.session_on(day)
    return (session.closes + AFTER_CLOSE,) if session else ()


def at_night(day: date) -> tuple[datetime, ...]:
    """Return 02:30 of any day; on the day whose clocks skip that time, the moment they would have shown it."""
    shown = datetime.combine(day, NIGHTLY, clock.NEW_YORK)
    return (clock.in_new_york(shown.astimezone(UTC)),)


def keep_house(slot: datetime, at: datetime) -> None:
    """Let go of gamma records older than 90 days and thin out snapshots."""
    gamma_history.cleanup(at)
    retention.thin(at)


TABLE = (
    Routine(
        name="Levels frozen",
        does="Keeps flip, walls and expected move of the watched symbols as they stand before the open.",
        due="09:25 before each session",
        slots=before_open,
        late_by=timedelta(hours=3),  # before the earliest close: nothing is kept for a session that is over
        work=freezing.freeze,
    ),
    Routine(
        name="Gamma history",
        does="Records net GEX, flip, walls, volatility and put/call ratio of the watched symbols.",
        due="Every quarter hour of a session from 09:30 on",
        slots=quarter_hours,
        late_by=timedelta(minutes=45),
        work=gamma_history.capture,
    ),
    Routine(
        name="Gamma predictions",
        does="Logs how much gamma goes today and this week, to be held against the next session.",
        due="15 minutes before the close",
        slots=before_close,
        late_by=timedelta(minutes=20),
        work=correlation.log_predictions,
    ),
    Routine(
        name="Close of the day",
        does="Records the close, finishes the day's figures, its gamma summary and the likeness to SPY.",
        due="20 minutes after the close",
        slots=after_close,
        late_by=None,
        work=gamma_history.close_day,
    ),
    Routine(
        name="Levels scored",
        does="Holds the frozen levels against what the session did: touched, held, broken, closed beyond.",
        due="20 minutes after the close",
        slots=after_close,
        late_by=None,
        work=outcomes.score,
    ),
    Routine(
        name="Outcomes of predictions",
        does="Fills in what the market did in the session after each logged prediction.",
        due="20 minutes after the close",
        slots=after_close,
        late_by=None,
        work=correlation.fill_outcomes,
    ),
    Routine(
        name="Housekeeping",
        does="Removes gamma records older than 90 days and thins out old snapshots.",
        due="02:30 every night",
        slots=at_night,
        late_by=None,
        work=keep_house,
    ),
)
