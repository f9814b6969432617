"""Price bars of Yahoo over real HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from apps.market.sources.protocol import Answer, Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.yahoo import YahooSource
from tests.market.sources.yahoo_answers import AT, NO_PRICES, QUOTED_AT, Yahoo, chart_answer, json_answer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance")
DAYS = [datetime(2023, 9, day, 13, 30, tzinfo=UTC) for day in (11, 12, 13, 14)]
OPEN = datetime(2023, 9, 14, 13, 30, tzinfo=UTC)


@pytest.fixture
def yahoo(httpserver: HTTPServer) -> Yahoo:
    return Yahoo(httpserver)


@pytest.fixture
def source(yahoo: Yahoo) -> YahooSource:
    return YahooSource(base_url=yahoo.url, timeout=3)


def bars(source: YahooSource, symbol: str = "SPY", detail: str = "1d:1y") -> Answer:
    return source.fetch(Question(kind=Kind.BARS, symbol=symbol, detail=detail), at=AT)


def test_daily_bars_are_prices_as_traded(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", DAYS, [440.0, 443.0, 445.0, 447.25]))
    answer = bars(source)
    assert answer.value == {
        "time": [f"2023-09-{day}T00:00:00-04:00" for day in (11, 12, 13, 14)],
        "open": [439.0, 442.0, 444.0, 446.25],
        "high": [442.0, 445.0, 447.0, 449.25],
        "low": [438.0, 441.0, 443.0, 445.25],
        "close": [440.0, 443.0, 445.0, 447.25],
        "volume": [1000] * 4,
    }
    assert answer.as_of == QUOTED_AT
    assert yahoo.quote_paths == ["/yahoo/v8/finance/chart/SPY"]
    asked = yahoo.server.log[-1][0].args
    assert (asked["interval"], asked["range"]) == ("1d", "1y")


def test_a_bar_without_a_price_is_left_out(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", DAYS, [440.0, None, 445.0, 447.25]))
    answer = bars(source)
    assert answer.value["close"] == [440.0, 445.0, 447.25]
    assert [start[8:10] for start in answer.value["time"]] == ["11", "13", "14"]


def test_the_vix_is_dated_in_new_york_though_it_is_quoted_in_chicago(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(chart_answer("^VIX", DAYS, [14, 14.2, 13.5, 12.8], zone="America/Chicago"))
    answer = bars(source, "VIX", "1d:1mo")
    assert answer.value["time"][-1] == "2023-09-14T00:00:00-04:00"
    assert (answer.value["close"][-1], answer.origin.delay_seconds) == (12.8, 900)


def test_shares_promise_no_delay(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", DAYS, [440.0, 443.0, 445.0, 447.25]))
    assert (bars(source).origin.kind, bars(source).origin.delay_seconds) == ("delayed", 0)


def test_intraday_bars_carry_their_start(source: YahooSource, yahoo: Yahoo) -> None:
    starts = [OPEN + timedelta(minutes=5 * step) for step in range(3)]
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", starts, [447, 447.5, 448], interval="5m"))
    answer = bars(source, detail="5m:5d")
    assert answer.value["time"] == [f"2023-09-14T09:{minute}:00-04:00" for minute in (30, 35, 40)]
    assert answer.as_of == starts[-1]  # the trade of 11:30 is in none of the bars


def test_the_last_trade_dates_the_bar_it_is_in(source: YahooSource, yahoo: Yahoo) -> None:
    starts = [QUOTED_AT - timedelta(minutes=8), QUOTED_AT - timedelta(minutes=3)]
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", starts, [447, 447.5], interval="5m"))
    assert bars(source, detail="5m:1d").as_of == QUOTED_AT


@pytest.mark.parametrize("traded_at", [None, QUOTED_AT - timedelta(days=30)])
def test_without_a_last_trade_the_last_bar_dates_itself(
    source: YahooSource, yahoo: Yahoo, traded_at: datetime | None
) -> None:
    answer = chart_answer("SPY", DAYS, [440.0, 443.0, 445.0, 447.25], traded_at=traded_at)
    yahoo.quotes = lambda _: json_answer(answer)
    assert bars(source).as_of.isoformat() == "2023-09-14T00:00:00-04:00"


def test_bars_keep_their_hours_when_the_clocks_change(source: YahooSource, yahoo: Yahoo) -> None:
    starts = [datetime(2023, 3, 10, 14, 30, tzinfo=UTC), datetime(2023, 3, 13, 13, 30, tzinfo=UTC)]
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", starts, [386, 385.4], interval="1d"))
    assert bars(source).value["time"] == ["2023-03-10T00:00:00-05:00", "2023-03-13T00:00:00-04:00"]


@pytest.mark.parametrize("closes", [[None] * 4, []])
def test_no_prices_at_all_is_unknown(source: YahooSource, yahoo: Yahoo, closes: list[Any]) -> None:
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", DAYS[: len(closes)], closes))
    with pytest.raises(UnknownSymbol, match=r"prices .*SPY \(1d:1y\)"):
        bars(source)


@pytest.mark.parametrize("status", [200, 404])
def test_yahoos_reason_is_passed_on(source: YahooSource, yahoo: Yahoo, status: int) -> None:
    yahoo.quotes = lambda _: json_answer(NO_PRICES, status)
    with pytest.raises(UnknownSymbol, match=r"prices of SPY .*: No data found, symbol may be delisted\. Check"):
        bars(source)


def test_a_period_yahoo_refuses_says_why(source: YahooSource, yahoo: Yahoo) -> None:
    why = {"code": "Unprocessable Entity", "description": "1m data not available.\nOnly 8 days are allowed"}
    yahoo.quotes = lambda _: json_answer({"chart": {"result": None, "error": why}}, 422)
    with pytest.raises(UnknownSymbol, match=r"\(1m:1y\): 1m data not available\. Only 8 days are allowed\."):
        bars(source, detail="1m:1y")


def test_the_prices_of_another_symbol_are_refused(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(chart_answer("SPY", DAYS, [440.0, 443.0, 445.0, 447.25]))
    with pytest.raises(SourceUnavailable, match="prices of SPY when asked for QQQ"):
        bars(source, "QQQ")


@pytest.mark.parametrize("detail", ["", "1d", "1d:", "3m:1y", "1d:1y:2", "1d:01y", "1d:-1d"])
def test_a_detail_that_makes_no_sense_is_not_asked_for(source: YahooSource, yahoo: Yahoo, detail: str) -> None:
    with pytest.raises(UnknownSymbol, match="Ask for interval:period"):
        bars(source, detail=detail)
    assert not yahoo.paths


def test_an_answer_without_its_parts_cannot_be_read(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: Response('{"chart": {"result": [{"meta": {}, "indicators": {"quote": [{"open": [1]}]}}]}}')
    with pytest.raises(SourceUnavailable, match=r"prices of SPY \(1d:1y\) cannot be read") as refused:
        bars(source)
    assert "\n" not in str(refused.value)
