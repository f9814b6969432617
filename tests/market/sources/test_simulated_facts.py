"""Every question has an answer, the same everywhere, that says it is simulated."""

import subprocess
import sys
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from apps.market.sources.protocol import Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET, WEEKEND

QUESTIONS = [
    Question(kind=Kind.OPTIONS, symbol="SPX", detail="2026-12-18"),
    Question(kind=Kind.EXPIRATIONS, symbol="SPY"),
    Question(kind=Kind.BARS, symbol="QQQ", detail="1d:1mo"),
    Question(kind=Kind.BARS, symbol="VIX", detail="5m:5d"),
    Question(kind=Kind.GAMMA_DAYS, symbol="AAPL", detail="10"),
    Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPY", detail="2026-12-18"),
    Question(kind=Kind.LEVELS, symbol="SPY"),
    Question(kind=Kind.SKEW, symbol="AAPL"),
    Question(kind=Kind.SKEW_DAYS, symbol="AAPL", detail="5"),
    Question(kind=Kind.MACRO, symbol="DGS10"),
]
MACRO = {"DGS10": (2.0, 7.0), "DFF": (1.0, 8.0), "DEXUSEU": (0.9, 1.4), "UNRATE": (2.5, 7.0), "CPIAUCSL": (290, 360)}


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=42)


def fingerprint(market: SimulatedSource) -> str:
    """Return a digest of the answers to all questions."""
    digest = sha256()
    for question in QUESTIONS:
        answer = market.fetch(question, at=OPEN_MARKET)
        digest.update(msgspec.json.encode([answer.value, answer.as_of]))
    return digest.hexdigest()


def test_every_kind_but_the_packed_quotes_is_answered(market: SimulatedSource) -> None:
    assert market.kinds == set(Kind) - {Kind.QUOTES} == {question.kind for question in QUESTIONS}
    with pytest.raises(SourceUnavailable, match="no quotes: they come with its chains"):
        market.fetch(Question(kind=Kind.QUOTES, symbol="SPY"), at=OPEN_MARKET)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.kind)
@pytest.mark.parametrize("at", [OPEN_MARKET, WEEKEND, OPEN_MARKET.replace(hour=4)], ids=str)
def test_an_answer_is_plain_json_that_says_it_is_simulated(
    market: SimulatedSource, question: Question, at: datetime
) -> None:
    answer = market.fetch(question, at=at)
    assert answer.question == question
    assert (answer.origin.source, answer.origin.kind) == ("simulated", "simulated")
    assert (answer.origin.label, answer.origin.detail) == ("Simulated", "seed 42")
    assert answer.as_of.tzinfo is NEW_YORK
    assert answer.as_of <= at
    assert msgspec.json.decode(msgspec.json.encode(answer.value)) == answer.value
    assert answer.value


def test_the_same_seed_gives_the_same_answers_in_another_process(market: SimulatedSource) -> None:
    program = "from tests.market.sources.test_simulated_facts import *\nprint(fingerprint(SimulatedSource(seed=42)))"
    here = Path(__file__).parents[3]
    other = subprocess.run([sys.executable, "-c", program], cwd=here, capture_output=True, text=True, check=True)
    for at in (WEEKEND, OPEN_MARKET - timedelta(days=3)):
        for question in reversed(QUESTIONS):
            market.fetch(question, at=at)  # what was asked before must not matter
    assert other.stdout.strip() == fingerprint(market)
    assert fingerprint(SimulatedSource(seed=43)) != fingerprint(market)


@pytest.mark.parametrize("detail", ["2026-11-18", "2026-11-20", "2026-12-18"])
def test_the_quotes_of_an_expiration_are_those_of_the_chain(market: SimulatedSource, detail: str) -> None:
    chain = market.fetch_chain("SPX", at=OPEN_MARKET)
    assert chain.last is not None
    value = market.fetch(Question(kind=Kind.OPTIONS, symbol="SPX", detail=detail), at=OPEN_MARKET).value
    for side, is_call in (("calls", True), ("puts", False)):
        here = (chain.expiration == np.datetime64(detail)) & (chain.is_call == is_call)
        by_contract = {
            (float(chain.strike[place]), chain.roots[chain.root[place]]): place for place in np.flatnonzero(here)
        }
        rows: list[dict[str, Any]] = value[side]
        assert [(row["strike"], row["root"]) for row in rows] == sorted(by_contract)
        for row in rows:
            place = by_contract[row["strike"], row["root"]]
            for name in ("bid", "ask", "iv", "open_interest", "volume"):
                assert row[name] == getattr(chain, name)[place]
            last = float(chain.last[place])
            assert row["last"] == (None if np.isnan(last) else last)


def test_expirations_are_those_that_still_trade(market: SimulatedSource) -> None:
    asked = Question(kind=Kind.EXPIRATIONS, symbol="SPY")
    morning = market.fetch(asked, at=OPEN_MARKET).value
    evening = market.fetch(asked, at=OPEN_MARKET.replace(hour=16, minute=0)).value
    assert morning[0] == "2026-11-18"
    assert evening == morning[1:]
    assert morning == sorted(set(morning))


