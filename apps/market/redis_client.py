"""Connections to Redis: one pool for short questions, one kind of connection that waits for messages."""

from functools import lru_cache

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


@lru_cache(maxsize=1)
def short_questions() -> redis.Redis:
    """Return the process's client for quick commands: a lost Redis is an error within seconds."""
    return redis.Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30
    )


def waiting_connection() -> redis.asyncio.Redis:
    """Return a client for subscribing. It waits for ever: redis-py otherwise cuts an idle socket after 5 s.

    It never reconnects by itself either: that would subscribe again without catching up on what was missed.
    """
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=None,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )
