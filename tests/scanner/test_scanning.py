"""A scan step by step: what is asked, what is used again, what fails and how it ends."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from apps.market import budget, configured, feed
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Feed, Snapshot
from apps.market.personal import _channel
from apps.market.redis_client import short_questions
from apps.market.tickers import EngineClock
from apps.scanner import scanning, tasks
from apps.scanner.estimating import estimate, pace_at
from apps.scanner.models import SILENT, ScannerSettings, ScanResult, Watchlist
from legacy_engines.setups.detection import StrategyEngine
from tests.moments import OPEN_MARKET
from tests.scanner.desk import ScannerDesk, rows_of

pytestmark = pytest.mark.django_db


def test_partial_results_come_while_others_are_still_running(scanner: ScannerDesk, trader: User) -> None:
    told = short_questions().pubsub()  # type: ignore[no-untyped-call]
    told.subscribe(_channel())
    run = scanner.start(trader, ["SPY", "QQQ", "XLF"])
    assert scanner.step(run) == 1.0
    assert {row.state for row in rows_of(run).values()} == {ScanResult.State.ASKED}
    assert scanner.fetch(but=["QQQ"]) == ["SPY", "XLF"]
    scanner.pass_time(1)
    scanner.step(run)
    rows = rows_of(run)
    spy, snapshot = rows["SPY"], Snapshot.objects.of("SPY")[0]
    assert (spy.state, spy.cache_status, spy.spot) == ("ranked", "Fresh", snapshot.spot)
    assert spy.net_gex == pytest.approx(snapshot.net_gex / 1e9)
    assert (spy.truth, spy.as_of) == ("simulated", snapshot.as_of)
    assert rows["QQQ"].state == ScanResult.State.ASKED
    assert (run.finished, run.failed, run.state) == (1, 0, "running")
    # What the simulated market does not list is tried three times, as the engine wants it, while the others go on.
    assert (rows["XLF"].state, len(rows["XLF"].attempts)) == ("waiting", 1)
    assert rows["XLF"].ask_at == scanner.now + timedelta(seconds=2)
    scanner.run_to_its_end(run)
    rows = rows_of(run)
    assert (rows["XLF"].state, rows["XLF"].setup_type, rows["XLF"].action) == ("failed", "Error", "Retry later")
    assert "'XLF' has no listed options" in rows["XLF"].problem
    assert scanner.fetched.count("XLF") == 3
    messages = [one["data"] for one in iter(lambda: told.get_message(timeout=0.1), None) if one["type"] == "message"]
    # Somebody who failed does not slow the feed's watched symbols down.
    assert not Feed.objects.filter(symbol="XLF", next_poll_at__gt=scanner.now - timedelta(minutes=10)).exists()
    assert any('"symbols":["SPY","XLF"]' in str(one) and '"finished":1' in str(one) for one in messages)
    assert any('"state":"done"' in str(one) for one in messages)


def test_young_numbers_are_used_again_with_their_age_unless_force_asks_anew(scanner: ScannerDesk, trader: User) -> None:
    run = scanner.start(trader, ["SPY", "QQQ"])
    scanner.run_to_its_end(run)
    scanner.pass_time(120)
    again = scanner.start(trader, ["SPY", "QQQ"])
    assert scanner.step(again) is None, "nothing to wait for"
    assert {row.cache_status for row in rows_of(again).values()} == {"Cached (2m ago)"}
    assert estimate(["SPY", "QQQ", "IWM"], cache_minutes=5, force=False, at=scanner.now).to_ask == 1
    forced = scanner.start(trader, ["SPY", "QQQ"], force=True)
    scanner.run_to_its_end(forced)
    assert {row.cache_status for row in rows_of(forced).values()} == {"Fresh"}
    assert sorted(scanner.fetched) == ["QQQ", "QQQ", "SPY", "SPY"]
    # With a shorter cache of their own they are too old.
    ScannerSettings.objects.create(user=trader, cache_minutes=1)
    scanner.pass_time(60)
    short = scanner.start(trader, ["SPY"])
    scanner.run_to_its_end(short)
    assert rows_of(short)["SPY"].cache_status == "Fresh"


def test_two_people_share_the_fetches_of_what_both_wait_for(scanner: ScannerDesk, trader: User, owner: User) -> None:
    both = ["SPY", "QQQ", "XLF", "AAPL", "MSFT", "NVDA", "AMD", "META"]
    mine = scanner.start(trader, both, force=True)
    scanner.step(mine)
    theirs = scanner.start(owner, [*both[::-1], "IWM"], force=True)
    scanner.pass_time(0.5)
    scanner.step(theirs)
    for _ in range(12):
        scanner.fetch()
        scanner.pass_time(1)
        scanner.step(mine)
        scanner.step(theirs)
    assert (mine.state, theirs.state) == ("done", "done")
    assert sorted(scanner.fetched) == sorted([*both, "XLF", "XLF", "IWM"])
    assert rows_of(theirs)["SPY"].spot == rows_of(mine)["SPY"].spot


def test_the_engine_judges_and_a_missing_flip_is_said_instead_of_judged(
    scanner: ScannerDesk, trader: User, spx_chain: Chain
) -> None:
    snapshot = store_observation(spx_chain, received_at=OPEN_MARKET).snapshot
    run = scanner.start(trader, ["SPX"])
    assert scanner.step(run) is None
    row = rows_of(run)["SPX"]
    data = {
        "symbol": "SPX", "spot_price": float(snapshot.spot), "net_gex": snapshot.net_gex,
        "flip_point": snapshot.flip_point, "call_wall": snapshot.call_wall, "put_wall": snapshot.put_wall,
        "implied_volatility": snapshot.implied_volatility,
    }  # fmt: skip
    (setup,) = StrategyEngine.detect_setups(data, clock=EngineClock(scanner.now))
    assert (row.setup_type, row.confidence, row.action) == (setup["strategy"], setup["confidence"], setup["action"])
    Snapshot.objects.update(flip_point=None, flip_reason="it never crosses zero.")
    without = scanner.start(trader, ["SPX"])
    assert scanner.step(without) is None
    row = rows_of(without)["SPX"]
    assert (row.state, row.confidence, row.setup_type) == ("unranked", None, "")
    assert row.problem == "No flip, so no setup: it never crosses zero."
    assert row.spot == snapshot.spot


def test_an_imported_chain_is_taken_as_it_is_and_never_fetched(
    scanner: ScannerDesk, trader: User, spx_chain: Chain
) -> None:
    store_observation(spx_chain, received_at=OPEN_MARKET - timedelta(days=3), hold=True)
    run = scanner.start(trader, ["SPX"], force=True)
    assert scanner.step(run) is None
    assert (rows_of(run)["SPX"].cache_status, scanner.waiting_fetches()) == ("Imported", [])


def test_a_slow_service_is_asked_in_its_pace_and_the_estimate_says_so(
    scanner: ScannerDesk, trader: User, settings: Settings
) -> None:
    settings.DATA_SOURCE, settings.TRADING_VOLATILITY_API_KEY = "tradingvolatility", "I-SOMEBODY"
    configured.configured.cache_clear()
    symbols = [f"A{letter}" for letter in "ABCDEFGHIJ"]
    cost = estimate(symbols, cache_minutes=5, force=False, at=scanner.now)
    assert cost.minutes == pytest.approx(9 * 20 / 60)  # the first one goes at once
    run = scanner.start(trader, symbols)
    assert scanner.step(run) == 3.0
    upstream = configured.upstream_of("tradingvolatility")
    state = budget.state(upstream)
    assert (state.made, state.waiting) == (1, 1), "one may go, one waits in the line, the rest behind it"
    # Asked to wait, it waits with the others; a service that rests for long ends the scan, and says why.
    budget.RedisMeter(upstream).refused("429 too many requests", retry_after=30)
    scanner.pass_time(3)
    assert scanner.step(run) == 3.0
    assert 25 < pace_at(scanner.now).wait(0) < 80
    budget.RedisMeter(upstream).refused("account refused", for_long=True)
    assert scanner.step(run) is None
    assert {row.state for row in rows_of(run).values()} == {"failed"}
    assert "account refused" in rows_of(run)["AA"].problem


def test_one_scan_at_a_time_and_one_per_click(scanner: ScannerDesk, trader: User) -> None:
    listed = Watchlist.objects.create(owner=trader, name="Two", symbols=["SPY", "QQQ"], created_at=scanner.now)
    run, is_new = scanning.start(trader, listed, key="click", at=scanner.now)
    assert is_new
    assert scanning.start(trader, listed, key="click", at=scanner.now) == (run, False)
    with pytest.raises(scanning.ScanError, match=r"running already \(Two, 0 of 2\)"):
        scanning.start(trader, listed, key="another", at=scanner.now)
    scanner.step(run)
    assert scanning.step(run.pk, 0, at=scanner.now) is None, "a step that comes twice does nothing"
    assert scanning.cancel(run, at=scanner.now)
    assert not scanning.cancel(run, at=scanner.now)
    assert scanner.step(run) is None
    assert {row.state for row in rows_of(run).values()} == {"skipped"}
    assert scanning.start(trader, listed, key="click", at=scanner.now) == (run, False)
    listed.symbols = []
    with pytest.raises(scanning.ScanError, match="empty"):
        scanning.start(trader, listed, key="empty", at=scanner.now)


def test_a_scan_whose_worker_died_is_broken_off_and_can_be_started_again(scanner: ScannerDesk, trader: User) -> None:
    run = scanner.start(trader, ["SPY", "QQQ"])
    scanner.step(run)
    scanner.fetch(but=["QQQ"])
    scanner.pass_time(1)
    scanner.step(run)
    scanner.pass_time(SILENT.total_seconds() + 1)
    tasks.tick()
    run.refresh_from_db()
    assert (run.state, run.finished) == ("broken", 1)
    assert rows_of(run)["QQQ"].problem == "Not scanned: the scan was broken off."
    again = scanner.start(trader, ["SPY", "QQQ"])
    scanner.run_to_its_end(again)
    assert (again.state, again.finished) == ("done", 2)
    # Nor must somebody wait for the tick: the next click finds it broken.
    silent = scanner.start(trader, ["IWM"])
    scanner.pass_time(SILENT.total_seconds() + 1)
    scanner.start(trader, ["IWM"])
    silent.refresh_from_db()
    assert silent.state == "broken"


def test_a_fetch_that_got_lost_is_asked_for_again(scanner: ScannerDesk, trader: User) -> None:
    run = scanner.start(trader, ["SPY"])
    scanner.step(run)
    assert len(scanner.waiting_fetches()) == 1  # and lost
    scanner.pass_time(30)
    scanner.step(run)
    assert scanner.waiting_fetches() == []
    scanner.pass_time(31)
    scanner.step(run)
    assert scanner.fetch() == ["SPY"]
    assert scanner.step(run) is None
    # One that never answers does not keep the scan, and the next one, waiting for hours.
    hopeless = scanner.start(trader, ["QQQ"])
    for _ in range(11):
        assert scanner.step(hopeless) == 1.0
        assert len(scanner.waiting_fetches()) == 1
        scanner.pass_time(60)
    assert scanner.step(hopeless) is None
    assert "No answer within 10 minutes" in rows_of(hopeless)["QQQ"].problem


def test_a_watched_symbol_is_not_fetched_by_feed_and_scan(
    scanner: ScannerDesk, trader: User, settings: Settings
) -> None:
    settings.WATCHLIST = ["SPY"]
    run = scanner.start(trader, ["SPY", "QQQ"])
    scanner.step(run)
    assert feed.ask_for_due_symbols(at=scanner.now) == []
    scanner.run_to_its_end(run)
    assert sorted(scanner.fetched) == ["QQQ", "SPY"]
