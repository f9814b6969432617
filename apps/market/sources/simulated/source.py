"""The simulated source: a chain for any symbol of the little market at any moment."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import Chain, FloatArray, Origin
from apps.market.sources.columns import counted_on
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.simulated import interest, noise, quotes, surface, variance_clock
from apps.market.sources.simulated.listing import Contracts, list_contracts
from apps.market.sources.simulated.universe import INSTRUMENTS, Instrument

SECONDS_PER_YEAR = 365 * 86_400
MEMORY_SESSIONS = 3  # closes over which positions were built
LEVERAGE = 4.0  # how much volatility rises when the market falls: 1 % down, 4 % up
KEPT_DAYS = 64  # symbols and sessions whose contracts are kept; about 0.6 MB for SPX


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Day:
    """What does not change during a session; arrays about settlements have one entry per series.

    settles_at: Unix seconds. settles_on_clock: the same read off the New York clock. settles: days of variance.
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


class SimulatedSource:
    """Delivers chains of a seeded market; nothing is remembered that could not be computed again."""

    name = "simulated"
    always_open = True

    def __init__(self, seed: int = 42) -> None:
        self._seed = seed
        self._origin = Origin(source=self.name, kind="simulated", label="Simulated", detail=f"seed {seed}")
        self._days: OrderedDict[tuple[str, date], _Day] = OrderedDict()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the simulated market."""
        return tuple(INSTRUMENTS)

    def spot(self, symbol: str, at: datetime) -> float:
        """Return the price of `symbol` at `at`, in cents."""
        instrument = self._instrument(symbol)
        return round(float(self._prices(instrument, [_elapsed(at)])[0]), 2)

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the chain of `symbol` at `at`, the same for every caller with the same seed."""
        instrument = self._instrument(symbol)
        at = clock.in_new_york(at)
        now = _elapsed(at)
        day = self._day(instrument, at)
        # A series ends a second before its settlement: at the very instant there is no variance left to price.
        alive = day.settles_at - at.timestamp() >= 1.0
        keep = alive[day.contracts.of_series]
        series, strike, is_call = day.contracts.of_series[keep], day.contracts.strike[keep], day.contracts.is_call[keep]
        spot = self.spot(instrument.symbol, at)

        usual = instrument.volatility**2 / variance_clock.DAYS_PER_YEAR
        money = surface.money_variance(
            np.where(alive, day.settles - now, 1.0), today=usual * self._agitation(now) ** 2, usual=usual
        )
        variance = surface.total_variance(
            np.log(strike / spot), money[series], skew=instrument.skew, curvature=instrument.curvature
        )
        # Volatility is quoted per year of the wall clock, as the analysis counts time: a day is 24 hours, always.
        years = (day.settles_on_clock - _on_clock(at))[series] / SECONDS_PER_YEAR
        priced = quotes.price_contracts(spot, strike, is_call, variance)
        session = clock.session_on_or_before(at.date())
        bid, ask = quotes.bid_and_ask(
            priced, spot, strike, is_call, listing=instrument.listing, is_open=session.opens <= at < session.closes
        )
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
            volume=np.floor(day.volume[keep] * variance_clock.session_share(session, at)),
            bid=bid,
            ask=ask,
            feed_gamma=np.round(priced.gamma, 4),
            change=round(spot - day.last_close, 2),
            open_interest_date=counted_on(at),
        )

    def _instrument(self, symbol: str) -> Instrument:
        instrument = INSTRUMENTS.get(symbol.strip().upper().lstrip("^_$"))
        if instrument is None:
            raise UnknownSymbol(
                f"Symbol {symbol!r} has no listed options in the simulated market. "
                f"Check the spelling or pick one of {', '.join(sorted(INSTRUMENTS, key=_popular_first))}."
            )
        return instrument

    def _prices(self, instrument: Instrument, moments: list[float]) -> FloatArray:
        """Return unrounded prices at moments in days of variance."""
        days = np.array(moments)
        moved = np.zeros(len(days))
        for factor, volatility in instrument.moves:
            daily = volatility / variance_clock.DAYS_PER_YEAR**0.5
            moved += daily * noise.walk(noise.key_of(self._seed, "factor", factor), days)
        return instrument.anchor * np.exp(moved)

    def _agitation(self, now: float) -> float:
        """Return volatility against its usual level: higher after a fall, and with a life of its own."""
        moment = np.array([now])
        market = (
            0.13 / variance_clock.DAYS_PER_YEAR**0.5 * noise.walk(noise.key_of(self._seed, "factor", "market"), moment)
        )
        own = 0.03 * noise.walk(noise.key_of(self._seed, "volatility"), moment)
        return float(np.clip(np.exp(own - LEVERAGE * market)[0], 0.6, 2.5))

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
        closes = self._prices(instrument, [_elapsed(close) for close in _closes_before(day)])
        last_close = round(float(closes[0]), 2)
        contracts = list_contracts(instrument, day, last_close=last_close)
        key = noise.key_of(self._seed, instrument.symbol)
        roots = tuple(sorted({one.root for one in contracts.series}))
        return _Day(
            contracts=contracts,
            settles_at=np.array([one.settles_at.timestamp() for one in contracts.series]),
            settles_on_clock=np.array([_on_clock(one.settles_at) for one in contracts.series]),
            settles=np.array([_elapsed(one.settles_at) for one in contracts.series]),
            roots=roots,
            root=np.array([roots.index(one.root) for one in contracts.series], dtype=np.int16),
            expiration=np.array([one.expiration for one in contracts.series], dtype="datetime64[D]"),
            last_close=last_close,
            open_interest=interest.open_interest(
                instrument, contracts, day=day, centre=float(np.exp(np.log(closes).mean())), key=key
            ),
            volume=interest.full_day_volume(instrument, contracts, day=day, last_close=last_close, key=key),
        )


def _on_clock(moment: datetime) -> float:
    """Return seconds since 1970 as a clock on the wall counts them, without the hours of daylight saving."""
    return moment.replace(tzinfo=UTC).timestamp()


def _elapsed(moment: datetime) -> float:
    try:
        return variance_clock.elapsed(moment)
    except ValueError as error:
        raise SourceUnavailable(f"The simulated market knows no such day: {error}") from error


def _closes_before(day: date) -> list[datetime]:
    """Return the last closes before the session of `day`, the newest first."""
    closes: list[datetime] = []
    while len(closes) < MEMORY_SESSIONS:
        session = clock.session_on_or_before(day - timedelta(days=1))
        closes.append(session.closes)
        day = session.day
    return closes


def _popular_first(symbol: str) -> tuple[bool, str]:
    return (symbol not in ("SPY", "SPX", "QQQ", "IWM"), symbol)
