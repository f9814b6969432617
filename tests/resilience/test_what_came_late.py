"""Chains that overtake each other, and announcements that Redis did not keep."""

from dataclasses import replace
from datetime import timedelta

from pytest_django.fixtures import Settings

from apps.market import feed, live
from apps.market.chain import Chain
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from tests.moments import OPEN_MARKET

HALF_MINUTE = timedelta(seconds=30)


def test_an_older_chain_that_comes_after_a_newer_one_changes_nothing(transactional_db: None, spx_chain: Chain) -> None:
    newest = feed.store_observation(replace(spx_chain, as_of=OPEN_MARKET + HALF_MINUTE), received_at=OPEN_MARKET)
    late = feed.store_observation(spx_chain, received_at=OPEN_MARKET + HALF_MINUTE)
    assert (late.is_new, late.snapshot.seq) == (False, 1)
    assert Snapshot.objects.get(symbol="SPX").as_of == newest.snapshot.as_of


def test_a_replay_that_starts_over_goes_back_in_time(transactional_db: None, spx_chain: Chain) -> None:
    recorded = replace(spx_chain, origin=replace(spx_chain.origin, kind="recorded"))
    feed.store_observation(replace(recorded, as_of=OPEN_MARKET + HALF_MINUTE), received_at=OPEN_MARKET)
    assert feed.store_observation(recorded, received_at=OPEN_MARKET + HALF_MINUTE).is_new


def test_a_snapshot_is_stored_though_redis_is_away_and_announced_later(
    transactional_db: None, spx_chain: Chain, settings: Settings
) -> None:
    at_home = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    short_questions.cache_clear()
    try:
        assert feed.store_observation(spx_chain, received_at=OPEN_MARKET).is_new
    finally:
        settings.REDIS_URL = at_home
        short_questions.cache_clear()
    assert Feed.objects.get(symbol="SPX").announced_seq == 0
    assert feed.announce_missed() == ["SPX"]
    assert live.latest_html("market", "SPX") is not None


def test_what_redis_forgot_is_announced_again(transactional_db: None, spx_chain: Chain) -> None:
    feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    assert feed.announce_missed() == []
    short_questions().flushdb()
    assert feed.announce_missed() == ["SPX"]
    assert feed.announce_missed() == []
