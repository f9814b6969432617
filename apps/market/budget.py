"""The right to ask a service on the network: one token bucket per service and account, kept in Redis for everybody.

Whoever sends a request first spends a token; who is refused by the service (429, quota text) silences everybody for
30, 60, 120, then 300 s. What cannot go now waits in one line per service, people first. Redis' own clock counts, so
machines whose clocks differ still keep one pace.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from time import sleep
from typing import Any

from redis.commands.core import Script

from apps.market.redis_client import short_questions
from apps.market.sources.protocol import OutOfBudget, Upstream

BACK_OFF_SECONDS = (30, 60, 120, 300)  # gamma 3.4
FORGOTTEN_AFTER_SECONDS = 600  # in the line; whoever still wants it has asked again by then


class Priority(IntEnum):
    """Who goes first."""

    PERSON = 0  # somebody looks at it
    WATCHED = 1  # the owner's watchlist
    SCHEDULED = 2  # scanner, tracking
    BACKFILL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """What the system page shows of one service. left: requests that may go at once. Seconds count from now."""

    made: int
    made_this_minute: int
    left: int
    waiting: int
    paused_seconds: float
    refusals_in_a_row: int
    last_refusal: str


_COMMON = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local pace, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'paused_until')
local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
if pace > 0 then tokens = math.min(burst, tokens + math.max(now - at, 0) / pace) else tokens = burst end
local paused = math.max((tonumber(kept[3]) or 0) - now, 0)
local function pay(count)
  local minute = math.floor(now / 60)
  if tonumber(redis.call('HGET', KEYS[1], 'minute') or -1) ~= minute then
    redis.call('HSET', KEYS[1], 'minute', minute, 'made_this_minute', 0)
  end
  redis.call('HINCRBY', KEYS[1], 'made_this_minute', count)
  redis.call('HINCRBY', KEYS[1], 'made', count)
  redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens - count), 'at', string.format('%.6f', now))
end
"""
# A whole token with the rounding of the stored digits allowed for.
_WHOLE = "0.999999"

_SPEND = (
    _COMMON
    + f"""
if paused > 0 then return {{0, tostring(paused), 'paused'}} end
local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if first[2] and math.floor(tonumber(first[2]) / 1e14) < tonumber(ARGV[3]) then
  return {{0, tostring(math.max(pace, 1)), 'others first'}}
end
if tokens < {_WHOLE} then return {{0, tostring((1 - tokens) * pace), 'spent'}} end
pay(1)
return {{1, '0', ''}}
"""
)

_TAKE = (
    _COMMON
    + f"""
local oldest = now * 1000 - {FORGOTTEN_AFTER_SECONDS * 1000}
local taken = {{}}
while paused == 0 and #taken < tonumber(ARGV[3]) and tokens - #taken >= {_WHOLE} do
  local first = redis.call('ZPOPMIN', KEYS[2])
  if not first[1] then break end
  if tonumber(first[2]) % 1e14 >= oldest then table.insert(taken, first[1]) end
end
if #taken > 0 then pay(#taken) end
return taken
"""
)

_ASK = f"""
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local priority = tonumber(ARGV[2])
local kept = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or -1)
-- One that waits keeps its place, unless it became more urgent or would soon be taken for forgotten.
if kept >= 0 and math.floor(kept / 1e14) <= priority and now - kept % 1e14 < {FORGOTTEN_AFTER_SECONDS * 500} then
  return 0
end
if kept >= 0 then priority = math.min(priority, math.floor(kept / 1e14)) end
return redis.call('ZADD', KEYS[2], string.format('%.0f', priority * 1e14 + now), ARGV[1])
"""

