"""How often a user may ask: a bucket in Redis that refills all the time, the same for all processes."""

import math

import redis
import structlog
from django.conf import settings

from apps.market.redis_client import short_questions

log = structlog.get_logger(__name__)
# KEYS[1]: the bucket. ARGV: how many it holds, milliseconds until one more is in it. The clock is Redis's own.
# Returns how many are left, and the milliseconds to wait where none was.
_TAKE = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local most, each = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(most, (tonumber(kept[1]) or most) + (ms - (tonumber(kept[2]) or ms)) / each)
local wait = 0
if left >= 1 then left = left - 1 else wait = math.ceil((1 - left) * each) end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(ms))
redis.call('PEXPIRE', KEYS[1], math.ceil(most * each))
return {math.floor(left), wait}
"""


class TooOftenError(Exception):
    """More requests than a minute allows. seconds: until the next is taken; most: a minute."""

    def __init__(self, seconds: int, most: int) -> None:
        super().__init__(f"{most} requests of this kind a minute are taken. Try again in {seconds} s.")
        self.seconds, self.most = seconds, most


def take(user_id: int, *, is_write: bool) -> int:
    """Count a request of a user; return how many are left at once. Raises TooOftenError.

    Without Redis requests are taken uncounted: a lost limit costs less than a lost API.
    """
    most: int = settings.API_WRITES_A_MINUTE if is_write else settings.API_READS_A_MINUTE
    key = f"alphagex:api:{'write' if is_write else 'read'}:{user_id}"
    try:
        left, wait = short_questions().eval(_TAKE, 1, key, str(most), str(60_000 / most))
    except redis.RedisError as error:
        log.warning("api_not_counted", error=type(error).__name__)
        return most
    if wait:
        raise TooOftenError(math.ceil(wait / 1000), most)
    return int(left)
