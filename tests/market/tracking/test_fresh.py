"""A worker's question counts as answered when the answer is new, or when the source has refused it often enough."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured, data_cache
from apps.market.budget import RedisMeter
from apps.market.sources.protocol import Kind, Question
from apps.market.tracking.fresh import FreshFacts
from tests.market.tracking.material import answer
from tests.moments import OPEN_MARKET

BARS = Question(kind=Kind.BARS, symbol="SPY", detail="1d:1mo")
UNLISTED = Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPY", detail="2026-11-21")

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_an_answer_since_then_serves_even_if_it_is_no_longer_valid() -> None:
    answer(Kind.BARS, "SPY", [1], at=OPEN_MARKET, detail="1d:1mo")
    ask = FreshFacts(since=OPEN_MARKET, at=OPEN_MARKET + timedelta(minutes=10))
    assert (ask(BARS).value, ask.late) == ([1], set())


def test_an_older_answer_is_fetched_again() -> None:
    answer(Kind.BARS, "SPY", [1], at=OPEN_MARKET - timedelta(hours=1), detail="1d:1mo")
    ask = FreshFacts(since=OPEN_MARKET, at=OPEN_MARKET)
    assert len(ask(BARS).value["close"]) > 15
    assert not ask.late


def test_a_question_nobody_answers_is_not_waited_for(settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    ask = FreshFacts(since=OPEN_MARKET, at=OPEN_MARKET)
    assert not ask(UNLISTED).is_known
    assert not ask.late


def test_three_refusals_are_an_answer() -> None:
    at = OPEN_MARKET
    for failures in (1, 2, 3):
        ask = FreshFacts(since=OPEN_MARKET, at=at)
        fact = ask(UNLISTED)
        assert (fact.failures, ask.late) == (failures, {UNLISTED} if failures < 3 else set())
        at += timedelta(minutes=5)


def test_a_question_put_off_is_late_however_often_it_failed_before(settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    settings.SECONDS_PER_REQUEST = {"yahoo": 20.0}
    settings.REQUEST_BURST = {"yahoo": 1}
    settings.YAHOO_URL = "http://127.0.0.1:9"
    configured.configured.cache_clear()
    for _ in range(5):
        data_cache.note_failure(
            BARS, source="yahoo", message="No.", at=OPEN_MARKET - timedelta(days=1), pause=timedelta(seconds=30)
        )
    RedisMeter(configured.upstream_of("yahoo")).spend()
    ask = FreshFacts(since=OPEN_MARKET, at=OPEN_MARKET)
    assert "budget" in ask(BARS).problem
    assert ask.late == {BARS}
