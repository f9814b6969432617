"""The simulated VIX is what SPX options cost, recomputed here from the chain alone."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.sources.protocol import Kind, Question, UnknownSymbol
from apps.market.sources.simulated import SimulatedSource
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND

MOMENTS = [
    OPEN_MARKET,
    OPEN_MARKET.replace(hour=9, minute=30),
    OPEN_MARKET.replace(hour=16, minute=0),
    OPEN_MARKET.replace(hour=3),
    WEEKEND,
    HALF_DAY_AFTERNOON,
    datetime(2026, 10, 28, 14, tzinfo=NEW_YORK),  # 30 days on, it is the afternoon of a half day
    datetime(2026, 10, 27, 10, tzinfo=NEW_YORK),  # 30 days on, it is Thanksgiving
    datetime(2026, 2, 20, 15, 59, tzinfo=NEW_YORK),  # the clocks change in between
    datetime(2028, 2, 29, 12, tzinfo=NEW_YORK),
]


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=42)


def bars(market: SimulatedSource, symbol: str, detail: str, at: datetime) -> dict[str, list[Any]]:
    return market.fetch(Question(kind=Kind.BARS, symbol=symbol, detail=detail), at=at).value  # type: ignore[no-any-return]


def thirty_day_volatility(chain: Chain) -> float:
    """Return the at-the-money volatility in 30 days of SPXW options, percent a year."""
    weekly = chain.is_call & (chain.root == chain.roots.index("SPXW"))
    points = []
    for listed in np.unique(chain.expiration[weekly]).tolist():
        rows = weekly & (chain.expiration == np.datetime64(listed))
        order = np.argsort(chain.strike[rows])
        at_the_money = float(np.interp(chain.spot, chain.strike[rows][order], chain.iv[rows][order]))
        days = wall_clock_days(chain.as_of, listed)
        points.append((days, at_the_money**2 * days))
    days_ahead, variance = zip(*points, strict=True)
    return float(100 * np.sqrt(np.interp(30.0, days_ahead, variance) / 30))


def wall_clock_days(at: datetime, listed: date) -> float:
    session = clock.session_on(listed)
    assert session
    ahead = session.closes.replace(tzinfo=None) - at.replace(tzinfo=None)
    return ahead / timedelta(days=1)


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_it_is_the_thirty_day_volatility_of_the_chain(market: SimulatedSource, at: datetime) -> None:
    chain = market.fetch_chain("SPX", at=at)
    assert market.spot("VIX", at) == pytest.approx(thirty_day_volatility(chain), abs=0.02)
    assert market.spot("^VIX", at) == market.spot("VIX", at)


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_an_analysis_of_the_chain_reads_the_same_volatility(market: SimulatedSource, at: datetime) -> None:
    exposure = analyse(market.fetch_chain("SPX", at=at))
    assert exposure.implied_volatility is not None
    assert market.spot("VIX", at) == pytest.approx(100 * exposure.implied_volatility, rel=0.01)


def test_it_rises_when_the_market_falls_and_stays_in_bounds(market: SimulatedSource) -> None:
    index, stocks = (bars(market, symbol, "1d:5y", OPEN_MARKET) for symbol in ("VIX", "SPX"))
    assert index["time"] == stocks["time"]
    of_index, of_stocks = (np.diff(np.log(np.array(value["close"]))) for value in (index, stocks))
    assert np.corrcoef(of_index, of_stocks)[0, 1] < -0.5
    assert min(index["low"]) > 8
    assert max(index["high"]) < 40
    assert 11 < np.median(index["close"]) < 18
    assert set(index["volume"]) == {0}


def test_its_bars_pass_through_the_level(market: SimulatedSource) -> None:
    value = bars(market, "VIX", "5m:1d", OPEN_MARKET)
    for text, opened in zip(value["time"], value["open"], strict=True):
        assert opened == market.spot("VIX", datetime.fromisoformat(text))
    assert value["close"][-1] == market.spot("VIX", OPEN_MARKET)


def test_it_moves_between_polls_without_jumps(market: SimulatedSource) -> None:
    levels = np.array([market.spot("VIX", OPEN_MARKET + timedelta(minutes=each)) for each in range(60)])
    assert len(set(levels)) > 20
    assert np.abs(np.diff(levels)).max() < 0.3


def test_it_has_no_options(market: SimulatedSource) -> None:
    with pytest.raises(UnknownSymbol, match="'VIX' has no listed options"):
        market.fetch_chain("VIX", at=OPEN_MARKET)
