"""Every fault of every service that delivers gamma: what the page says, whether the service rests, how it heals.

Over real HTTP, against the stand-in that speaks the services' formats.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from apps.market import budget, configured, feed, tasks, waiting
from apps.market.fake_upstream.server import TOKEN, USER_NAME, FakeUpstream
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from tests.moments import OPEN_MARKET

SYMBOL = "SPY"
TIMEOUT = 0.4
FAULTS = {
    # fault: what the page says, by service; seconds the service rests for everybody
    "latency": ({"*": r"did not answer|not complete"}, 0),
    "429": ({"*": r"fewer requests|too many requests|429"}, 30),
    "quota": ({"tradingvolatility": r"limit", "*": r"no usable chain|not JSON|broken"}, None),
    "403": ({"*": r"403|refused"}, None),
    "500": ({"*": r"500"}, 0),
    "html": ({"*": r"web page"}, 0),
    "empty": ({"*": r"empty"}, 0),
    "truncated": ({"*": r"truncated|no usable chain|broken|not JSON"}, 0),
    "nan": ({"*": r"number|no price|no usable chain|not JSON|broken"}, 0),
    "wrong_symbol": ({"*": r"when asked for|instead of|another|not for|answered with|asked for"}, 0),
    "disconnect": ({"*": r"could not be reached|cut|connection|broke off"}, 0),
}
RESTS = {("quota", "tradingvolatility"): 30, ("403", "tradingvolatility"): 300, ("403", "yahoo"): 30}


@dataclass
class Market:
    """A desk on one service, and its clock."""

    service: str
    key: str
    at: datetime = OPEN_MARKET
    upstream: FakeUpstream = field(init=False)

    def poll(self) -> None:
        """Let the tick find the symbol due and the worker fetch it, if the budget lets it."""
        feed.ask_for_due_symbols(at=self.at)
        for item in budget.take(configured.upstream_of(self.service)):
            with configured.turn_taken(self.service):
                feed.poll_symbol(waiting.wanted(item).symbol, at=self.at)

    def pass_time(self, seconds: float) -> None:
        """Let time pass for the market, the feed and the budget."""
        self.at += timedelta(seconds=seconds)
        upstream = configured.upstream_of(self.service)
        place = f"alphagex:budget:{upstream.name}:{upstream.account}"
        for mark in ("at", "paused_until"):
            if kept := short_questions().hget(place, mark):
                short_questions().hset(place, mark, float(str(kept)) - seconds)

    @property
    def newest(self) -> Snapshot:
        return Snapshot.objects.of(SYMBOL)[0]

    @property
    def rests(self) -> float:
        return budget.state(configured.upstream_of(self.service)).paused_seconds


SERVICES = {
    "cboe": ("cboe", ""),
    "tradingvolatility v1": ("tradingvolatility", USER_NAME),
    "tradingvolatility v2": ("tradingvolatility", TOKEN),
    "yahoo": ("yahoo", ""),
}


@pytest.fixture(params=SERVICES)
def market(request: pytest.FixtureRequest, db: None, settings: Settings) -> Iterator[Market]:
    service, key = SERVICES[request.param]
    settings.WATCHLIST = [SYMBOL]
    settings.DATA_SOURCE, settings.TRADING_VOLATILITY_API_KEY = service, key
    settings.SOURCE_TIMEOUT_SECONDS = 10.0
    desk = Market(service, key)
    with FakeUpstream(at=lambda: desk.at) as desk.upstream:
        upstream = desk.upstream
        settings.CBOE_URL, settings.YAHOO_URL = upstream.cboe_url, upstream.yahoo_url
        settings.TRADING_VOLATILITY_URL = upstream.tradingvolatility_url
        configured.configured.cache_clear()
        yield desk


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_leaves_the_numbers_and_heals_by_itself(
    market: Market, settings: Settings, trader_client: Client, fault: str
) -> None:
    market.poll()
    before = market.newest
    if fault == "latency":
        settings.SOURCE_TIMEOUT_SECONDS = TIMEOUT
        configured.configured.cache_clear()
    market.upstream.set_fault(market.service, fault, value=2.0 if fault == "latency" else None)
    market.pass_time(600)
    market.poll()

    said, rests = FAULTS[fault]
    row = Feed.objects.get(symbol=SYMBOL)
    assert re.search(said.get(market.service, said["*"]), row.last_error), row.last_error
    assert "\n" not in row.last_error
    assert not market.key or market.key not in row.last_error
    assert market.newest.pk == before.pk
    expected = RESTS.get((fault, market.service), rests or 0)
    assert (expected - 1 if expected else 0) <= market.rests <= expected, market.rests
    page = trader_client.get(f"/gex/{SYMBOL}/")
    assert page.status_code == 200
    assert "was not updated" in page.content.decode()

    # Nothing is asked of a service that rests, however often the tick comes.
    asked = len(market.upstream.requests)
    if market.rests:
        market.poll()
        assert len(market.upstream.requests) == asked

    market.upstream.clear_faults()
    settings.SOURCE_TIMEOUT_SECONDS = 10.0
    configured.configured.cache_clear()
    market.pass_time(900)
    market.poll()
    assert market.newest.seq == before.seq + 1, Feed.objects.get(symbol=SYMBOL).last_error
    assert Feed.objects.get(symbol=SYMBOL).last_error == ""
    assert "was not updated" not in trader_client.get(f"/gex/{SYMBOL}/").content.decode()


def test_old_time_stamps_are_stale_at_once_while_the_market_is_open(market: Market) -> None:
    market.upstream.set_fault(market.service, "stale", value=3.0)
    market.poll()
    first = market.newest
    assert first.as_of <= OPEN_MARKET - timedelta(hours=2, minutes=59)
    assert first.stale_after is not None
    assert first.stale_after < OPEN_MARKET
    market.pass_time(600)
    market.poll()
    market.upstream.clear_faults()
    market.pass_time(600)
    market.poll()
    assert market.newest.as_of > first.as_of
    assert market.newest.stale_after is not None
    assert market.newest.stale_after > market.at


def test_time_stamps_of_the_future_are_taken_for_now_and_said(market: Market) -> None:
    market.upstream.set_fault(market.service, "clock_skew", value=1.0)
    market.poll()
    first = market.newest
    assert first.as_of == OPEN_MARKET
    assert any("ahead" in warning or "future" in warning for warning in first.detail.warnings)
    market.upstream.clear_faults()
    market.pass_time(600)
    market.poll()
    assert market.newest.seq == first.seq + 1, "a true moment must not count as older"


def test_a_fault_of_one_symbol_leaves_the_others_alone(market: Market, settings: Settings) -> None:
    settings.WATCHLIST = [SYMBOL, "QQQ"]
    market.upstream.set_fault(market.service, "500", symbol=SYMBOL)
    for _ in range(4):
        market.poll()
        market.pass_time(60)
    assert Snapshot.objects.filter(symbol="QQQ").exists()
    assert Feed.objects.get(symbol="QQQ").last_error == ""
    assert "500" in Feed.objects.get(symbol=SYMBOL).last_error


def test_the_tick_hands_out_no_more_than_the_budget(market: Market, settings: Settings) -> None:
    settings.WATCHLIST = ["SPY", "QQQ", "SPX", "IWM", "AAPL", "MSFT", "NVDA", "TSLA"]
    tasks.tick()
    burst = configured.upstream_of(market.service).burst
    assert short_questions().llen("celery") == min(burst, 8)
