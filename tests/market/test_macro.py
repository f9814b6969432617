"""VIX and macro figures: what is known goes into the engine, what is not is called a stand-in."""

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured, facts
from apps.market.chain import Origin
from apps.market.macro import VIX, macro, vix_close
from apps.market.sources.protocol import Answer, Kind, Question
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db")
SERIES = {"ten_year_yield": "DGS10", "fed_funds_rate": "DFF"}


@pytest.fixture
def fred(settings: Settings) -> None:
    settings.DATA_SOURCE, settings.FRED_API_KEY = "cboe", "0" * 32
    configured.configured.cache_clear()


def know(question: Question, value: object, source: str) -> None:
    origin = Origin(source=source, kind="delayed", label=source)
    answer = Answer(question=question, value=value, as_of=OPEN_MARKET, origin=origin)
    facts.put(answer, source_name=source, at=OPEN_MARKET)


def know_vix(close: float) -> None:
    moment, column = ["2026-11-18T00:00:00-05:00"], [close]
    know(VIX, {"time": moment, "open": column, "high": column, "low": column, "close": column, "volume": [0]}, "yahoo")


def know_series(name: str, printed: str) -> None:
    question = Question(kind=Kind.MACRO, symbol=SERIES[name])
    know(question, [{"date": "2026-11-17", "value": printed}], "fred")


@pytest.mark.usefixtures("fred")
def test_known_figures_make_the_regime() -> None:
    know_vix(27.5)
    know_series("ten_year_yield", "4.61")
    know_series("fed_funds_rate", "3.88")
    known = macro(OPEN_MARKET)
    assert (known.data["vix"], known.data["ten_year_yield"], known.data["fed_funds_rate"]) == (27.5, 4.61, 3.88)
    assert (known.regime["vol_regime"], known.regime["size_multiplier"]) == ("HIGH", 0.75)
    assert not {"vix", "ten_year_yield", "fed_funds_rate"} & set(known.stand_ins)
    assert vix_close(OPEN_MARKET) == 27.5


@pytest.mark.usefixtures("fred")
def test_what_is_not_known_yet_is_a_stand_in() -> None:
    known = macro(OPEN_MARKET)
    assert known.data["vix"] == 20
    assert {"vix", "ten_year_yield"} <= set(known.stand_ins)
    assert vix_close(OPEN_MARKET) == 0.0


@pytest.mark.usefixtures("fred")
def test_a_holiday_without_a_figure_is_a_stand_in() -> None:
    know_series("ten_year_yield", ".")
    known = macro(OPEN_MARKET)
    assert known.data["ten_year_yield"] == 4.3
    assert "ten_year_yield" in known.stand_ins


def test_without_an_account_no_series_is_asked_for(settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    know_vix(14.0)
    known = macro(OPEN_MARKET)
    assert known.data["vix"] == 14.0
    assert "vix" not in known.stand_ins
    assert set(SERIES) <= set(known.stand_ins)
