"""What the gamma page's tests stand on: a desk that has seen a market at a moment."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine

from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.sources.simulated import SimulatedSource

Seen = Callable[[str, datetime], Snapshot]


@pytest.fixture
def seen(db: None) -> Seen:
    """Return a function that lets a symbol's chain come in at a moment."""

    def see(symbol: str, at: datetime) -> Snapshot:
        chain = SimulatedSource(seed=42).fetch_chain(symbol, at=at)
        with time_machine.travel(at, tick=False):
            return store_observation(chain, received_at=at).snapshot

    return see
