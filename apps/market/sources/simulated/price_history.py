"""Bars of every symbol of the simulated market, the volatility index among them."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from alphagex import clock
from apps.market.chain import FloatArray
from apps.market.sources.simulated import prices, volatility_index
from apps.market.sources.simulated.bars import (
    DAILY,
    Path,
    Stretch,
    as_value,
    bars_of,
    last_moment,
    read_detail,
    stretches_of,
    variance_days,
)
from apps.market.sources.simulated.shares import shares_of_session, shares_traded
from apps.market.sources.simulated.universe import VOLATILITY_INDEX, Instrument, instrument_of, plain

KEPT_SESSIONS = 40_000  # whole days of a symbol, about 200 bytes each; computing one anew takes half a millisecond


@dataclass(frozen=True, slots=True)
class _Underlying:
    """instrument: None for the volatility index, which nobody trades."""

    symbol: str
    instrument: Instrument | None
    path: Path


class PriceHistory:
    """Makes the bars of one seed. Days that are over never change; theirs are remembered."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._days: OrderedDict[tuple[str, date], FloatArray] = OrderedDict()

    def bars(self, symbol: str, detail: str, *, at: datetime) -> tuple[dict[str, list[Any]], datetime]:
        """Return the value of Kind.BARS and the moment it is of. Raises UnknownSymbol."""
        underlying = self._underlying(symbol)
        minutes, period = read_detail(detail)
        stretches = stretches_of(period, at)
        if minutes == DAILY:
            value = self._daily(underlying, stretches, at)
        else:
            value = self._intraday(underlying, stretches, minutes)
        return value, last_moment(stretches)

    def _daily(self, underlying: _Underlying, stretches: list[Stretch], at: datetime) -> dict[str, list[Any]]:
        found = {}
        for one in stretches:
            known = self._days.get((underlying.symbol, one.session.day))
            # What is remembered of a day may have been asked for later than `at`.
            if known is not None and one.session.closes <= at:
                found[one.session.day] = known
        missing = [one for one in stretches if one.session.day not in found]
        for one, points in zip(missing, _split(underlying.path, missing), strict=True):
            found[one.session.day] = bars_of(points, DAILY).prices[0]
            if one.session.closes <= at:
                self._days[underlying.symbol, one.session.day] = found[one.session.day]
        while len(self._days) > KEPT_SESSIONS:
            self._days.popitem(last=False)
        return as_value(
            [clock.midnight(one.session.day) for one in stretches],
            np.stack([found[one.session.day] for one in stretches]),
            [self._traded_in_all(underlying, one, at) for one in stretches],
        )

    def _intraday(self, underlying: _Underlying, stretches: list[Stretch], minutes: int) -> dict[str, list[Any]]:
        times: list[datetime] = []
        rows: list[FloatArray] = []
        volume: list[float] = []
        for one, points in zip(stretches, _split(underlying.path, stretches), strict=True):
            bars = bars_of(points, minutes)
            times += [one.session.opens + timedelta(minutes=int(start)) for start in bars.starts]
            rows.append(bars.prices)
            traded = self._traded(underlying, one)
            volume += (traded[bars.ends] - traded[bars.starts]).tolist()
        return as_value(times, np.concatenate(rows), volume)

    def _traded(self, underlying: _Underlying, stretch: Stretch) -> FloatArray:
        if underlying.instrument is None:
            return np.zeros(len(stretch.seconds))
        return shares_traded(self._seed, underlying.instrument, stretch)

    def _traded_in_all(self, underlying: _Underlying, stretch: Stretch, at: datetime) -> float:
        if underlying.instrument is None:
            return 0.0
        if stretch.session.closes <= at:
            return shares_of_session(self._seed, underlying.instrument, stretch.session)
        return float(self._traded(underlying, stretch)[-1])

    def _underlying(self, symbol: str) -> _Underlying:
        if plain(symbol) == VOLATILITY_INDEX:
            return _Underlying(VOLATILITY_INDEX, None, lambda stretches: volatility_index.levels(self._seed, stretches))
        instrument = instrument_of(symbol)
        return _Underlying(
            instrument.symbol,
            instrument,
            lambda stretches: prices.traded_prices(self._seed, instrument, variance_days(stretches)),
        )


def _split(path: Path, stretches: Sequence[Stretch]) -> list[FloatArray]:
    """Return the points of each stretch, computed together: that is much faster than one by one."""
    if not stretches:
        return []
    ends = np.cumsum([len(one.seconds) for one in stretches])
    return np.split(path(stretches), ends[:-1])
