"""What the dashboard's tests stand on: SPX as stored at a known moment, and a clock that stands."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from tests.moments import OPEN_MARKET


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