_REFUSED = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local count = redis.call('HINCRBY', KEYS[1], 'refusals', 1)
local steps = cjson.decode(ARGV[1])
local pause = math.max(steps[math.min(count, #steps)], tonumber(ARGV[2]))
local before = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0)
redis.call('HSET', KEYS[1], 'paused_until', string.format('%.6f', math.max(before, now + pause)), 'reason', ARGV[3])
return tostring(pause)
"""

_STATE = (
    _COMMON
    + """
local more = redis.call('HMGET', KEYS[1], 'made', 'made_this_minute', 'minute', 'refusals', 'reason')
local of_now = tonumber(more[3] or -1) == math.floor(now / 60)
return {more[1] or 0, of_now and more[2] or 0, math.floor(tokens + 0.000001), redis.call('ZCARD', KEYS[2]),
        tostring(paused), more[4] or 0, more[5] or ''}
"""
)


@lru_cache(maxsize=8)
def _script(text: str) -> Script:
    return short_questions().register_script(text)


def _run(text: str, upstream: Upstream, *arguments: Any) -> Any:
    place = f"alphagex:budget:{upstream.name}:{upstream.account}"
    return _script(text)(keys=[place, f"{place}:waiting"], args=list(arguments))


def ask(upstream: Upstream, item: str, priority: Priority) -> None:
    """Put `item` in the line, once; asked again with more urgency it moves forward. Raises redis.RedisError."""
    _run(_ASK, upstream, item, int(priority))


def take(upstream: Upstream, *, at_most: int = 50) -> list[str]:
    """Pop what may go now, most urgent first; a token is spent for each. Raises redis.RedisError."""
    taken = _run(_TAKE, upstream, upstream.seconds_per_request, upstream.burst, at_most)
    return [str(item) for item in taken]


def state(upstream: Upstream) -> BudgetState:
    """Return how the budget stands. Raises redis.RedisError."""
    made, minute, left, waiting, paused, refusals, reason = _run(
        _STATE, upstream, upstream.seconds_per_request, upstream.burst
    )
    return BudgetState(
        made=int(made),
        made_this_minute=int(minute),
        left=int(left),
        waiting=int(waiting),
        paused_seconds=float(paused),
        refusals_in_a_row=int(refusals),
        last_refusal=str(reason),
    )


class RedisMeter:
    """The budget as a source spends it (`sources.protocol.Meter`).

    patience_seconds: how long `spend` may wait for its turn; 0 in workers and never anything else near a web request.
    """

    def __init__(
        self,
        upstream: Upstream,
        *,
        priority: Priority = Priority.PERSON,
        patience_seconds: float = 0.0,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self.upstream = upstream
        self._priority = priority
        self._patience = patience_seconds
        self._wait = wait
        self._turns = 0

    @contextmanager
    def turn_taken(self) -> Iterator[None]:
        """Let the first request of the block go on the token that `take` spent for it."""
        self._turns = 1
        try:
            yield
        finally:
            self._turns = 0

    def spend(self) -> None:
        """Take one token, waiting for it no longer than the patience. Raises OutOfBudget, redis.RedisError."""
        if self._turns:
            self._turns -= 1
            return
        waited = 0.0
        while True:
            granted, seconds, reason = _run(
                _SPEND,
                self.upstream,
                self.upstream.seconds_per_request,
                self.upstream.burst,
                int(self._priority),
            )
            if int(granted):
                return
            pause = min(max(float(seconds), 0.01), 5.0)
            if waited + pause > self._patience:
                raise OutOfBudget(_explained(self.upstream.name, str(reason), float(seconds)), float(seconds))
            self._wait(pause)
            waited += pause

    def succeeded(self) -> None:
        """Let the steps of the back-off start anew. A pause that is running is left alone (gamma 3.5)."""
        short_questions().hset(f"alphagex:budget:{self.upstream.name}:{self.upstream.account}", "refusals", 0)

    def refused(self, reason: str, *, retry_after: float | None = None, for_long: bool = False) -> None:
        """Silence the service for everybody: 30, 60, 120, then 300 s, or longer if it asked for it."""
        least = max(retry_after or 0.0, float(BACK_OFF_SECONDS[-1]) if for_long else 0.0)
        _run(_REFUSED, self.upstream, str(list(BACK_OFF_SECONDS)), min(least, 3600.0), reason[:200])


def _explained(name: str, reason: str, seconds: float) -> str:
    wait = f"{seconds:.0f} s" if seconds >= 1 else "a moment"
    match reason:
        case "paused":
            return f"Requests to {name} rest for another {wait}: it asked for fewer."
        case "others first":
            return f"Requests to {name} that somebody waits for go first. Next try in {wait}."
        case _:
            return f"The request budget of {name} is spent for now. Next request in {wait}."
