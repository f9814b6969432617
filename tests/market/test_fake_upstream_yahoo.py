"""Yahoo as the stand-in speaks it, read by the real yfinance and by plain requests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import requests

from apps.market.fake_upstream.server import FakeUpstream
from apps.market.fake_upstream.yahoo import CRUMB
from apps.market.sources.protocol import Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.simulated import SimulatedSource
from apps.market.sources.yahoo import YahooSource
from tests.moments import OPEN_MARKET, WEEKEND

FRIDAY = "2026-11-20"


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=42)


@pytest.fixture(scope="module")
def running() -> Iterator[FakeUpstream]:
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream:
        yield upstream


@pytest.fixture
def upstream(running: FakeUpstream) -> Iterator[FakeUpstream]:
    yield running
    running.clear_faults()


@pytest.fixture
def yahoo(upstream: FakeUpstream) -> YahooSource:
    return YahooSource(base_url=upstream.yahoo_url, timeout=10)


def known(market: SimulatedSource, kind: Kind, symbol: str, detail: str, at: datetime = OPEN_MARKET) -> Any:
    return market.fetch(Question(kind=kind, symbol=symbol, detail=detail), at=at).value


def chart(upstream: FakeUpstream, symbol: str, **query: str | int) -> requests.Response:
    return requests.get(f"{upstream.yahoo_url}/v8/finance/chart/{symbol}", params=query, timeout=10)


@pytest.mark.parametrize("symbol", ["SPY", "SPX", "AAPL", "VIX"])
@pytest.mark.parametrize("detail", ["1d:1mo", "1d:1y", "5m:5d", "1h:1mo", "1m:1d"])
def test_yfinance_reads_the_bars_of_the_market(
    yahoo: YahooSource, market: SimulatedSource, symbol: str, detail: str
) -> None:
    answer = yahoo.fetch(Question(kind=Kind.BARS, symbol=symbol, detail=detail), at=OPEN_MARKET)
    ours = known(market, Kind.BARS, symbol, detail)
    assert [moment[:10] for moment in answer.value["time"]] == [moment[:10] for moment in ours["time"]]
    for name in ("open", "high", "low", "close", "volume"):
        assert answer.value[name] == pytest.approx(ours[name])
    assert answer.as_of == OPEN_MARKET


@pytest.mark.parametrize("symbol", ["SPY", "SPX"])
def test_yfinance_reads_the_options_of_an_expiration(yahoo: YahooSource, market: SimulatedSource, symbol: str) -> None:
    answer = yahoo.fetch(Question(kind=Kind.OPTIONS, symbol=symbol, detail=FRIDAY), at=OPEN_MARKET)
    ours = known(market, Kind.OPTIONS, symbol, FRIDAY)
    names = ("strike", "bid", "ask", "last", "iv", "open_interest", "volume")
    for side in ("calls", "puts"):
        theirs = [[row[name] for name in names] for row in answer.value[side]]
        mine = [[row[name] for name in names] for row in ours[side]]
        assert np.array(theirs, dtype=float) == pytest.approx(np.array(mine, dtype=float), nan_ok=True)
    assert answer.as_of == OPEN_MARKET


def test_yfinance_builds_a_chain(yahoo: YahooSource, market: SimulatedSource) -> None:
    chain = yahoo.fetch_chain("SPY", at=OPEN_MARKET)
    ours = market.fetch_chain("SPY", at=OPEN_MARKET)
    assert (chain.symbol, chain.spot, chain.as_of) == ("SPY", ours.spot, OPEN_MARKET)
    theirs = ours.expiration <= chain.expiration.max()
    assert len(chain) == np.count_nonzero(theirs)
    for name in ("strike", "iv", "bid", "ask", "open_interest"):
        assert np.sort(getattr(chain, name)) == pytest.approx(np.sort(getattr(ours, name)[theirs]))


def test_an_unknown_symbol_is_unknown(yahoo: YahooSource) -> None:
    with pytest.raises(UnknownSymbol):
        yahoo.fetch(Question(kind=Kind.BARS, symbol="SPYX", detail="1d:5d"), at=OPEN_MARKET)
    with pytest.raises(UnknownSymbol):
        yahoo.fetch_chain("SPYX", at=OPEN_MARKET)


def test_a_refused_quote_is_there_again_afterwards(upstream: FakeUpstream, yahoo: YahooSource) -> None:
    question = Question(kind=Kind.OPTIONS, symbol="SPY", detail=FRIDAY)
    upstream.set_fault("yahoo", "429", times=1)
    with pytest.raises(SourceUnavailable, match="fewer requests"):
        yahoo.fetch(question, at=OPEN_MARKET)
    assert yahoo.fetch(question, at=OPEN_MARKET).value["calls"]


def test_options_want_a_cookie_and_its_crumb_got_by_either_way(upstream: FakeUpstream) -> None:
    session = requests.Session()
    options = f"{upstream.yahoo_url}/v7/finance/options/SPY"
    crumbs = f"{upstream.yahoo_url}/v1/test/getcrumb"
    assert session.get(options, timeout=10).status_code == 401
    assert session.get(crumbs, timeout=10).status_code == 401
    assert session.get(f"{upstream.yahoo_url}/", timeout=10).status_code == 404
    assert session.get(crumbs, timeout=10).text == CRUMB
    assert session.get(options, params={"crumb": CRUMB}, timeout=10).status_code == 200
    assert session.get(options, params={"crumb": "other"}, timeout=10).status_code == 401
    fresh = requests.Session()
    form = fresh.get(f"{upstream.yahoo_url}/consent", timeout=10).text
    assert 'name="csrfToken"' in form
    assert 'name="sessionId"' in form
    fresh.post(f"{upstream.yahoo_url}/v2/collectConsent", data={"agree": "agree"}, timeout=10)
    assert fresh.get(crumbs, timeout=10).text == CRUMB


def test_cookies_and_crumbs_are_no_requests_for_a_symbol(upstream: FakeUpstream) -> None:
    before = len(upstream.requests)
    upstream.set_fault("yahoo", "429", times=1)
    assert requests.get(f"{upstream.yahoo_url}/", timeout=10).status_code == 404
    assert chart(upstream, "^VIX").status_code == 429
    assert chart(upstream, "^VIX").status_code == 200
    assert [one.symbol for one in upstream.requests[before:]] == ["", "VIX", "VIX"]


def test_a_chart_says_where_and_when_the_symbol_trades(upstream: FakeUpstream) -> None:
    result = chart(upstream, "^SPX", range="5d", interval="5m").json()["chart"]["result"][0]
    meta = result["meta"]
    assert (meta["symbol"], meta["instrumentType"], meta["exchangeTimezoneName"]) == (
        "^SPX",
        "INDEX",
        "America/New_York",
    )
    assert (meta["regularMarketTime"], meta["gmtoffset"], meta["timezone"]) == (OPEN_MARKET.timestamp(), -18000, "EST")
    assert meta["regularMarketPrice"] == result["indicators"]["quote"][0]["close"][-1]
    assert meta["dataGranularity"] == "5m"
    assert "5d" in meta["validRanges"]
    assert len(meta["tradingPeriods"]) == 5
    assert "adjclose" not in result["indicators"]
    assert chart(upstream, "^VIX").json()["chart"]["result"][0]["meta"]["timezone"] == "CST"


def test_a_chart_between_two_moments_has_their_bars_and_no_others(upstream: FakeUpstream) -> None:
    start, end = (datetime(2026, 11, day, tzinfo=UTC) for day in (2, 14))
    asked = chart(upstream, "SPY", period1=int(start.timestamp()), period2=int(end.timestamp()), interval="1d")
    result = asked.json()["chart"]["result"][0]
    days = [datetime.fromtimestamp(stamp, UTC) for stamp in result["timestamp"]]
    assert len(days) == 10
    assert start <= days[0] < days[-1] < end
    assert {(day.hour, day.minute) for day in days} == {(14, 30)}
    assert len(result["indicators"]["adjclose"][0]["adjclose"]) == 10


def test_what_a_chart_cannot_show_is_said(upstream: FakeUpstream) -> None:
    unheard_of = chart(upstream, "SPY", interval="7m", range="5d")
    assert (unheard_of.status_code, unheard_of.json()["chart"]["error"]["code"]) == (422, "Unprocessable Entity")
    unknown = chart(upstream, "SPYX", interval="1d", range="5d")
    assert (unknown.status_code, unknown.json()["chart"]["error"]["code"]) == (404, "Not Found")


def test_numbers_stand_still_while_the_exchange_is_closed() -> None:
    moments = iter(WEEKEND + timedelta(minutes=step) for step in range(10))
    with FakeUpstream(at=lambda: next(moments)) as upstream:
        metas = [chart(upstream, "SPY").json()["chart"]["result"][0]["meta"] for _ in range(3)]
    assert metas[0] == metas[1] == metas[2]
    friday_evening = datetime(2026, 11, 20, 21, tzinfo=UTC)
    assert metas[0]["regularMarketTime"] == friday_evening.timestamp()
