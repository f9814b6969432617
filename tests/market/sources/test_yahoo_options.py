"""Option quotes and expirations of Yahoo over real HTTP."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alphagex import clock
from apps.market.sources.protocol import Answer, Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.yahoo import YahooSource
from tests.market.sources.yahoo_answers import (
    AT,
    EXPIRATIONS,
    NO_OPTIONS,
    QUOTED_AT,
    Yahoo,
    asked_day,
    contract,
    epoch,
    json_answer,
    options_answer,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance")
MONDAY = "2023-09-18"


@pytest.fixture
def yahoo(httpserver: HTTPServer) -> Yahoo:
    return Yahoo(httpserver)


@pytest.fixture
def source(yahoo: Yahoo) -> YahooSource:
    return YahooSource(base_url=yahoo.url, timeout=3)


def quotes_of(source: YahooSource, symbol: str = "SPX", day: str = MONDAY, at: datetime = AT) -> Answer:
    return source.fetch(Question(kind=Kind.OPTIONS, symbol=symbol, detail=day), at=at)


def answering(**changes: Any) -> Callable[[Request], Response]:
    """Answer with the expiration that was asked for, changed as said."""
    return lambda request: json_answer(options_answer(**({"day": asked_day(request)} | changes)))


def test_one_request_brings_the_rows_of_one_expiration(source: YahooSource, yahoo: Yahoo) -> None:
    answer = quotes_of(source)
    assert answer.value["calls"][1] == {
        "strike": 4500.0,
        "bid": 12.0,
        "ask": 12.6,
        "last": 12.3,
        "iv": 0.15,
        "open_interest": 1500,
        "volume": 100,
        "root": "SPXW",
    }
    assert [row["strike"] for row in answer.value["puts"]] == [4450.0, 4500.0]
    assert yahoo.quote_paths == ["/yahoo/v7/finance/options/^SPX"]
    assert yahoo.server.log[-1][0].args["date"] == str(epoch(date(2023, 9, 18)))


def test_quotes_are_delayed_and_of_the_moment_yahoo_states(source: YahooSource) -> None:
    answer = quotes_of(source)
    assert answer.as_of == QUOTED_AT
    assert answer.as_of.tzinfo is clock.NEW_YORK
    assert (answer.origin.source, answer.origin.kind, answer.origin.label) == ("yahoo", "delayed", "Yahoo")
    assert (answer.origin.delay_seconds, answer.origin.detail) == (900, "")


def test_quotes_without_a_moment_are_of_the_moment_of_asking_and_say_so(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(regularMarketTime=None)
    answer = quotes_of(source)
    assert answer.as_of == AT
    assert answer.origin.detail == "Yahoo did not say when it quoted; the time is that of asking."


def test_old_quotes_keep_their_age(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(regularMarketTime=int((QUOTED_AT - timedelta(days=3)).timestamp()))
    assert quotes_of(source).as_of == QUOTED_AT - timedelta(days=3)


def test_quotes_from_the_future_come_as_they_are_dated(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(regularMarketTime=int((AT + timedelta(minutes=6)).timestamp()))
    assert quotes_of(source).as_of == AT + timedelta(minutes=6)


def test_what_yahoo_leaves_out_is_null_and_a_recorded_zero_stays(source: YahooSource, yahoo: Yahoo) -> None:
    bare = contract(
        "SPXW230918C04500000", bid=None, ask=5.0, lastPrice=None, volume=None, openInterest=0, impliedVolatility=None
    )
    yahoo.quotes = answering(calls=[bare])
    row = quotes_of(source).value["calls"][0]
    assert (row["bid"], row["ask"], row["last"], row["volume"], row["open_interest"]) == (None, 5.0, None, None, 0)
    assert row["iv"] is None


@pytest.mark.parametrize(
    ("bid", "ask", "iv", "kept"),
    [(1.0, 1.2, 0.15, 0.15), (0, 0.05, 0.3, 0.3), (0, 0, 0.25, None), (None, None, 0.5, None), (1.0, 1.2, 1e-5, None)],
)
def test_a_volatility_yahoo_did_not_solve_for_is_none(
    source: YahooSource, yahoo: Yahoo, bid: float | None, ask: float | None, iv: float, kept: float | None
) -> None:
    yahoo.quotes = answering(calls=[contract("SPXW230918C04500000", bid=bid, ask=ask, impliedVolatility=iv)])
    assert quotes_of(source).value["calls"][0]["iv"] == kept


def test_rows_come_by_strike_and_both_series_of_a_shared_strike_are_there(source: YahooSource, yahoo: Yahoo) -> None:
    names = ["SPXW230915C04500000", "SPX230915C04500000", "SPX230915C04400000", "SPXW230915C04500000"]
    yahoo.quotes = answering(calls=[contract(name) for name in names])
    rows = quotes_of(source, day="2023-09-15").value["calls"]
    assert [(row["strike"], row["root"]) for row in rows] == [(4400.0, "SPX"), (4500.0, "SPX"), (4500.0, "SPXW")]


def test_contracts_of_other_dates_and_adjusted_ones_are_left_out(source: YahooSource, yahoo: Yahoo) -> None:
    names = ["SPY230918C00450000", "SPY230918C00451000", "SPY1230918C00452000", "SPY230920C00453000"]
    yahoo.quotes = answering(symbol="SPY", calls=[contract(name) for name in names], puts=[])
    assert [row["strike"] for row in quotes_of(source, "SPY").value["calls"]] == [450.0, 451.0]


def test_an_expiration_that_is_not_listed_names_the_nearest(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(day=EXPIRATIONS[0])
    with pytest.raises(UnknownSymbol, match=r"SPX that expire 2023-09-23\. .*: 2023-09-21, 2023-09-22, 2023-09-25\.$"):
        quotes_of(source, day="2023-09-23")
    assert len(yahoo.quote_paths) == 1


def test_an_expiration_that_is_no_date_is_not_asked_for(source: YahooSource, yahoo: Yahoo) -> None:
    with pytest.raises(UnknownSymbol, match="'next week' is no expiration"):
        quotes_of(source, day="next week")
    assert not yahoo.paths


@pytest.mark.parametrize("answer", [NO_OPTIONS, options_answer("SPY", listed=[], calls=[], puts=[])])
def test_a_symbol_without_options_is_unknown(source: YahooSource, yahoo: Yahoo, answer: dict[str, Any]) -> None:
    yahoo.quotes = lambda _: json_answer(answer)
    for question in (
        Question(kind=Kind.EXPIRATIONS, symbol="SPY"),
        Question(kind=Kind.OPTIONS, symbol="SPY", detail=MONDAY),
    ):
        with pytest.raises(UnknownSymbol, match="Yahoo lists no options on SPY"):
            source.fetch(question, at=AT)
    assert len(yahoo.quote_paths) == 2


def test_the_underlying_of_another_symbol_is_refused(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(symbol="SPY")
    with pytest.raises(SourceUnavailable, match="answered with SPY when asked for QQQ"):
        quotes_of(source, "QQQ")


def test_contracts_of_another_symbol_are_refused(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(calls=[contract("SPY230918C00450000")], puts=[])
    with pytest.raises(SourceUnavailable, match="options of SPY when asked for SPX"):
        quotes_of(source)


def test_a_listed_expiration_without_contracts_is_worth_another_try(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = answering(calls=[], puts=[])
    with pytest.raises(SourceUnavailable, match="no contracts of SPX that expire 2023-09-18"):
        quotes_of(source)


def test_expirations_come_nearest_first(source: YahooSource, yahoo: Yahoo) -> None:
    answer = source.fetch(Question(kind=Kind.EXPIRATIONS, symbol="SPX"), at=AT)
    assert answer.value == [day.isoformat() for day in EXPIRATIONS]
    assert (answer.as_of, len(yahoo.quote_paths)) == (QUOTED_AT, 1)


@pytest.mark.parametrize(
    ("symbol", "spelled"), [("SPX", "^SPX"), ("VIX", "^VIX"), ("SPY", "SPY"), ("BRK.B", "BRK-B"), ("brk/b", "BRK-B")]
)
def test_symbols_are_spelled_as_yahoo_does(source: YahooSource, yahoo: Yahoo, symbol: str, spelled: str) -> None:
    source.fetch(Question(kind=Kind.EXPIRATIONS, symbol=symbol), at=AT)
    assert yahoo.quote_paths == [f"/yahoo/v7/finance/options/{spelled}"]


def test_a_series_is_no_underlying(source: YahooSource, yahoo: Yahoo) -> None:
    with pytest.raises(UnknownSymbol, match="Ask for SPX"):
        source.fetch(Question(kind=Kind.EXPIRATIONS, symbol="SPXW"), at=AT)
    assert not yahoo.paths


def test_what_yahoo_does_not_have_is_not_asked_for(source: YahooSource, yahoo: Yahoo) -> None:
    with pytest.raises(UnknownSymbol, match="Yahoo has no skew days"):
        source.fetch(Question(kind=Kind.SKEW_DAYS, symbol="SPX"), at=AT)
    assert not yahoo.paths
    assert source.kinds == {Kind.OPTIONS, Kind.EXPIRATIONS, Kind.BARS}
