"""The lines before the sources: what is wanted, by whom first, and who is already fetching it."""

from dataclasses import dataclass

import redis
import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from apps.market import budget, configured
from apps.market.budget import Priority
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import Kind, Question

log = structlog.get_logger(__name__)
CHAIN = "chain"  # beside the kinds of questions: a symbol's chain, which becomes a snapshot
_FETCHING_SECONDS = 60  # longer than any fetch may take; a worker that died must not block a question for ever


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing in a line, as it travels through Redis and Celery."""

    kind: str
    symbol: str
    detail: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind}|{self.symbol}|{self.detail}"

    @property
    def question(self) -> Question | None:
        """The question, None for a chain."""
        if self.kind == CHAIN:
            return None
        return Question(kind=Kind(self.kind), symbol=self.symbol, detail=self.detail)


def wanted(text: str) -> Wanted:
    """Return what `text` stands for."""
    kind, symbol, detail = text.split("|", 2)
    return Wanted(kind, symbol, detail)


def ask_for(question: Question, *, source_name: str, priority: Priority) -> None:
    """Put a question in its source's line and let the worker look at it soon. Idempotent while it waits.

    Redis away: nothing can be asked now; whoever looks at the fact asks again.
    """
    item = Wanted(question.kind, question.symbol, question.detail)
    try:
        if short_questions().exists(_fetching(item, source_name)):
            return
        budget.ask(configured.upstream_of(source_name), item.text, priority)
        _nudge()
    except (redis.RedisError, OperationalError) as error:
        log.warning("question_not_asked", kind=question.kind, symbol=question.symbol, error=type(error).__name__)


def ask_for_chain(symbol: str, *, priority: Priority) -> None:
    """Put a symbol's chain in the line. Raises redis.RedisError."""
    name = configured.chain_source().name
    budget.ask(configured.upstream_of(name), Wanted(CHAIN, symbol).text, priority)


def begin(question: Question, *, source_name: str) -> bool:
    """Take the right to fetch the answer. False if another worker is at it. Raises redis.RedisError."""
    item = Wanted(question.kind, question.symbol, question.detail)
    return bool(short_questions().set(_fetching(item, source_name), 1, nx=True, ex=_FETCHING_SECONDS))


def end(question: Question, *, source_name: str) -> None:
    """Give the right back. Redis away: it ends by itself."""
    try:
        short_questions().delete(_fetching(Wanted(question.kind, question.symbol, question.detail), source_name))
    except redis.RedisError as error:
        log.warning("fetching_not_ended", kind=question.kind, symbol=question.symbol, error=type(error).__name__)


def send_out() -> int:
    """Hand to the workers what may go now, in order of urgency; return how much. Raises redis.RedisError."""
    sent = 0
    for upstream in configured.upstreams():
        for item in budget.take(upstream):
            # Its token is spent. A fetch nobody took within a minute is dropped; who still wants it asks again.
            current_app.send_task("market.fetch", args=[upstream.name, item], expires=60)
            sent += 1
    return sent


def _nudge() -> None:
    """Have the line looked at before the next tick, twice a second at most."""
    if short_questions().set("alphagex:nudged", 1, nx=True, px=500):
        current_app.send_task("market.send_out", expires=5, countdown=0.2)


def _fetching(item: Wanted, source_name: str) -> str:
    return f"alphagex:fetching:{source_name}:{item.text}"
