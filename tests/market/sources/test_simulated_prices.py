"""The simulated prices leave no free lunch: parity, slopes, butterflies and calendars."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, FloatArray
from apps.market.exposure.settlement import seconds_until, settlements_of
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET, WEEKEND

MOMENTS = [
    OPEN_MARKET,
    WEEKEND,
    OPEN_MARKET.replace(hour=15, minute=58),
    datetime(2027, 6, 17, 9, 29, tzinfo=NEW_YORK),
    datetime(2031, 3, 3, 2, 0, tzinfo=NEW_YORK),
]


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def moment(request: pytest.FixtureRequest) -> datetime:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module", params=["SPX", "SPY", "NVDA", "INTC"])
def chain(request: pytest.FixtureRequest, moment: datetime) -> Chain:
    return SimulatedSource(seed=7).fetch_chain(request.param, at=moment)


def years_of(chain: Chain) -> FloatArray:
    settlements, of = settlements_of(chain.roots, chain.root, chain.expiration)
    return seconds_until(settlements, chain.as_of)[of] / (365 * 86_400)


def series_of(chain: Chain) -> Iterator[NDArray[np.intp]]:
    """Yield the calls of one root and date after the other, by strike; each is followed by its put."""
    calls = np.flatnonzero(chain.is_call)
    series = chain.expiration.astype(np.int64) * 8 + chain.root
    for one in np.unique(series):
        rows = calls[series[calls] == one]
        yield rows[np.argsort(chain.strike[rows])]


def call_prices(chain: Chain) -> FloatArray:
    """Return Black-Scholes calls from the volatility each contract shows."""
    deviation = chain.iv * np.sqrt(years_of(chain))
    d1 = np.log(chain.spot / chain.strike) / deviation + deviation / 2
    return chain.spot * ndtr(d1) - chain.strike * ndtr(d1 - deviation)


def test_call_and_put_of_a_strike_share_their_volatility_and_obey_parity(chain: Chain) -> None:
    for calls in series_of(chain):
        puts = calls + 1
        assert (chain.strike[puts] == chain.strike[calls]).all()
        assert not chain.is_call[puts].any()
        assert (chain.iv[puts] == chain.iv[calls]).all()
        mids = (chain.bid + chain.ask) / 2
        forward = mids[calls] - mids[puts]
        allowed = ((chain.ask - chain.bid)[calls] + (chain.ask - chain.bid)[puts]) / 2
        assert (np.abs(forward - (chain.spot - chain.strike[calls])) <= allowed + 1e-9).all()


def test_calls_fall_with_the_strike_and_butterflies_are_never_free(chain: Chain) -> None:
    prices = call_prices(chain)
    for calls in series_of(chain):
        slopes = np.diff(prices[calls]) / np.diff(chain.strike[calls])
        noise = 1e-9 * chain.spot
        assert (slopes <= noise).all()
        assert (slopes >= -1 - noise).all()
        assert (np.diff(slopes) >= -noise).all()


def test_total_variance_never_falls_with_the_settlement(chain: Chain) -> None:
    years = years_of(chain)
    variance = chain.iv**2 * years
    order = np.lexsort((years, chain.strike))
    same_strike = np.diff(chain.strike[order]) == 0
    assert (np.diff(variance[order])[same_strike] >= -1e-12).all()


def test_quotes_stand_on_their_ticks_around_the_model(chain: Chain) -> None:
    assert (chain.bid >= 0).all()
    assert (chain.ask > chain.bid).all()
    prices = np.where(chain.is_call, call_prices(chain), call_prices(chain) - chain.spot + chain.strike)
    assert (chain.bid <= np.maximum(prices, 0) + 1e-6).all()
    assert (chain.ask >= prices - 1e-6).all()
    if chain.symbol == "SPX":
        for quotes in (chain.bid, chain.ask):
            assert np.allclose(quotes * 20, np.rint(quotes * 20), atol=1e-6)


def test_the_smile_leans_towards_the_puts_and_zero_dte_is_the_dearest_at_the_money() -> None:
    chain = SimulatedSource(seed=7).fetch_chain("SPX", at=OPEN_MARKET)
    month = chain.expiration == np.datetime64("2026-12-18")

    def volatility(rows: NDArray[np.bool_], strike: float) -> float:
        return float(chain.iv[rows][np.argmin(np.abs(chain.strike[rows] - strike))])

    low, middle, high = (volatility(month, chain.spot * share) for share in (0.93, 1.0, 1.04))
    assert low > 1.2 * middle > 1.2 * high
    assert 0.06 < middle < 0.4
    today = chain.expiration == np.datetime64(OPEN_MARKET.date())
    assert volatility(today, chain.spot) > middle


def test_the_gamma_of_the_feed_has_four_decimals(chain: Chain) -> None:
    assert (np.round(chain.feed_gamma, 4) == chain.feed_gamma).all()
    deviation = chain.iv * np.sqrt(years_of(chain))
    d1 = np.log(chain.spot / chain.strike) / deviation + deviation / 2
    gamma = np.exp(-(d1**2) / 2) / np.sqrt(2 * np.pi) / (chain.spot * deviation)
    assert np.abs(gamma - chain.feed_gamma).max() < 0.000051


def test_volatility_moves_between_polls_and_stays_in_bounds() -> None:
    market = SimulatedSource(seed=7)
    shown = []
    for poll in range(10):
        chain = market.fetch_chain("SPY", at=OPEN_MARKET + poll * timedelta(seconds=30))
        shown.append(float(np.median(chain.iv)))
    assert len(set(shown)) == 10
    assert max(shown) / min(shown) < 1.05
