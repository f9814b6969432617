"""Option chains from a price source, the rule-of-thumb greeks and unusual flow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import NormalDist
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.yahoo_chain import OptionsDataFetcher


@dataclass
class Clock:
    """A clock at 14:30 UTC that keeps how long it was told to sleep."""

    sleeps: list[float] = field(default_factory=list)
    moment: datetime = datetime(2025, 3, 12, 14, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


@dataclass
class Chain:
    calls: pd.DataFrame
    puts: pd.DataFrame


@dataclass
class Source:
    """A price source that answers from its fields; an exception in place of an answer is raised."""

    minutes: Any = (585.37,)
    days: Any = ()
    listed: Any = ("2025-03-13", "2025-03-21")
    chains: dict[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> Sequence[str]:
        return self._answer(self.listed)  # type: ignore[no-any-return]

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        return pd.DataFrame({"Close": list(self._answer(self.minutes if interval == "1m" else self.days))})

    def option_chain(self, expiration: str) -> Chain:
        frame = pd.DataFrame({"strike": [580.0, 590.0], "impliedVolatility": [0.2, 0.3], "openInterest": [10, 20]})
        return self._answer(self.chains.get(expiration, Chain(frame, frame)))  # type: ignore[no-any-return]

    @staticmethod
    def _answer(answer: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer


def fetcher(**source: Any) -> tuple[OptionsDataFetcher, Clock]:
    clock = Clock()
    return OptionsDataFetcher("spy", tickers=lambda symbol: Source(**source), clock=clock), clock


def greeks(rows: dict[str, Any], spot: float = 500.0) -> dict[str, float]:
    frame = fetcher()[0].calculate_greeks(pd.DataFrame({name: [value] for name, value in rows.items()}), spot)
    return {str(name): value for name, value in frame.iloc[0].items() if name not in rows}


def test_spot_comes_from_minutes_then_days_then_memory_then_a_hundred() -> None:
    assert fetcher()[0].get_spot_price() == 585.37
    assert fetcher(minutes=(), days=(580.0, 583.25))[0].get_spot_price() == 583.25
    engine, _ = fetcher(minutes=ConnectionError("down"))
    assert engine.get_spot_price() == 100.0
    assert engine.spot_price is None
    engine.spot_price = 321.0
    assert engine.get_spot_price() == 321.0


@given(
    st.floats(300, 700), st.sampled_from(["call", "put"]), st.floats(0.1, 60), st.floats(0.02, 1.5), st.floats(300, 700)
)
def test_the_greeks_follow_their_rule_of_thumb(
    strike: float, kind: str, days: float, volatility: float, spot: float
) -> None:
    found = greeks({"strike": strike, "optionType": kind, "dte": days, "impliedVolatility": volatility}, spot)
    peak = 0.05 * math.exp(-10 * abs(1 - strike / spot))
    gamma = peak / math.sqrt(max(days, 0.5)) / max(volatility, 0.1) * 0.01
    d = (math.log(spot / strike) + 0.5 * volatility**2 * days / 365) / (volatility * math.sqrt(days / 365))
    delta = (0.5 if kind == "call" else -0.5) + 0.5 * NormalDist().cdf(d)
    expected = {
        "moneyness": strike / spot,
        "gamma": gamma,
        "delta": delta,
        "theta": -0.01 * gamma * spot * volatility,
        "vega": 0.01 * gamma * spot * math.sqrt(days / 365),
    }
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert list(found) == list(expected)


def test_absent_columns_have_defaults_and_missing_cells_do_not() -> None:
    assert greeks({"strike": 505.0}) == greeks(
        {"strike": 505.0, "optionType": "put", "dte": 5, "impliedVolatility": 0.2}
    )
    unknown = greeks({"strike": 505.0, "optionType": "put", "dte": 5, "impliedVolatility": math.nan})
    assert all(math.isnan(unknown[name]) for name in ("gamma", "delta", "theta", "vega"))


def test_impossible_contracts_are_refused_or_unknown() -> None:
    with pytest.raises(ZeroDivisionError, match="strike"):
        greeks({"strike": 0.0, "optionType": "put", "dte": 5, "impliedVolatility": 0.2})
    assert greeks({"strike": 0.0, "dte": 5, "impliedVolatility": 0.2})["delta"] == 0.0
    assert math.isnan(greeks({"strike": 500.0, "optionType": "call", "dte": -1})["vega"])
    with pytest.raises(TypeError, match="impliedVolatility"):
        greeks({"strike": 500.0, "optionType": "call", "impliedVolatility": "0.2"})
    with pytest.raises(TypeError, match="spot"):
        fetcher()[0].calculate_greeks(pd.DataFrame({"strike": [1.0]}))
    assert list(fetcher()[0].calculate_greeks(pd.DataFrame({"strike": []}), 100.0)) == ["strike", "moneyness"]


def test_the_chain_holds_calls_and_puts_of_each_expiration() -> None:
    engine, clock = fetcher()
    chain = engine.get_options_chain()
    assert chain is engine.options_chain
    assert chain["optiontype"].tolist() == ["call", "call", "put", "put"] * 2
    # Deliberate (core Q2): tomorrow's expiration counts as 0 days.
    assert chain["dte"].unique().tolist() == [0, 8]
    assert chain["volume"].tolist() == [0] * 8
    assert not chain.isna().any(axis=None)
    assert clock.sleeps == []


def test_expirations_outside_the_window_and_unreadable_ones_are_left_out() -> None:
    empty = Chain(pd.DataFrame({"strike": []}), pd.DataFrame({"strike": [1.0]}))
    engine, _ = fetcher(
        listed=("2025-03-13", "2025-03-14", "2025-03-17", "2025-04-12"),
        chains={"2025-03-13": empty, "2025-03-14": ConnectionError("down")},
    )
    assert engine.get_options_chain()["expiration"].unique().tolist() == ["2025-03-17"]
    many, _ = fetcher(listed=tuple(f"2025-03-{day}" for day in range(13, 21)))
    assert len(many.get_options_chain()["expiration"].unique()) == 5


def test_at_midnight_utc_the_last_day_of_the_window_still_counts() -> None:
    engine, clock = fetcher()
    clock.moment = datetime(2025, 3, 11, tzinfo=UTC)
    assert engine.get_options_chain(days_to_expiry=10)["dte"].unique().tolist() == [2, 10]
    clock.moment = datetime(2025, 3, 10, 23, 59, 59, tzinfo=UTC)
    assert engine.get_options_chain(days_to_expiry=10)["dte"].unique().tolist() == [2]


def test_missing_cells_become_zero_also_in_text_columns() -> None:
    calls = pd.DataFrame({"strike": [580.0], "contractSymbol": ["A"], "volume": [math.nan]})
    puts = pd.DataFrame({"strike": [580.0]})
    engine, _ = fetcher(listed=("2025-03-20",), chains={"2025-03-20": Chain(calls, puts)})
    chain = engine.get_options_chain()
    assert chain["contractsymbol"].tolist() == ["A", 0]
    assert chain["volume"].tolist() == [0, 0]


@pytest.mark.parametrize("listed", [(), None, ConnectionError("down"), ("soon",), ("2027-01-01",)])
def test_a_failing_source_is_asked_again_after_growing_pauses(listed: Any) -> None:
    engine, clock = fetcher(listed=listed)
    assert engine.get_options_chain().empty
    assert engine.options_chain is None
    assert clock.sleeps == [1, 2]
    assert engine.get_options_chain(max_retries=0).empty
    assert clock.sleeps == [1, 2]


def test_unusual_flow_is_what_trades_more_than_twice_its_open_interest() -> None:
    engine, _ = fetcher()
    assert engine.get_option_flow().empty
    engine.options_chain = pd.DataFrame(
        {
            "strike": [1.0, 2.0, 3.0],
            "optiontype": "call",
            "expiration": "2025-03-20",
            "volume": [20, 21, 100],
            "openinterest": 9,
            "lastprice": 1.5,
        }
    )
    flow = engine.get_option_flow()
    assert flow["strike"].tolist() == [3.0, 2.0]
    assert flow["dollar_volume"].tolist() == [15000.0, 3150.0]
    engine.options_chain = engine.options_chain.drop(columns="volume")
    with pytest.raises(KeyError, match="volume"):
        engine.get_option_flow()
