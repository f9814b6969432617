"""A recorded chain goes through the same pipeline as a live one, and says that it is replayed."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from pytest_django.fixtures import Settings

from apps.market import configured, facts, feed
from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from apps.market.sources.packing import pack_answer, pack_chain, pack_exposure
from apps.market.sources.protocol import Answer, Kind, Question
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET, WEEKEND


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


def test_two_replays_polled_alike_store_the_same_rows_whenever_they_begin(
    transactional_db: None, settings: Settings, tmp_path: Path
) -> None:
    """All columns but the primary key, and the two that tell when this replay was polled."""
    source = SimulatedSource(seed=42)
    for seconds in range(0, 90, 30):
        moment = OPEN_MARKET + timedelta(seconds=seconds)
        packed = pack_chain(source.fetch_chain("SPX", at=moment), received_at=moment)
        (tmp_path / f"{seconds:02}").write_bytes(packed)
    settings.DATA_SOURCE, settings.REPLAY_PATH, settings.REPLAY_SPEED = "replay", str(tmp_path), 60
    played = []
    for began in (WEEKEND, OPEN_MARKET):
        Snapshot.objects.all().delete()
        Feed.objects.all().delete()
        short_questions().flushdb()
        configured.configured.cache_clear()
        with time_machine.travel(began, tick=False):
            for tenths in range(0, 20, 5):
                feed.poll_symbol("SPX", at=began + timedelta(milliseconds=100 * tenths))
        played.append(stored_rows())
    assert len(played[0]) == 3
    assert played[0] == played[1]


def stored_rows() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (to_jsonb(s) - '{id,received_at,stale_after}'::text[])::text, (to_jsonb(d) - 'snapshot_id')::text "
            "FROM market_snapshot s JOIN market_snapshot_detail d ON d.snapshot_id = s.id ORDER BY s.seq"
        )
        found: list[tuple[str, str]] = cursor.fetchall()
    return found


def test_recorded_gamma_and_answers_are_fed_as_a_live_source_would(
    db: None, settings: Settings, spx_chain: Chain, tmp_path: Path
) -> None:
    question = Question(kind=Kind.BARS, symbol="VIX", detail="1d:1y")
    answer = Answer(question=question, value={"close": [17.5]}, as_of=OPEN_MARKET, origin=spx_chain.origin)
    (tmp_path / "gamma").write_bytes(pack_exposure(analyse(spx_chain)))
    (tmp_path / "bars").write_bytes(pack_answer(answer))
    settings.DATA_SOURCE, settings.REPLAY_PATH = "replay", str(tmp_path)
    stored = feed.poll_symbol("SPX", at=OPEN_MARKET)
    assert stored is not None
    assert (stored.snapshot.net_gex, stored.snapshot.kind) == (analyse(spx_chain).net_gex, "recorded")
    fact = facts.fetched(question, at=OPEN_MARKET)
    assert (fact.value, fact.truth, fact.label) == ({"close": [17.5]}, "recorded", "Simulated, recorded")
    assert not facts.can_be_asked(Kind.SKEW)
