"""Which symbols somebody looks at: the owner's watchlist, open sockets and recently opened pages."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import redis
import structlog
from django.conf import settings

from apps.market.redis_client import short_questions

log = structlog.get_logger(__name__)
SYMBOL = re.compile(r"^[A-Z][A-Z0-9]{0,5}(\.[A-Z])?$")
KEPT_FOR = timedelta(minutes=10)
_KEY = "alphagex:watched"


class SymbolError(ValueError):
    """A text that cannot be a symbol. The message says what one looks like."""


def parse_symbol(text: str) -> str:
    """Return the symbol in `text`, upper-case, without the caret or dollar sign some sites put before an index."""
    symbol = text.strip().upper().lstrip("^$")
    if not SYMBOL.match(symbol):
        raise SymbolError(f"{text[:20]!r} is not a symbol. Use up to six letters, such as SPY, SPX or BRK.B.")
    return symbol


def note_watched(symbols: Iterable[str], *, at: datetime) -> None:
    """Keep `symbols` being polled for the next ten minutes. Losing Redis costs a note, not a page: it is made again."""
    scores = dict.fromkeys(symbols, at.timestamp())
    if not scores:
        return
    try:
        short_questions().zadd(_KEY, scores)
    except redis.RedisError as error:
        log.warning("watch_not_noted", symbols=sorted(scores), error=type(error).__name__)


def looked_at_symbols(*, at: datetime) -> list[str]:
    """Return what somebody looked at in the last ten minutes. Raises redis.RedisError."""
    client = short_questions()
    client.zremrangebyscore(_KEY, "-inf", (at - KEPT_FOR).timestamp())
    return [str(symbol) for symbol in client.zrange(_KEY, 0, 199)]


def watched_symbols(*, at: datetime) -> list[str]:
    """Return the watchlist and what is looked at, without doubles, watchlist first. Raises redis.RedisError."""
    return list(dict.fromkeys([*settings.WATCHLIST, *looked_at_symbols(at=at)]))
