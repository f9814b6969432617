"""A recorded chain goes through the same pipeline as a live one, and says that it is replayed."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.market import feed
from apps.market.models import Feed, Snapshot
from tests.moments import OPEN_MARKET


@pytest.fixture
def replaying(settings: Settings, recorded: Path) -> None:
    settings.DATA_SOURCE = "replay"
    settings.REPLAY_PATH = str(recorded / "spx_cboe_quotedata_2023-09-14.csv.gz")
    settings.WATCHLIST = ["SPX", "SPY"]


def test_a_replayed_chain_is_stored_once_as_recorded(db: None, replaying: None) -> None:
    for poll in range(2):
        feed.poll_symbol("SPX", at=OPEN_MARKET + poll * timedelta(seconds=30))
    snapshot = Snapshot.objects.get(symbol="SPX")
    assert (snapshot.kind, snapshot.as_of.year) == ("recorded", 2023)
    assert snapshot.flip_point == pytest.approx(4494.3015, abs=0.02)
    assert snapshot.stale_after == OPEN_MARKET + timedelta(seconds=90)


def test_what_was_not_recorded_is_said_with_what_was(db: None, replaying: None) -> None:
    for symbol in feed.claim_due_symbols(at=OPEN_MARKET):
        feed.poll_symbol(symbol, at=OPEN_MARKET)
    assert "SPX" in Feed.objects.get(symbol="SPY").last_error
    assert Snapshot.objects.filter(symbol="SPX").count() == 1
