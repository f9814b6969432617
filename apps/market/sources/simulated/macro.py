"""Macro figures of the simulated economy, under the names of the FRED series the desk asks for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from alphagex import clock
from apps.market.sources.protocol import UnknownSymbol
from apps.market.sources.simulated import noise

HISTORY_DAYS = 400  # how far observations go back
BASE_YEAR = 2025


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """level: in January of BASE_YEAR. wander: how far it moves in a day, in its own unit; growth: fraction per year.

    dates: of the observations that are published by a day, newest first. step: what values are rounded to. offset:
    added after rounding. held: days for which it stays the same.
    """

    level: float
    wander: float
    dates: Callable[[date], Iterator[date]]
    step: float
    growth: float = 0.0
    offset: float = 0.0
    held: int = 1


def observations(seed: int, name: str, day: date) -> list[dict[str, Any]]:
    """Return what of a series is published on `day` (New York), newest first. Raises UnknownSymbol."""
    series = SERIES.get(name.strip().upper())
    if series is None:
        raise UnknownSymbol(f"The simulated economy has no series {name!r}. Pick one of {', '.join(SERIES)}.")
    dates = list(series.dates(day))
    times = np.array([each.toordinal() // series.held * series.held for each in dates], dtype=np.float64)
    years = (times - date(BASE_YEAR, 1, 1).toordinal()) / 365.25
    wandered = series.wander * noise.walk(noise.key_of(seed, "macro", name.strip().upper()), times)
    values = series.level * (1 + series.growth) ** years + wandered
    decimals = max(len(f"{series.step:g}".partition(".")[2]), len(f"{series.offset:g}".partition(".")[2]))
    rounded = np.round(np.rint(values / series.step) * series.step + series.offset, decimals)
    return [{"date": each.isoformat(), "value": float(value)} for each, value in zip(dates, rounded, strict=True)]


def _business_days(day: date) -> Iterator[date]:
    """Yield sessions before `day`: figures of a day come out the morning after."""
    for back in range(1, HISTORY_DAYS):
        if clock.session_on(day - timedelta(days=back)):
            yield day - timedelta(days=back)


def _every_day(day: date) -> Iterator[date]:
    yield from (day - timedelta(days=back) for back in range(1, HISTORY_DAYS))


def _whole_weeks(day: date) -> Iterator[date]:
    """Yield sessions up to the Friday before the newest Monday: exchange rates come out once a week."""
    monday = day - timedelta(days=day.weekday())
    return _business_days(monday)


def _monthly(day: date) -> Iterator[date]:
    """Yield first days of months; a month's figure comes out on the 12th of the next one."""
    month = day.year * 12 + day.month - 1 - (1 if day.day >= 12 else 2)
    for back in range(HISTORY_DAYS // 30):
        year, number = divmod(month - back, 12)
        yield date(year, number + 1, 1)


SERIES = {
    "DGS10": Series(level=4.25, wander=0.05, dates=_business_days, step=0.01),  # ten-year yield, percent
    # Federal funds, percent: policy moves in quarters at its meetings; the market trades 8 hundredths above its floor.
    "DFF": Series(level=4.25, wander=0.03, dates=_every_day, step=0.25, offset=0.08, held=42),
    "DEXUSEU": Series(level=1.10, wander=0.004, dates=_whole_weeks, step=0.0001),  # US dollars for a euro
    "UNRATE": Series(level=4.1, wander=0.015, dates=_monthly, step=0.1),  # percent
    "CPIAUCSL": Series(level=317.0, wander=0.03, dates=_monthly, step=0.001, growth=0.027),  # index, 1982-84 = 100
}
