"""Facts in the shape of yfinance's tickers, as the engines of the old program take them."""

from datetime import date

import pytest

from apps.market.data_cache import Fact
from apps.market.sources.protocol import Question
from apps.market.sources.simulated import SimulatedSource
from apps.market.tickers import FactTicker
from legacy_engines.options import quotes
from tests.moments import OPEN_MARKET

COLUMNS = ["strike", "bid", "ask", "lastPrice", "volume", "openInterest", "impliedVolatility", "contractSymbol"]


def asked_of_the_simulated_market(question: Question) -> Fact:
    answer = SimulatedSource(seed=42).fetch(question, at=OPEN_MARKET)
    return Fact(question=question, source="simulated", value=answer.value, fetched_at=OPEN_MARKET)


def rows_of(*rows: dict[str, object]) -> FactTicker:
    value = {"calls": list(rows), "puts": []}
    return FactTicker(
        "BRK.B", lambda question: Fact(question=question, source="x", value=value, fetched_at=OPEN_MARKET)
    )


@pytest.mark.parametrize("symbol", ["SPY", "^SPX"])
def test_a_chain_has_the_columns_the_engines_read(symbol: str) -> None:
    ticker = FactTicker(symbol, asked_of_the_simulated_market)
    chain = ticker.option_chain(ticker.options[2])
    for side in (chain.calls, chain.puts):
        assert sorted(side.columns) == sorted(COLUMNS)
        assert len(side) == side["contractSymbol"].nunique() > 0


def test_a_contract_is_called_as_the_exchange_calls_it() -> None:
    frame = FactTicker("SPX", asked_of_the_simulated_market).option_chain("2026-11-20").puts
    root = set(frame["contractSymbol"].str[:-15])
    assert root == {"SPX", "SPXW"}, "a date that settles twice"
    assert set(frame["contractSymbol"].str[-15:-8]) == {"261120P"}
    assert (frame["contractSymbol"].str[-8:].astype(int) == frame["strike"] * 1000).all()


def test_a_row_without_its_series_is_called_for_the_symbol() -> None:
    calls = rows_of({"strike": 472.5, "bid": 1.0}).option_chain("2026-12-18").calls
    assert calls["contractSymbol"].tolist() == ["BRKB261218C00472500"]


def test_an_expiration_without_contracts_has_the_columns_all_the_same() -> None:
    chain = rows_of().option_chain("2026-12-18")
    assert sorted(chain.calls.columns) == sorted(chain.puts.columns) == sorted(COLUMNS)


def test_an_engine_quotes_a_contract_by_name() -> None:
    day = date(2026, 12, 18)
    quote = quotes.get_real_option_price(
        "SPY", 640.0, "call", day.isoformat(), tickers=lambda symbol: FactTicker(symbol, asked_of_the_simulated_market)
    )
    assert quote["contract_symbol"] == "SPY261218C00640000"
    assert quote["mid"] == (quote["bid"] + quote["ask"]) / 2
