"""Each watched symbol once per interval; every snapshot stored once, numbered without gaps, announced after commit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from apps.market import configured, feed, live
from apps.market.chain import Chain, ChainError
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from apps.market.watching import note_watched, watched_symbols
from tests.moments import OPEN_MARKET, WEEKEND

HALF_MINUTE = timedelta(seconds=30)


def queued_tasks() -> int:
    return int(short_questions().llen("celery"))


def test_a_symbol_is_due_once_per_interval(db: None) -> None:
    assert feed.claim_due_symbols(at=OPEN_MARKET) == ["SPX", "SPY", "QQQ", "IWM"]
    assert feed.claim_due_symbols(at=OPEN_MARKET + timedelta(seconds=5)) == []
    assert feed.claim_due_symbols(at=OPEN_MARKET + HALF_MINUTE) == ["SPX", "SPY", "QQQ", "IWM"]


def test_a_real_market_is_asked_every_five_minutes_when_it_is_closed(db: None, settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    assert feed.claim_due_symbols(at=WEEKEND)
    assert feed.claim_due_symbols(at=WEEKEND + timedelta(minutes=4)) == []
    assert feed.claim_due_symbols(at=WEEKEND + timedelta(minutes=5))


def test_several_workers_never_claim_the_same_symbol_twice(transactional_db: None) -> None:
    feed.claim_due_symbols(at=OPEN_MARKET)
    later = OPEN_MARKET + HALF_MINUTE

    def claim_all(_: int) -> list[str]:
        try:
            return [
                symbol for symbol in ("SPX", "SPY", "QQQ", "IWM") if feed.claim(symbol, at=later, interval=HALF_MINUTE)
            ]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claims = [symbol for claimed in pool.map(claim_all, range(8)) for symbol in claimed]
    assert sorted(claims) == ["IWM", "QQQ", "SPX", "SPY"]


def test_what_a_viewer_opens_is_polled_for_ten_minutes(clean_redis: None) -> None:
    note_watched(["AAPL"], at=OPEN_MARKET)
    assert watched_symbols(at=OPEN_MARKET + timedelta(minutes=9))[-1] == "AAPL"
    assert "AAPL" not in watched_symbols(at=OPEN_MARKET + timedelta(minutes=11))


def test_a_new_chain_becomes_the_next_snapshot_and_is_announced_to_pages_and_features(
    transactional_db: None, spx_chain: Chain, settings: Settings
) -> None:
    first = feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    second = feed.store_observation(
        replace(spx_chain, as_of=OPEN_MARKET + HALF_MINUTE), received_at=OPEN_MARKET + HALF_MINUTE
    )
    assert (first.snapshot.seq, second.snapshot.seq) == (1, 2)
    kept = live.latest_html("market", "SPX")
    assert kept is not None
    assert kept[0] == 2
    assert "quote" in kept[1]
    assert queued_tasks() == 2 * len(settings.SNAPSHOT_TASKS)
    assert Feed.objects.get(symbol="SPX").announced_seq == 2


def test_an_unchanged_chain_stores_nothing_but_keeps_the_number_fresh(transactional_db: None, spx_chain: Chain) -> None:
    first = feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    again = feed.store_observation(spx_chain, received_at=OPEN_MARKET + HALF_MINUTE)
    assert (first.is_new, again.is_new) == (True, False)
    row = Snapshot.objects.get(symbol="SPX")
    assert row.stale_after == OPEN_MARKET + HALF_MINUTE + timedelta(minutes=1)


def test_simultaneous_chains_are_numbered_without_gap_or_double_in_the_order_of_their_quotes(
    transactional_db: None, spx_chain: Chain
) -> None:
    def store(index: int) -> int:
        try:
            moment = OPEN_MARKET + timedelta(seconds=index)
            return feed.store_observation(replace(spx_chain, as_of=moment), received_at=moment).snapshot.seq
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(store, range(6)))
    rows = list(Snapshot.objects.order_by("seq").values_list("seq", "as_of"))
    assert [seq for seq, _ in rows] == sorted(numbers) == list(range(1, len(rows) + 1))
    moments = [as_of for _, as_of in rows]
    assert moments == sorted(set(moments))
    assert moments[-1] == OPEN_MARKET + timedelta(seconds=5)


def test_a_failed_fetch_is_remembered_backed_off_and_leaves_the_last_number(
    transactional_db: None, spx_chain: Chain, settings: Settings
) -> None:
    feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    settings.DATA_SOURCE, settings.CBOE_URL, settings.SOURCE_TIMEOUT_SECONDS = "cboe", "http://127.0.0.1:9", 1.0
    configured.configured.cache_clear()
    for failure in range(3):
        assert feed.poll_symbol("SPX", at=OPEN_MARKET + failure * HALF_MINUTE) is None
    row = Feed.objects.get(symbol="SPX")
    assert row.consecutive_failures == 3
    assert row.last_error
    assert row.next_poll_at == OPEN_MARKET + 2 * HALF_MINUTE + timedelta(minutes=2)
    assert Snapshot.objects.count() == 1


def test_a_success_after_failures_heals(transactional_db: None, spx_chain: Chain) -> None:
    feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    feed.note_failure("SPX", message="Cboe refused the request (HTTP 403).", at=OPEN_MARKET)
    assert feed.poll_symbol("SPX", at=OPEN_MARKET + HALF_MINUTE)
    row = Feed.objects.get(symbol="SPX")
    assert (row.consecutive_failures, row.last_error) == (0, "")


def test_an_announcement_lost_between_commit_and_redis_is_made_up_for(db: None, spx_chain: Chain) -> None:
    feed.store_observation(
        spx_chain, received_at=OPEN_MARKET
    )  # the test's transaction never commits: nothing is announced
    assert live.latest_html("market", "SPX") is None
    assert feed.announce_missed() == ["SPX"]
    assert live.latest_html("market", "SPX") is not None
    assert feed.announce_missed() == []


def test_an_imported_chain_rests_polling_until_it_is_left(db: None, spx_chain: Chain) -> None:
    feed.store_observation(spx_chain, received_at=OPEN_MARKET, hold=True)
    on_its_way = replace(spx_chain, as_of=OPEN_MARKET + HALF_MINUTE)
    assert not feed.store_observation(on_its_way, received_at=OPEN_MARKET + HALF_MINUTE).is_new
    assert not feed.claim("SPX", at=OPEN_MARKET + timedelta(hours=1), interval=HALF_MINUTE)
    assert feed.leave_held("SPX", at=OPEN_MARKET + timedelta(hours=1))
    assert feed.claim("SPX", at=OPEN_MARKET + timedelta(hours=1), interval=HALF_MINUTE)


def test_an_imported_number_is_never_late(db: None, spx_chain: Chain) -> None:
    assert feed.store_observation(spx_chain, received_at=OPEN_MARKET, hold=True).snapshot.stale_after is None


@pytest.mark.parametrize("symbol", ["SPYX"])
def test_an_unlisted_symbol_is_remembered_with_what_to_do(db: None, symbol: str) -> None:
    Feed.objects.create(symbol=symbol, next_poll_at=OPEN_MARKET)
    assert feed.poll_symbol(symbol, at=OPEN_MARKET) is None
    assert "Check the spelling" in Feed.objects.get(symbol=symbol).last_error


@pytest.mark.parametrize("spot", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_an_impossible_price_is_refused_before_anything_is_stored(db: None, spx_chain: Chain, spot: float) -> None:
    with pytest.raises(ChainError, match="which is no price"):
        feed.store_observation(replace(spx_chain, spot=spot), received_at=OPEN_MARKET)
    assert not Snapshot.objects.exists()
