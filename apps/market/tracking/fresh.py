"""Asking for facts that are not older than a moment, and knowing which of them are still on their way."""

from datetime import datetime

from apps.market import configured, data_cache, facts
from apps.market.data_cache import Fact
from apps.market.sources.protocol import Question

# Some questions never get an answer (no Tuesday expiration is listed): so many refusals count as one.
_REFUSALS = 3


class FreshFacts:
    """An `Ask` for workers: what was fetched since `since` serves, anything older is fetched again.

    `late`: questions whose answer has not come yet, because the budget is spent or the source failed for a moment.
    """

    def __init__(self, *, since: datetime, at: datetime) -> None:
        self._since = since
        self._at = at
        self.late: set[Question] = set()

    def __call__(self, question: Question) -> Fact:
        source = configured.data_source(question.kind)
        if source is None:
            return facts.newest(question, at=self._at)
        fact = data_cache.read(source.name, question)
        if not self._is_answered(fact):
            fact = facts.fetched(question, at=self._at)
        if not self._is_answered(fact):
            self.late.add(question)
        return fact

    def _is_answered(self, fact: Fact) -> bool:
        if fact.fetched_at is not None and fact.fetched_at >= self._since:
            return True
        if fact.failures < _REFUSALS or fact.problem_at is None or fact.retry_at is None:
            return False
        # A failure rests its question; one that was only put off, with the budget spent, may be asked at once.
        return self._since <= fact.problem_at < fact.retry_at
