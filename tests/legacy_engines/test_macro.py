"""FRED series, VIX and the regime."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.market.macro import SERIES, FREDIntegration
from tests.parity.areas.intelligence_markets import CannedTickers, UnreadableSettings
from tests.parity.worlds import SOME_TUESDAY, CannedSession, StandingClock

PATH = "/fred/series/observations"
KEY = {"FRED_API_KEY": "k"}
STAND_INS = {name: default for name, _, default in SERIES}


def answer(series: str, value: Any, **more: Any) -> dict[str, Any]:
    observed = {"observations": [{"value": value}]}
    return {"method": "GET", "path": PATH, "params": {"series_id": series}, "json": observed, **more}


def source(*http: dict[str, Any], closes: list[float] | None = None, **keywords: Any) -> FREDIntegration:
    recorded = {} if closes is None else {"^VIX": {"history_close": closes}}
    world: dict[str, Any] = {
        "clock": StandingClock(SOME_TUESDAY),
        "session": CannedSession(list(http)),
        "tickers": CannedTickers(recorded),
    }
    return FREDIntegration(**{**world, **keywords})


@pytest.mark.parametrize(
    ("environ", "settings", "key"),
    [
        ({"FRED_API_KEY": "a", "fred_api_key": "b"}, {"fred_api_key": "c"}, "a"),
        ({"FRED_API_KEY": "", "fred_api_key": "b"}, {}, "b"),
        ({}, {"fred_api_key": "c"}, "c"),
        ({}, {"FRED_API_KEY": "c"}, ""),
        ({}, UnreadableSettings(), ""),
    ],
)
def test_where_the_key_comes_from(environ: dict[str, str], settings: Any, key: str) -> None:
    assert source(environ=environ, settings=settings).api_key == key


@pytest.mark.parametrize("closes", [None, []])
def test_a_vix_that_cannot_be_read_is_twenty(closes: list[float] | None) -> None:
    assert source(closes=closes).get_vix() == 20.0


def test_the_vix_is_the_last_close() -> None:
    assert source(closes=[12.0, 31.5]).get_vix() == 31.5
    assert math.isnan(source(closes=[math.nan]).get_vix())


def test_without_a_key_nothing_is_asked_and_the_cache_is_not_read() -> None:
    macro = source(closes=[16.0])
    macro.cache["DGS10"] = (9.99, macro.clock.now())
    assert macro.get_economic_data() == {"vix": 16.0, **STAND_INS}
    assert isinstance(macro.session, CannedSession)
    assert macro.session.requests == []


def test_a_value_is_kept_for_an_hour_and_never_reused_after() -> None:
    clock = StandingClock(SOME_TUESDAY)
    macro = source(answer("DGS10", "4.02"), answer("DGS10", "4.10"), clock=clock, environ=KEY)
    assert macro.get_economic_data()["ten_year_yield"] == 4.02
    clock.advance(3599)
    assert macro.get_economic_data()["ten_year_yield"] == 4.02
    clock.advance(1)
    assert macro.get_economic_data()["ten_year_yield"] == 4.10
    clock.advance(3600)
    macro.session = CannedSession([])
    assert macro.get_economic_data()["ten_year_yield"] == 4.3


@pytest.mark.parametrize(
    "bad",
    [
        answer("DGS10", "."),
        answer("DGS10", None),
        answer("DGS10", "4.02", status=500),
        answer("DGS10", "4.02", json={"observations": []}),
        answer("DGS10", "4.02", json={}),
        answer("DGS10", "4.02", json=[]),
        answer("DGS10", "4.02", **{"raise": "Timeout"}),
    ],
)
def test_whatever_goes_wrong_gives_the_stand_in_and_is_not_kept(bad: dict[str, Any]) -> None:
    macro = source(bad, answer("DFF", "4.12"), environ=KEY)
    data = macro.get_economic_data()
    assert data["ten_year_yield"] == 4.3
    assert data["fed_funds_rate"] == 4.12
    assert list(macro.cache) == ["DFF"]


@given(st.floats(5, 80), st.floats(0, 12))
def test_size_never_grows_with_volatility(vix: float, ten_year: float) -> None:
    macro = source()
    calm, wild = (macro.get_regime({"vix": level, "ten_year_yield": ten_year}) for level in (vix, vix + 5))
    assert wild["size_multiplier"] <= calm["size_multiplier"]
    assert calm["size_multiplier"] in {0.5, 0.75, 1.0, 1.5}


@pytest.mark.parametrize(
    ("vix", "regime", "size"),
    [
        (14.99, "LOW", 1.5),
        (15, "NORMAL", 1.0),
        (20, "ELEVATED", 1.0),
        (25, "HIGH", 1.0),
        (25.01, "HIGH", 0.75),
        (30, "EXTREME", 0.75),
        (30.01, "EXTREME", 0.5),
        (math.nan, "EXTREME", 1.0),
    ],
)
def test_regimes(vix: float, regime: str, size: float) -> None:
    answer = source().get_regime({"vix": vix, "ten_year_yield": 3.9})
    assert (answer["vol_regime"], answer["size_multiplier"]) == (regime, size)


def test_high_rates_are_defensive_in_any_volatility() -> None:
    assert source().get_regime({"vix": 10, "ten_year_yield": 5.01})["regime_signal"].startswith("DEFENSIVE")


def test_an_empty_regime_is_the_stand_ins() -> None:
    answer = source().get_regime({})
    assert (answer["vix"], answer["ten_year_yield"], answer["fed_funds_rate"]) == (20, 4.3, 5.5)
    with pytest.raises(TypeError):
        source().get_regime({"vix": None})
