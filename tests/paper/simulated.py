"""The simulated SPY market at a moment, brought in as the feed would."""

import dataclasses
from datetime import datetime

import numpy as np
from django.test import TestCase

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.quotes import keep_quotes
from apps.market.sources.simulated import SimulatedSource

SOURCE = SimulatedSource(seed=42)
SQUEEZE = {
    "symbol": "SPY",
    "strategy": "NEGATIVE GEX SQUEEZE",
    "action": "BUY 640 CALLS",
    "confidence": 75,
    "reasoning": "Dealers buy into strength.",
}


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026, New York. The 23rd is a Monday, the 26th a holiday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


def chain_at(at: datetime) -> Chain:
    """Return SPY's chain of a moment."""
    return SOURCE.fetch_chain("SPY", at=at)


def market_says(at: datetime, *, chain: Chain | None = None) -> Snapshot:
    """Let a chain come in, inside a test's transaction too."""
    found = chain or chain_at(at)
    with TestCase.captureOnCommitCallbacks(execute=True):
        stored = store_observation(found, received_at=at)
        keep_quotes(found, at=at)
    return stored.snapshot


def without_bids_and_asks(chain: Chain) -> Chain:
    """Return the chain with nobody quoting anything."""
    nobody = np.full(len(chain.strike), np.nan)
    return dataclasses.replace(chain, bid=nobody, ask=nobody)


def gamma_of(snapshot_id: int, *, net_gex: float, flip: float) -> None:
    """Give a stored snapshot other levels, so that a test can name the regime."""
    Snapshot.objects.filter(pk=snapshot_id).update(net_gex=net_gex, flip_point=flip)
