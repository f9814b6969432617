"""What the GEX page's tests stand on: an analysis to bend, and a stored snapshot."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET


@pytest.fixture(scope="session")
def exposure() -> Exposure:
    """A believable SPX analysis; tests replace what they are about."""
    return analyse(SimulatedSource(seed=42).fetch_chain("SPX", at=OPEN_MARKET))


@pytest.fixture
def snapshot(db: None, spx_chain: Chain) -> Snapshot:
    """SPX as stored at OPEN_MARKET."""
    return store_observation(spx_chain, received_at=OPEN_MARKET).snapshot


@pytest.fixture
def seconds_later() -> Iterator[None]:
    """The clock stands two seconds after OPEN_MARKET."""
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=2), tick=False):
        yield


@pytest.fixture
def owner_client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client
