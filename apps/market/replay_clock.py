"""When the replay began: one moment for all workers, so that each of them plays the same minute of the recording."""

from datetime import datetime

import redis
import structlog

from apps.market.redis_client import short_questions

log = structlog.get_logger(__name__)
_KEY = "alphagex:replay:started_at"


def started_at(now: datetime) -> datetime:
    """Return the shared start, which is `now` for the first who asks after a restart of the desk."""
    client = short_questions()
    client.set(_KEY, now.isoformat(), nx=True)
    return datetime.fromisoformat(str(client.get(_KEY)))


def restart() -> None:
    """Let the next who asks begin the recording anew. Called when the scheduler starts."""
    try:
        short_questions().delete(_KEY)
    except redis.RedisError as error:
        log.warning("replay_not_restarted", error=type(error).__name__)
