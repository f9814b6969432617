"""Option chains of the simulated market: contracts, interest and volume of a session, priced at a moment."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import Chain, FloatArray, Origin
from apps.market.sources.columns import counted_on
from apps.market.sources.protocol import SourceUnavailable
from apps.market.sources.simulated import interest, noise, prices, quotes, surface, variance_clock
from apps.market.sources.simulated.listing import Contracts, list_contracts
from apps.market.sources.simulated.universe import Instrument

SECONDS_PER_YEAR = 365 * 86_400
MEMORY_SESSIONS = 3  # closes over which positions were built
KEPT_DAYS = 64  # symbols and sessions whose contracts are kept; about 0.7 MB for SPX
# Positions look back a few sessions, and the nearest weekly options some weeks ahead, both inside the calendar.
FIRST_DAY, LAST_DAY = clock.FIRST_DAY + timedelta(days=14), clock.LAST_DAY - timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Day:
    """What does not change during a session; arrays about settlements have one entry per series.

    settles_at: Unix seconds. settles_on_clock: the same read off the New York clock. settles: days of variance.
    ids: a number per contract. trades: key of the day's last trades.
    """

    contracts: Contracts
    settles_at: FloatArray
    settles_on_clock: FloatArray
    settles: FloatArray
    roots: tuple[str, ...]
    root: NDArray[np.int16]
    expiration: NDArray[np.datetime64]
    last_close: float
    open_interest: FloatArray
    volume: FloatArray
    ids: noise.UintArray
    trades: int


class Chains:
    """Makes the chains of one seed; nothing is remembered that could not be computed again."""

    def __init__(self, seed: int, origin: Origin) -> None:
        self._seed = seed
        self._origin = origin
        self._days: OrderedDict[tuple[str, date], _Day] = OrderedDict()

    def chain(self, instrument: Instrument, at: datetime) -> Chain:
        """Return the chain at `at` (New York). Raises SourceUnavailable outside the calendar."""
        now = days_until(at)
        day = self._day(instrument, at)
        # A series ends a second before its settlement: at the very instant there is no variance left to price.
        alive = day.settles_at - at.timestamp() >= 1.0
        keep = alive[day.contracts.of_series]
        series, strike, is_call = day.contracts.of_series[keep], day.contracts.strike[keep], day.contracts.is_call[keep]
        spot = float(prices.traded_prices(self._seed, instrument, np.array([now]))[0])

        money = surface.money_variance(
            np.where(alive, day.settles - now, 1.0),
            today=prices.variance_per_day(self._seed, instrument, np.array([now])),
            usual=prices.usual_variance(instrument),
        )
        variance = surface.total_variance(
            np.log(strike / spot), money[series], skew=instrument.skew, curvature=instrument.curvature
        )
        # Volatility is quoted per year of the wall clock, as the analysis counts time: a day is 24 hours, always.
        years = (day.settles_on_clock - on_clock(at))[series] / SECONDS_PER_YEAR
        priced = quotes.price_contracts(spot, strike, is_call, variance)
        session = clock.session_on_or_before(at.date())
        bid, ask = quotes.bid_and_ask(
            priced, spot, strike, is_call, listing=instrument.listing, is_open=session.opens <= at < session.closes
        )
        volume = np.floor(day.volume[keep] * variance_clock.session_share(session, at))
        luck = noise.uniforms(day.trades, noise.scrambled(day.ids[keep]) + volume.astype(np.uint64))
        return Chain(
            symbol=instrument.symbol,
            spot=spot,
            as_of=at,
            origin=self._origin,
            roots=day.roots,
            root=day.root[series],
            expiration=day.expiration[series],
            is_call=is_call,
            strike=strike,
            iv=np.sqrt(variance / years),
            open_interest=day.open_interest[keep],
            volume=volume,
            bid=bid,
            ask=ask,
            last=quotes.last_trades(priced, bid, ask, volume, luck, listing=instrument.listing),
            feed_gamma=np.round(priced.gamma, 4),
            change=round(spot - day.last_close, 2),
            open_interest_date=counted_on(at),
        )

    def _day(self, instrument: Instrument, at: datetime) -> _Day:
        session = clock.session_on_or_before(at.date())
        place = (instrument.symbol, session.day)
        known = self._days.get(place)
        if known is None:
            known = self._days[place] = self._opened(instrument, session.day)
            if len(self._days) > KEPT_DAYS:
                self._days.popitem(last=False)
        return known

    def _opened(self, instrument: Instrument, day: date) -> _Day:
        before = np.array([variance_clock.elapsed(close) for close in _closes_before(day)])
        closes = prices.exact_prices(self._seed, instrument, before)
        last_close = float(np.round(closes[0], 2))
        contracts = list_contracts(instrument, day, last_close=last_close)
        key = noise.key_of(self._seed, instrument.symbol)
        roots = tuple(sorted({one.root for one in contracts.series}))
        return _Day(
            contracts=contracts,
            settles_at=np.array([one.settles_at.timestamp() for one in contracts.series]),
            settles_on_clock=np.array([on_clock(one.settles_at) for one in contracts.series]),
            settles=np.array([variance_clock.elapsed(one.settles_at) for one in contracts.series]),
            roots=roots,
            root=np.array([roots.index(one.root) for one in contracts.series], dtype=np.int16),
            expiration=np.array([one.expiration for one in contracts.series], dtype="datetime64[D]"),
            last_close=last_close,
            open_interest=interest.open_interest(
                instrument, contracts, day=day, centre=float(np.exp(np.log(closes).mean())), key=key
            ),
            volume=interest.full_day_volume(instrument, contracts, day=day, last_close=last_close, key=key),
            ids=interest.contract_ids(contracts),
            trades=noise.key_of(key, "trades", day.isoformat()),
        )


def on_clock(moment: datetime) -> float:
    """Return seconds since 1970 as a clock on the wall counts them, without the hours of daylight saving."""
    return moment.replace(tzinfo=UTC).timestamp()


def days_until(at: datetime) -> float:
    """Return the days of variance until `at`. Raises SourceUnavailable where there is no market to simulate."""
    day = clock.in_new_york(at).date()
    if not FIRST_DAY <= day <= LAST_DAY:
        raise SourceUnavailable(
            f"The simulated market knows no such day: {day} is not between {FIRST_DAY} and {LAST_DAY}. "
            "Check the clock of this machine."
        )
    return variance_clock.elapsed(at)


def _closes_before(day: date) -> list[datetime]:
    """Return the last closes before the session of `day`, the newest first."""
    closes: list[datetime] = []
    while len(closes) < MEMORY_SESSIONS:
        session = clock.session_on_or_before(day - timedelta(days=1))
        closes.append(session.closes)
        day = session.day
    return closes
