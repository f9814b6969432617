"""What the GEX page's tests stand on: an analysis to bend."""

import pytest

from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET


@pytest.fixture(scope="session")
def exposure() -> Exposure:
    """A believable SPX analysis; tests replace what they are about."""
    return analyse(SimulatedSource(seed=42).fetch_chain("SPX", at=OPEN_MARKET))
