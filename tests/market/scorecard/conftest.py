"""The scorecard's tests run on the simulated market with SPY alone on the watchlist."""

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured


@pytest.fixture
def simulated(db: None, settings: Settings) -> None:
    settings.WATCHLIST = ["SPY"]
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()


@pytest.fixture
def cboe(db: None, settings: Settings) -> None:
    """Cboe's chains, and prices from a Yahoo that is not there."""
    settings.WATCHLIST = ["SPY"]
    settings.DATA_SOURCE = "cboe"
    settings.YAHOO_URL = "http://127.0.0.1:9"
    configured.configured.cache_clear()
