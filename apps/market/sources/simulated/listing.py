"""Which contracts are listed on a day: expirations by the exchange's habits, strikes around the last close."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import FloatArray
from apps.market.exposure.settlement import settlement_instant
from apps.market.sources.simulated.universe import Instrument

FRIDAY = 4
WING = 0.22  # of the last close; beyond it only every hundredth step is listed
# How much open interest a series gathers against a plain daily one.
DAILY, WEEKLY, MONTH_END, MONTHLY, QUARTERLY = 1.0, 2.2, 3.5, 6.0, 10.0


@dataclass(frozen=True, slots=True)
class Series:
    """All contracts of one root and date. popularity: open interest against a plain daily series."""

    root: str
    expiration: date
    settles_at: datetime
    popularity: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contracts:
    """The contracts of a day; arrays have one entry per contract, `of_series` says which series it belongs to."""

    series: tuple[Series, ...]
    of_series: NDArray[np.int64]
    strike: FloatArray
    is_call: NDArray[np.bool_]


def list_series(instrument: Instrument, day: date) -> tuple[Series, ...]:
    """Return the series listed in the session of `day`, earliest settlement first."""
    popular: dict[date, float] = {}
    for listed, popularity in _dates(instrument, day):
        if day <= listed:
            popular[listed] = max(popularity, popular.get(listed, 0.0))
    series = []
    for listed, popularity in popular.items():
        monthly = popularity >= MONTHLY
        if instrument.morning_root and monthly:
            name = instrument.morning_root
            series.append(Series(name, listed, settlement_instant(name, listed), popularity))
            popularity = MONTH_END  # the series that settles at the close stands in the monthly's shadow
        series.append(Series(instrument.root, listed, settlement_instant(instrument.root, listed), popularity))
    return tuple(sorted(series, key=lambda one: (one.settles_at, one.root)))


def list_contracts(instrument: Instrument, day: date, *, last_close: float) -> Contracts:
    """Return the contracts listed in the session of `day`: dense around the last close, sparse in the wings."""
    series = list_series(instrument, day)
    strikes = [_strikes(instrument, (one.expiration - day).days, last_close) for one in series]
    counts = [len(column) for column in strikes]
    of_series = np.repeat(np.arange(len(series)), counts)
    return Contracts(
        series=series,
        of_series=np.repeat(of_series, 2),
        strike=np.repeat(np.concatenate(strikes), 2),
        is_call=np.tile([True, False], len(of_series)),
    )


def _dates(instrument: Instrument, day: date) -> list[tuple[date, float]]:
    is_share = instrument.listing == "share"
    found: list[tuple[date, float]] = []
    for ahead in range(50 if is_share else 71):
        candidate = day + timedelta(days=ahead)
        if candidate.weekday() == FRIDAY:
            found.append((_session_day(candidate), WEEKLY))
        elif not is_share and ahead <= 35 and clock.session_on(candidate):
            found.append((candidate, DAILY))
    for ahead in range(62):
        year, month = divmod(day.year * 12 + day.month - 1 + ahead, 12)
        month += 1
        if year >= clock.LAST_DAY.year:
            break
        if _lists_month(instrument, ahead, month):
            found.append((_third_friday(year, month), QUARTERLY if month % 3 == 0 or ahead > 12 else MONTHLY))
        if instrument.listing == "index" and ahead <= 11:
            found.append((_session_day(_first_of_next(year, month) - timedelta(days=1)), MONTH_END))
    return found


def _lists_month(instrument: Instrument, ahead: int, month: int) -> bool:
    """Return whether the third Friday `ahead` months from now is listed: near months, then quarters, then years."""
    if instrument.listing == "index":
        return ahead <= 12 or (ahead <= 24 and month % 3 == 0) or month == 12
    if instrument.listing == "fund":
        return ahead <= 9 or (ahead <= 20 and month % 3 == 0) or (ahead <= 32 and month in (1, 12))
    return ahead <= 6 or (ahead <= 14 and month % 3 == 0) or (ahead <= 30 and month == 1)


def _session_day(day: date) -> date:
    return clock.session_on_or_before(day).day


def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return _session_day(first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 14))


def _first_of_next(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _strikes(instrument: Instrument, days: int, last_close: float) -> FloatArray:
    step = instrument.strike_step
    deviation = instrument.volatility * ((days + 1) / 365) ** 0.5
    # Every step near the money, every fifth further out, every twentieth in the wings, every hundredth beyond.
    steps_near, steps_middle = (14, 55) if instrument.listing == "index" else (30, 75)
    near = min(max(1.3 * deviation, 3 * step / last_close, 0.008), steps_near * step / last_close)
    middle = min(max(3.2 * deviation, 0.03), steps_middle * step / last_close)
    low, high = 1 - min(max(8 * deviation, 0.12), 0.75), 1 + min(max(5 * deviation, 0.08), 1.0)
    steps: FloatArray = np.arange(max(np.ceil(last_close * low / step), 1), np.floor(last_close * high / step) + 1)
    distance = np.abs(steps * step / last_close - 1)
    listed = (distance <= near) | ((steps % 5 == 0) & (distance <= middle)) | ((steps % 20 == 0) & (distance <= WING))
    strikes: FloatArray = steps[listed | (steps % 100 == 0)] * step
    return strikes
