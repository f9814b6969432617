"""Chains put together from Yahoo's nearest expirations."""

from datetime import timedelta

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market.chain import FloatArray
from apps.market.sources.protocol import OutOfBudget, SourceUnavailable, UnknownSymbol
from apps.market.sources.yahoo import NEAREST_EXPIRATIONS, YahooSource
from tests.market.sources.yahoo_answers import (
    AT,
    EXPIRATIONS,
    NO_OPTIONS,
    QUOTED_AT,
    Purse,
    Yahoo,
    asked_day,
    contract,
    json_answer,
    options_answer,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance")


@pytest.fixture
def yahoo(httpserver: HTTPServer) -> Yahoo:
    return Yahoo(httpserver)


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def source(yahoo: Yahoo, purse: Purse) -> YahooSource:
    return YahooSource(base_url=yahoo.url, timeout=3, meter=purse)


def test_a_chain_is_the_nearest_expirations_and_says_that_later_ones_are_missing(
    source: YahooSource, yahoo: Yahoo, purse: Purse
) -> None:
    chain = source.fetch_chain("^spx", at=AT)
    days = [str(day) for day in np.unique(chain.expiration)]
    assert days == [day.isoformat() for day in EXPIRATIONS[:NEAREST_EXPIRATIONS]]
    assert (len(chain), chain.is_call.sum()) == (4 * NEAREST_EXPIRATIONS, 2 * NEAREST_EXPIRATIONS)
    assert (chain.symbol, chain.spot, chain.change, chain.as_of) == ("SPX", 4490.5, 23.25, QUOTED_AT)
    assert chain.warnings == (
        "Yahoo is asked for the nearest 8 of 10 expirations, to 2023-09-26; later ones are not in these numbers.",
    )
    assert chain.origin.kind == "delayed"
    assert purse.spent == len(yahoo.quote_paths) == NEAREST_EXPIRATIONS


def test_every_number_stands_with_its_contract(source: YahooSource, yahoo: Yahoo) -> None:
    calls = [
        contract("SPXW230915C04400000", bid=91.0, ask=92.5, impliedVolatility=0.21, openInterest=7, volume=3),
        contract("SPX230915C04500000", bid=None, ask=0.0, impliedVolatility=0.5, openInterest=0, lastPrice=None),
    ]
    puts = [contract("SPXW230915P04400000", bid=0.0, ask=0.1, impliedVolatility=0.19, openInterest=11, volume=5)]
    yahoo.quotes = lambda _: json_answer(options_answer(calls=calls, puts=puts, listed=EXPIRATIONS[:1]))
    chain = source.fetch_chain("SPX", at=AT)
    assert [chain.roots[root] for root in chain.root] == ["SPXW", "SPX", "SPXW"]
    assert chain.strike.tolist() == [4400.0, 4500.0, 4400.0]
    assert chain.is_call.tolist() == [True, True, False]
    columns: list[tuple[FloatArray | None, list[float]]] = [
        (chain.bid, [91.0, np.nan, 0.0]),
        (chain.ask, [92.5, 0.0, 0.1]),
        (chain.iv, [0.21, np.nan, 0.19]),
        (chain.open_interest, [7, 0, 11]),
        (chain.volume, [3, 100, 5]),
        (chain.last, [12.3, np.nan, 12.3]),
        (chain.feed_gamma, [np.nan] * 3),
    ]
    for column, expected in columns:
        assert column is not None
        np.testing.assert_array_equal(column, expected)
    assert chain.warnings == ()


def test_a_class_of_shares_is_known_by_its_root(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(options_answer("BRK-B", listed=EXPIRATIONS[:1]))
    assert source.fetch_chain("BRK.B", at=AT).symbol == "BRK.B"


def test_a_chain_without_a_moment_says_so(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(options_answer(listed=EXPIRATIONS[:1], regularMarketTime=None))
    chain = source.fetch_chain("SPX", at=AT)
    assert chain.as_of == AT
    assert chain.warnings == ("Yahoo did not say when it quoted; the time is that of asking.",)


def test_a_chain_that_ran_out_of_budget_goes_on_where_it_stopped(
    source: YahooSource, yahoo: Yahoo, purse: Purse
) -> None:
    purse.left = 5
    with pytest.raises(OutOfBudget):
        source.fetch_chain("SPX", at=AT)
    purse.left = 3
    assert len(source.fetch_chain("SPX", at=AT + timedelta(seconds=30))) == 4 * NEAREST_EXPIRATIONS
    assert purse.spent == len(yahoo.quote_paths) == NEAREST_EXPIRATIONS


def test_what_came_of_a_chain_is_not_kept_for_long(source: YahooSource, yahoo: Yahoo, purse: Purse) -> None:
    purse.left = 5
    with pytest.raises(OutOfBudget):
        source.fetch_chain("SPX", at=AT)
    purse.left = 8
    source.fetch_chain("SPX", at=AT + timedelta(minutes=3))
    assert len(yahoo.quote_paths) == 5 + NEAREST_EXPIRATIONS


def test_blanked_quotes_are_no_chain(source: YahooSource, yahoo: Yahoo) -> None:
    def respond(request: Request) -> Response:
        name = f"SPXW{asked_day(request):%y%m%d}C04500000"
        blank = contract(name, bid=0, ask=0, impliedVolatility=0.125)
        return json_answer(options_answer(day=asked_day(request), calls=[blank], puts=[]))

    yahoo.quotes = respond
    with pytest.raises(SourceUnavailable, match="neither bids nor asks for SPX"):
        source.fetch_chain("SPX", at=AT)


@pytest.mark.parametrize("price", [None, 0, "4490.5"])
def test_a_chain_without_a_price_is_refused(source: YahooSource, yahoo: Yahoo, price: float | str | None) -> None:
    yahoo.quotes = lambda _: json_answer(options_answer(listed=EXPIRATIONS[:1], regularMarketPrice=price))
    with pytest.raises(SourceUnavailable, match="no usable chain: the price of the underlying"):
        source.fetch_chain("SPX", at=AT)


def test_a_symbol_without_options_has_no_chain(source: YahooSource, yahoo: Yahoo) -> None:
    yahoo.quotes = lambda _: json_answer(NO_OPTIONS)
    with pytest.raises(UnknownSymbol, match="no options on SPY"):
        source.fetch_chain("SPY", at=AT)


def test_one_expiration_that_fails_fails_the_chain(source: YahooSource, yahoo: Yahoo) -> None:
    def respond(request: Request) -> Response:
        failing = asked_day(request) == EXPIRATIONS[3]
        return Response("", 500) if failing else json_answer(options_answer(day=asked_day(request)))

    yahoo.quotes = respond
    with pytest.raises(SourceUnavailable, match="answered 500 for the options of SPX"):
        source.fetch_chain("SPX", at=AT)
