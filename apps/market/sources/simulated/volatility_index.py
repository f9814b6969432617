"""The simulated VIX: what the SPX options say about the next 30 days, at the money, in percent a year."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from alphagex import clock
from apps.market.chain import FloatArray
from apps.market.sources.simulated import prices, surface, variance_clock
from apps.market.sources.simulated.bars import Stretch, variance_days
from apps.market.sources.simulated.chains import SECONDS_PER_YEAR, days_until, on_clock
from apps.market.sources.simulated.universe import INSTRUMENTS

HORIZON = timedelta(days=30)
_SPX = INSTRUMENTS["SPX"]


def level(seed: int, at: datetime) -> float:
    """Return the index at `at` (New York), in the session or out of it. Raises SourceUnavailable."""
    now = np.array([days_until(at)])
    return float(_levels(seed, now, np.array([on_clock(at)]), first=at, last=at)[0])


def levels(seed: int, stretches: Sequence[Stretch]) -> FloatArray:
    """Return the index at all points of the stretches, oldest first."""
    clocks = np.concatenate([on_clock(one.session.opens) + one.seconds for one in stretches])
    return _levels(
        seed, variance_days(stretches), clocks, first=stretches[0].session.opens, last=stretches[-1].session.closes
    )


def _levels(seed: int, now: FloatArray, clocks: FloatArray, *, first: datetime, last: datetime) -> FloatArray:
    """Interpolate between the closes on either side of 30 days, where SPX options settle, along the wall clock.

    now: days of variance. clocks: seconds on the wall clock. Total variance is what is interpolated: it adds up.
    """
    closes = _closes(first + HORIZON, last + HORIZON)
    on_the_wall = np.array([on_clock(close) for close in closes])
    settles = np.array([variance_clock.elapsed(close) for close in closes])
    wanted = clocks + HORIZON.total_seconds()
    after = np.searchsorted(on_the_wall, wanted, side="right")
    today, usual = prices.variance_per_day(seed, _SPX, now), prices.usual_variance(_SPX)
    near = surface.money_variance(settles[after - 1] - now, today=today, usual=usual)
    far = surface.money_variance(settles[after] - now, today=today, usual=usual)
    share = (wanted - on_the_wall[after - 1]) / (on_the_wall[after] - on_the_wall[after - 1])
    variance = near + share * (far - near)
    percent: FloatArray = 100 * np.sqrt(variance * (SECONDS_PER_YEAR / HORIZON.total_seconds()))
    return np.round(percent, 2)


def _closes(first: datetime, last: datetime) -> list[datetime]:
    """Return the closes of all sessions from the last one before `first` to the first one after `last`."""
    session = clock.session_on_or_before(first.date() - timedelta(days=1))
    closes = [session.closes]
    while closes[-1] <= last:
        session = clock.session_after(session.day)
        closes.append(session.closes)
    return closes
