"""The newest answer to each question: in PostgreSQL for good, in Redis for speed."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import redis
import structlog
from django.db import transaction

from apps.market.freshness import backed_off
from apps.market.models import MarketData
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import Answer, Question

log = structlog.get_logger(__name__)
_KEPT_SECONDS = 86_400


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """The newest known answer, how old it is and what went wrong since.

    value: plain JSON by kind (sources.protocol.Kind), None while nothing is known. truth: live, delayed, recorded or
    simulated. problem: why the last refresh failed, empty when it did not.
    """

    question: Question
    source: str
    value: Any = None
    truth: str = ""
    label: str = ""
    as_of: datetime | None = None
    fetched_at: datetime | None = None
    valid_until: datetime | None = None
    problem: str = ""
    problem_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.fetched_at is not None

    @property
    def stale_after(self) -> datetime | None:
        """When a refresh is overdue by as long as the answer was good for."""
        if self.valid_until is None or self.fetched_at is None:
            return None
        return self.valid_until + (self.valid_until - self.fetched_at)

    def is_valid(self, at: datetime) -> bool:
        """Return whether it needs no refresh yet."""
        return self.valid_until is not None and at < self.valid_until

    def is_stale(self, at: datetime) -> bool:
        """Return whether it is older than promised; what is not known is."""
        return self.stale_after is None or at > self.stale_after

    def may_be_asked(self, at: datetime) -> bool:
        """Return whether a refresh is due and its source has had time to recover from the last failure."""
        return not self.is_valid(at) and (self.retry_at is None or at >= self.retry_at)


def read(source: str, question: Question) -> Fact:
    """Return what is known; Redis is asked first, PostgreSQL fills what Redis lost."""
    place = _place(source, question)
    try:
        if kept := short_questions().get(place):
            return msgspec.json.decode(str(kept), type=Fact)
    except (redis.RedisError, msgspec.ValidationError) as error:
        log.warning("data_cache_unread", question=place, error=type(error).__name__)
    row = MarketData.objects.filter(**_columns(source, question)).first()
    if row is None:
        return Fact(question=question, source=source)
    fact = _fact(row, question)
    _keep(fact)
    return fact


def store(answer: Answer, *, source: str, fetched_at: datetime, valid_until: datetime) -> Fact:
    """Keep an answer; one that was fetched earlier than what is there changes nothing."""
    with transaction.atomic():
        row = _locked(source, answer.question)
        if row.fetched_at is None or row.fetched_at <= fetched_at:
            row.payload, row.truth, row.label = answer.value, answer.origin.kind, answer.origin.label
            row.as_of, row.fetched_at, row.valid_until = answer.as_of, fetched_at, valid_until
            row.last_error, row.consecutive_failures, row.retry_at = "", 0, None
            row.save()
        fact = _fact(row, answer.question)
        transaction.on_commit(lambda: _keep(fact))
    return fact


def note_failure(question: Question, *, source: str, message: str, at: datetime, pause: timedelta) -> Fact:
    """Keep why a refresh failed, beside the answer that is there. pause: after the first failure; it doubles."""
    with transaction.atomic():
        row = _locked(source, question)
        row.consecutive_failures += 1
        row.last_error, row.last_error_at = message[:500], at
        row.retry_at = at + backed_off(pause, failures=row.consecutive_failures - 1)
        row.save()
        fact = _fact(row, question)
        transaction.on_commit(lambda: _keep(fact))
    return fact


def _locked(source: str, question: Question) -> MarketData:
    columns = _columns(source, question)
    MarketData.objects.get_or_create(**columns)
    return MarketData.objects.select_for_update().get(**columns)


def _columns(source: str, question: Question) -> dict[str, Any]:
    return {"source": source, "kind": question.kind, "symbol": question.symbol, "detail": question.detail}


def _place(source: str, question: Question) -> str:
    return f"alphagex:data:{source}:{question.kind}:{question.symbol}:{question.detail}"


def _fact(row: MarketData, question: Question) -> Fact:
    return Fact(
        question=question,
        source=row.source,
        value=row.payload,
        truth=row.truth,
        label=row.label,
        as_of=row.as_of,
        fetched_at=row.fetched_at,
        valid_until=row.valid_until,
        problem=row.last_error,
        problem_at=row.last_error_at,
        failures=row.consecutive_failures,
        retry_at=row.retry_at,
    )


def _keep(fact: Fact) -> None:
    """Put a fact in front of its row. Redis away costs a query next time, nothing else."""
    try:
        place = _place(fact.source, fact.question)
        short_questions().set(place, msgspec.json.encode(fact).decode(), ex=_KEPT_SECONDS)
    except redis.RedisError as error:
        log.warning("data_cache_unkept", kind=fact.question.kind, error=type(error).__name__)
