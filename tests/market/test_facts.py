"""Asking for a fact never waits; one fetch serves everybody; failures are told beside the older answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from pytest_django.fixtures import Settings

from apps.market import configured, data_cache, facts, live, tasks, waiting
from apps.market.budget import Priority, RedisMeter, state
from apps.market.chain import Origin
from apps.market.fake_upstream.server import FakeUpstream
from apps.market.models import MarketData
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import Answer, Kind, Question
from tests.moments import OPEN_MARKET, WEEKEND

BARS = Question(kind=Kind.BARS, symbol="SPY", detail="1d:1mo")
SIMULATED = Origin(source="simulated", kind="simulated", label="Simulated")
VIEWERS = 200


def answer(value: object, question: Question = BARS) -> Answer:
    return Answer(question=question, value=value, as_of=OPEN_MARKET, origin=SIMULATED)


def test_what_nobody_knows_is_said_and_asked_for_once(db: None) -> None:
    for _ in range(3):
        fact = facts.newest(BARS, at=OPEN_MARKET)
        assert (fact.is_known, fact.is_stale(OPEN_MARKET)) == (False, True)
    assert state(configured.upstream_of("simulated")).waiting == 1


def test_a_valid_answer_is_not_asked_for_again(db: None) -> None:
    facts.put(answer([1]), source_name="simulated", at=OPEN_MARKET)
    fact = facts.newest(BARS, at=OPEN_MARKET + timedelta(seconds=59))
    assert (fact.value, fact.truth, fact.label) == ([1], "simulated", "Simulated")
    assert state(configured.upstream_of("simulated")).waiting == 0


def test_an_expired_answer_is_shown_with_its_age_while_the_new_one_is_on_its_way(db: None) -> None:
    facts.put(answer([1]), source_name="simulated", at=OPEN_MARKET)
    at = OPEN_MARKET + timedelta(seconds=61)
    fact = facts.newest(BARS, at=at)
    assert (fact.value, fact.is_valid(at), fact.is_stale(at)) == ([1], False, False)
    assert state(configured.upstream_of("simulated")).waiting == 1
    assert facts.newest(BARS, at=OPEN_MARKET + timedelta(seconds=121)).is_stale(OPEN_MARKET + timedelta(seconds=121))


def test_what_redis_lost_comes_back_from_the_database(transactional_db: None) -> None:
    facts.put(answer([1, 2]), source_name="simulated", at=OPEN_MARKET)
    kept = facts.newest(BARS, at=OPEN_MARKET)
    short_questions().flushdb()
    assert facts.newest(BARS, at=OPEN_MARKET) == kept
    MarketData.objects.all().delete()
    assert facts.newest(BARS, at=OPEN_MARKET) == kept, "Redis stands in front again"


def test_an_answer_that_came_late_does_not_replace_a_newer_one(db: None) -> None:
    facts.put(answer(["new"]), source_name="simulated", at=OPEN_MARKET + timedelta(seconds=5))
    assert facts.put(answer(["old"]), source_name="simulated", at=OPEN_MARKET).value == ["new"]


def test_a_failure_stands_beside_the_older_answer_and_gives_the_source_time(db: None, settings: Settings) -> None:
    facts.put(answer([1]), source_name="simulated", at=OPEN_MARKET)
    later = OPEN_MARKET + timedelta(minutes=5)
    for failures, seconds in ((1, 30), (2, 60), (3, 120)):
        fact = data_cache.note_failure(
            BARS, source="simulated", message="No answer.", at=later, pause=timedelta(seconds=30)
        )
        assert (fact.value, fact.problem, fact.failures) == ([1], "No answer.", failures)
        assert fact.retry_at == later + timedelta(seconds=seconds)
    assert not facts.newest(BARS, at=later).may_be_asked(later)
    healed = facts.put(answer([2]), source_name="simulated", at=later)
    assert (healed.problem, healed.failures, healed.retry_at) == ("", 0, None)


def test_a_question_no_source_answers_says_so(db: None, settings: Settings) -> None:
    settings.DATA_SOURCE = "yahoo"
    configured.configured.cache_clear()
    fact = facts.newest(Question(kind=Kind.LEVELS, symbol="SPY"), at=OPEN_MARKET)
    assert (fact.is_known, fact.problem) == (False, "The source yahoo offers no levels.")


def test_a_closed_market_is_asked_less_often(db: None, settings: Settings) -> None:
    settings.DATA_SOURCE = "yahoo"
    configured.configured.cache_clear()
    fact = facts.put(answer([1]), source_name="yahoo", at=WEEKEND)
    assert fact.valid_until == WEEKEND + timedelta(minutes=15)


def test_the_worker_fetches_keeps_and_announces(transactional_db: None) -> None:
    heard = short_questions().pubsub()  # type: ignore[no-untyped-call]
    heard.subscribe(live.channel())
    heard.get_message(timeout=1)
    tasks.fetch("simulated", waiting.Wanted("bars", "SPY", "1d:1mo").text)
    row = MarketData.objects.get()
    assert row.payload is not None
    assert (row.kind, row.symbol, row.truth, len(row.payload["close"]) > 15) == ("bars", "SPY", "simulated", True)
    got = heard.get_message(timeout=5)
    assert got is not None
    message = live.decode(got["data"])
    assert (message.type, message.symbol, message.slot) == ("fact", "SPY", "bars:1d:1mo")


def test_with_the_budget_spent_the_question_goes_back_into_the_line(db: None, settings: Settings) -> None:
    with FakeUpstream() as upstream:
        settings.DATA_SOURCE, settings.YAHOO_URL = "yahoo", upstream.yahoo_url
        settings.SECONDS_PER_REQUEST = {"yahoo": 20.0}
        settings.REQUEST_BURST = {"yahoo": 1}
        configured.configured.cache_clear()
        RedisMeter(configured.upstream_of("yahoo")).spend()
        fact = facts.fetched(BARS, at=OPEN_MARKET)
        assert "request budget of yahoo is spent" in fact.problem
        assert state(configured.upstream_of("yahoo")).waiting == 1
        assert not [one for one in upstream.requests if "/chart/" in one.path]


def test_200_viewers_cost_one_fetch(transactional_db: None, settings: Settings) -> None:
    with FakeUpstream() as upstream:
        settings.DATA_SOURCE, settings.YAHOO_URL = "yahoo", upstream.yahoo_url
        configured.configured.cache_clear()

        def look(_: int) -> bool:
            try:
                return facts.newest(BARS, at=OPEN_MARKET, priority=Priority.PERSON).is_known
            finally:
                connection.close()

        def work(item: str) -> None:
            try:
                tasks.fetch("yahoo", item)
            finally:
                connection.close()

        with ThreadPoolExecutor(20) as viewers:
            assert not any(viewers.map(look, range(VIEWERS)))
        from apps.market import budget

        due = budget.take(configured.upstream_of("yahoo"))
        assert due == ["bars|SPY|1d:1mo"]
        work(due[0])
        with ThreadPoolExecutor(20) as viewers:
            assert all(viewers.map(look, range(VIEWERS)))
        assert budget.take(configured.upstream_of("yahoo")) == []
        assert len([one for one in upstream.requests if "/chart/" in one.path]) == 1