def test_last_prices_stand_on_ticks_inside_the_quotes_of_what_has_traded(market: SimulatedSource) -> None:
    for symbol in ("SPX", "SPY", "AAPL"):
        chain = market.fetch_chain(symbol, at=OPEN_MARKET)
        assert chain.last is not None
        traded = chain.volume > 0
        assert (np.isnan(chain.last) == ~traded).all()
        assert 0.1 < traded.mean() < 1
        last, bid, ask = chain.last[traded], chain.bid[traded], chain.ask[traded]
        assert (last > 0).all()
        assert (last >= bid).all()
        assert (last <= ask).all()
        tick = 0.05 if symbol == "SPX" else 0.01
        assert np.allclose(last / tick, np.rint(last / tick), atol=1e-6)
    before_open = market.fetch_chain("SPY", at=OPEN_MARKET.replace(hour=9))
    assert before_open.last is not None
    assert np.isnan(before_open.last).all()


@pytest.mark.parametrize("series", MACRO)
def test_macro_series_are_plausible_smooth_and_newest_first(market: SimulatedSource, series: str) -> None:
    answer = market.fetch(Question(kind=Kind.MACRO, symbol=series), at=OPEN_MARKET)
    values = np.array([row["value"] for row in answer.value])
    dates = [date.fromisoformat(row["date"]) for row in answer.value]
    low, high = MACRO[series]
    assert low < values.min() <= values.max() < high
    assert np.abs(np.diff(values)).max() < 0.13 * values.mean()
    assert len(set(values)) > 1
    assert dates == sorted(set(dates), reverse=True)
    assert dates[0] < OPEN_MARKET.date()
    assert answer.as_of.date() == dates[0]
    assert dates[0] - dates[-1] > timedelta(days=360)


def test_macro_figures_come_out_when_they_do(market: SimulatedSource) -> None:
    def newest(series: str, at: datetime) -> str:
        return str(market.fetch(Question(kind=Kind.MACRO, symbol=series), at=at).value[0]["date"])

    assert newest("DGS10", OPEN_MARKET) == "2026-11-17"
    assert newest("DGS10", datetime(2026, 11, 27, 10, tzinfo=NEW_YORK)) == "2026-11-25"  # after Thanksgiving
    assert newest("DFF", WEEKEND) == "2026-11-21"
    assert newest("DEXUSEU", OPEN_MARKET) == "2026-11-13"
    assert newest("CPIAUCSL", OPEN_MARKET) == "2026-10-01"
    assert newest("UNRATE", datetime(2027, 1, 11, 10, tzinfo=NEW_YORK)) == "2026-11-01"


def test_an_observation_never_changes_once_it_is_out(market: SimulatedSource) -> None:
    for series in MACRO:
        asked = Question(kind=Kind.MACRO, symbol=series)
        then, later = (market.fetch(asked, at=OPEN_MARKET + timedelta(days=days)).value for days in (0, 90))
        published = {row["date"]: row["value"] for row in later}
        both = [row for row in then if row["date"] in published]
        assert len(both) > 5
        assert all(published[row["date"]] == row["value"] for row in both)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.QUOTES}))
def test_an_unknown_symbol_is_said_in_one_line(market: SimulatedSource, kind: Kind) -> None:
    detail = {Kind.BARS: "1d:1y", Kind.OPTIONS: "2026-12-18", Kind.EXPIRATION_GAMMA: "2026-12-18"}.get(kind, "30")
    with pytest.raises(UnknownSymbol, match=r"'SPYX'.*[Pp]ick one of") as raised:
        market.fetch(Question(kind=kind, symbol="SPYX", detail=detail), at=OPEN_MARKET)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.kind)
@pytest.mark.parametrize("year", [1999, 2004, 2045, 2050])
def test_beyond_the_exchange_calendar_nothing_is_known(market: SimulatedSource, question: Question, year: int) -> None:
    day = datetime(year, 1 if year < 2040 else 12, 5, 12, tzinfo=NEW_YORK)
    with pytest.raises(SourceUnavailable, match="knows no such day"):
        market.fetch(question, at=day)


@pytest.mark.parametrize("day", [clock.FIRST_DAY + timedelta(days=18), clock.LAST_DAY - timedelta(days=94)])
def test_at_the_ends_of_the_calendar_there_are_answers(market: SimulatedSource, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=NEW_YORK)
    listed = market.fetch(Question(kind=Kind.EXPIRATIONS, symbol="SPX"), at=at).value
    for kind, detail in (
        (Kind.OPTIONS, listed[-1]),
        (Kind.BARS, "1d:1y"),
        (Kind.GAMMA_DAYS, "60"),
        (Kind.SKEW, ""),
        (Kind.SKEW_DAYS, "10"),
        (Kind.LEVELS, ""),
    ):
        assert market.fetch(Question(kind=kind, symbol="SPX", detail=detail), at=at).value
    assert market.fetch(Question(kind=Kind.BARS, symbol="VIX", detail="1d:1mo"), at=at).value["close"]
