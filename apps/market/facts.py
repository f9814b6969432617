"""The one place to ask for market facts. Asking never waits: the newest known answer comes at once, with its age,
and where it is due a refresh is put in the line; what the refresh brings arrives by push.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import structlog
from django.conf import settings

from alphagex import clock
from apps.market import announcing, configured, data_cache, recording, waiting
from apps.market.budget import Priority
from apps.market.data_cache import Fact
from apps.market.sources.protocol import Answer, DataSource, Kind, OutOfBudget, Question, SourceError

log = structlog.get_logger(__name__)
NOBODY = "nobody"  # the source of a question no configured source answers

# How long an answer is good while the market is open; closed markets change nothing that is worth a request.
_GOOD_FOR: dict[Kind, timedelta] = {
    Kind.OPTIONS: timedelta(seconds=30),
    Kind.QUOTES: timedelta(seconds=30),
    Kind.EXPIRATIONS: timedelta(hours=6),
    Kind.BARS: timedelta(minutes=1),
    Kind.GAMMA_DAYS: timedelta(hours=6),
    # A week of the watchlist is up to 20 requests, with one in 20 s and half of them the feed's a quarter of an hour:
    # twice that, so that the first day still holds when the last one comes.
    Kind.EXPIRATION_GAMMA: timedelta(minutes=30),
    Kind.LEVELS: timedelta(minutes=5),
    Kind.SKEW: timedelta(minutes=5),
    Kind.SKEW_DAYS: timedelta(hours=6),
    Kind.MACRO: timedelta(hours=1),
}
_CLOSED_AT_LEAST = timedelta(minutes=15)


def can_be_asked(kind: Kind) -> bool:
    """Return whether a configured source answers questions of this kind."""
    return configured.data_source(kind) is not None


def newest(question: Question, *, at: datetime, priority: Priority = Priority.PERSON) -> Fact:
    """Return the newest known answer; where a refresh is due it is put in the line. Never waits for the network."""
    source = configured.data_source(question.kind)
    if source is None:
        return _unanswerable(question)
    fact = data_cache.read(source.name, question)
    if fact.may_be_asked(at):
        waiting.ask_for(question, source_name=source.name, priority=priority)
    return fact


def fetched(question: Question, *, at: datetime) -> Fact:
    """Return the answer, fetched now if the known one is no longer valid. For workers: it waits for the network.

    A failure is told in `problem`, beside the older answer; with the budget spent the question is put in the line.
    """
    source = configured.data_source(question.kind)
    if source is None:
        return _unanswerable(question)
    fact = data_cache.read(source.name, question)
    return _refreshed(question, source, fact, at=at) if fact.may_be_asked(at) else fact


def put(answer: Answer, *, source_name: str, at: datetime) -> Fact:
    """Keep an answer. One whose source's clock is ahead is taken for now, so that its age is never negative."""
    answer = replace(answer, as_of=min(answer.as_of, at))
    return data_cache.store(
        answer, source=source_name, fetched_at=at, valid_until=_good_until(answer.question.kind, at=at)
    )


def _refreshed(question: Question, source: DataSource, known: Fact, *, at: datetime) -> Fact:
    if not waiting.begin(question, source_name=source.name):
        return known  # another worker is at it
    try:
        fact = _asked(question, source, at=at)
    except OutOfBudget as error:
        put_off: OutOfBudget | None = error
    else:
        put_off = None
    finally:
        waiting.end(question, source_name=source.name)
    if put_off is not None:
        waiting.ask_for(question, source_name=source.name, priority=Priority.SCHEDULED)
        return msgspec.structs.replace(known, problem=str(put_off), problem_at=at)
    announcing.try_to(announcing.announce_fact, fact)
    return fact


def _asked(question: Question, source: DataSource, *, at: datetime) -> Fact:
    """Return what the source says, or the older answer with why it said nothing. Raises OutOfBudget."""
    try:
        answer = source.fetch(question, at=at)
    except OutOfBudget:
        raise
    except SourceError as error:
        log.warning(
            "fact_not_fetched", source=source.name, kind=question.kind, symbol=question.symbol, error=str(error)
        )
        pause = timedelta(seconds=settings.POLL_SECONDS)
        return data_cache.note_failure(question, source=source.name, message=str(error), at=at, pause=pause)
    fact = put(answer, source_name=source.name, at=at)
    recording.note_answer(answer, received_at=at)
    return fact


def _good_until(kind: Kind, *, at: datetime) -> datetime:
    good_for = _GOOD_FOR[kind]
    main = configured.chain_source()
    status = clock.market_status(at)
    if status.is_open or main.always_open:
        return at + good_for
    # The first answer after the close is the day's last word; nothing new comes before the next open.
    return max(at + good_for, min(at + max(good_for, _CLOSED_AT_LEAST), status.changes_at))


def _unanswerable(question: Question) -> Fact:
    name = configured.chain_source().name
    return Fact(question=question, source=NOBODY, problem=f"The source {name} offers no {_plain(question.kind)}.")


def _plain(kind: Kind) -> str:
    return kind.value.replace("_", " ")


__all__ = ["Fact", "Priority", "can_be_asked", "fetched", "newest", "put"]
