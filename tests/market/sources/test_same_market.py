"""One simulated market, asked of three services: Trading Volatility v1 and v2 and Cboe give the same analysis."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest

from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.fake_upstream.server import TOKEN, USER_NAME, FakeUpstream
from apps.market.sources.cboe import CboeSource
from apps.market.sources.simulated import SimulatedSource
from apps.market.sources.tradingvolatility import TradingVolatilitySource
from tests.moments import OPEN_MARKET, WEEKEND

SEED = 42


@pytest.fixture(scope="module", params=[OPEN_MARKET, WEEKEND], ids=["open", "weekend"])
def moment(request: pytest.FixtureRequest) -> datetime:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def upstream(moment: datetime) -> Iterator[FakeUpstream]:
    with FakeUpstream(seed=SEED, at=lambda: moment) as running:
        yield running


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "AAPL"])
def test_the_services_agree_within_the_digits_they_print(upstream: FakeUpstream, moment: datetime, symbol: str) -> None:
    def vendor(key: str) -> Exposure:
        source = TradingVolatilitySource(key, base_url=upstream.tradingvolatility_url)
        return source.fetch_exposure(symbol, at=moment)

    own = analyse(SimulatedSource(seed=SEED).fetch_chain(symbol, at=moment))
    cboe = analyse(CboeSource(upstream.cboe_url).fetch_chain(symbol, at=moment))
    # Cboe prints four digits of the volatility, so its net is the coarser one.
    for other, digits in ((vendor(USER_NAME), 1e-5), (vendor(TOKEN), 1e-5), (cboe, 5e-5)):
        assert (other.spot, other.origin.kind) == (own.spot, "simulated")
        assert other.as_of == moment
        assert other.net_gex == pytest.approx(own.net_gex, abs=digits * own.gross_gex)
        assert other.gross_gex == pytest.approx(own.gross_gex, rel=digits)
        if own.flip_point is None:
            assert other.flip_point is None
        else:
            assert other.flip_point == pytest.approx(own.flip_point, rel=1e-5)
        assert other.call_wall is not None
        assert own.call_wall is not None
        assert other.put_wall is not None
        assert own.put_wall is not None
        assert (other.call_wall.strike, other.put_wall.strike) == (own.call_wall.strike, own.put_wall.strike)
        assert other.put_call_ratio == pytest.approx(own.put_call_ratio, rel=1e-5)
        assert np.array_equal(other.by_strike.strike, own.by_strike.strike)
        for side in ("call_gex", "put_gex"):
            theirs, ours = getattr(other.by_strike, side), getattr(own.by_strike, side)
            assert np.abs(theirs - ours).max() < digits * own.gross_gex


def test_only_the_second_interface_leaves_out_the_implied_volatility(upstream: FakeUpstream, moment: datetime) -> None:
    own = analyse(SimulatedSource(seed=SEED).fetch_chain("SPY", at=moment))
    first, second = (
        TradingVolatilitySource(key, base_url=upstream.tradingvolatility_url).fetch_exposure("SPY", at=moment)
        for key in (USER_NAME, TOKEN)
    )
    assert first.implied_volatility == pytest.approx(own.implied_volatility, abs=1e-6)
    assert second.implied_volatility is None
