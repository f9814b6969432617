"""Price bars from a path through regular sessions: what Yahoo's chart shows for an interval and a period.

The path has one point a minute, from open to close; a bar is what happens on the points from its start to its end,
both included, so that bars of any interval over the same time agree. The bar of now ends now.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import FloatArray
from apps.market.sources.protocol import UnknownSymbol
from apps.market.sources.simulated import variance_clock
from apps.market.sources.simulated.chains import FIRST_DAY

DAILY = 0
# Minutes in a bar, and how many days back Yahoo has such bars.
INTERVALS = {"1m": (1, 8), "5m": (5, 60), "15m": (15, 60), "30m": (30, 60), "1h": (60, 730), "1d": (DAILY, 36_500)}
_SESSIONS = {"1d": 1, "5d": 5}
_MONTHS = {"1mo": 1, "3mo": 3, "6mo": 6, "1y": 12, "2y": 24, "5y": 60}
_DAYS_OF_PERIOD = {"1d": 1, "5d": 7} | {period: 30 * months for period, months in _MONTHS.items()}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a session: from its open to `seconds[-1]` after it, a point a minute and one at the end."""

    session: clock.Session
    seconds: FloatArray


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of a stretch, one row each. prices: open, high, low, close, shape (bars, 4). ends: seconds after the open.

    starts: index of each bar's first point.
    """

    prices: FloatArray
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]


Path = Callable[[Sequence[Stretch]], FloatArray]
"""Prices at all points of the stretches, one after the other."""


def read_detail(detail: str) -> tuple[int, str]:
    """Return the minutes of a bar (0: a session) and the period of `interval:period`. Raises UnknownSymbol."""
    interval, _, period = detail.partition(":")
    if interval not in INTERVALS or period not in _DAYS_OF_PERIOD:
        raise UnknownSymbol(
            f"{detail!r} are no bars of the simulated market. Ask for interval:period with an interval of "
            f"{', '.join(INTERVALS)} and a period of {', '.join(_DAYS_OF_PERIOD)}."
        )
    minutes, reach = INTERVALS[interval]
    if _DAYS_OF_PERIOD[period] > reach:
        raise UnknownSymbol(f"Bars of {interval} go back {reach} days, not {period}. Ask for a longer interval.")
    return minutes, period


def stretches_of(period: str, at: datetime) -> list[Stretch]:
    """Return the sessions of a period that have begun by `at` (New York), oldest first; the last may not be over.

    Yahoo's meaning: days are sessions, months and years go back to the same day of the calendar.
    """
    newest = clock.session_on_or_before(at.date())
    if at < newest.opens:
        newest = clock.session_on_or_before(at.date() - timedelta(days=1))
    sessions = [newest]
    first = _months_before(newest.day, _MONTHS[period]) if period in _MONTHS else FIRST_DAY
    count = _SESSIONS.get(period)
    day = newest.day - timedelta(days=1)
    while day >= max(first, FIRST_DAY) and len(sessions) != count:
        if session := clock.session_on(day):
            sessions.append(session)
        day -= timedelta(days=1)
    return [stretch(session, at) for session in reversed(sessions)]


def stretch(session: clock.Session, at: datetime) -> Stretch:
    """Return the part of a session until `at`, which is not before its open."""
    until = min(variance_clock.length_of(session), (at - session.opens).total_seconds())
    minutes = np.arange(0.0, until, 60.0)
    return Stretch(session, np.append(minutes, until))


def bars_of(points: FloatArray, minutes: int) -> Bars:
    """Return the bars of a stretch's points. minutes: in a bar, 0 for one bar of all."""
    last = len(points) - 1
    starts = np.arange(0, max(last, 1), minutes or max(last, 1))
    ends = np.minimum(np.append(starts[1:], last), last)
    # A bar ends where the next begins: that point belongs to both.
    high = np.maximum(np.maximum.reduceat(points, starts), points[ends])
    low = np.minimum(np.minimum.reduceat(points, starts), points[ends])
    return Bars(np.stack([points[starts], high, low, points[ends]], axis=1), starts, ends)


def as_value(times: Sequence[datetime], prices: FloatArray, volume: Sequence[float]) -> dict[str, list[Any]]:
    """Return bars as the value of Kind.BARS."""
    return {
        "time": [time.isoformat() for time in times],
        **{name: prices[:, column].tolist() for column, name in enumerate(("open", "high", "low", "close"))},
        "volume": [int(shares) for shares in volume],
    }


def last_moment(stretches: Sequence[Stretch]) -> datetime:
    """Return the moment of the last point."""
    newest = stretches[-1]
    return newest.session.opens + timedelta(seconds=float(newest.seconds[-1]))


def variance_days(stretches: Sequence[Stretch]) -> FloatArray:
    """Return the points as days of variance."""
    return np.concatenate([variance_clock.elapsed_in(one.session, one.seconds) for one in stretches])


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
