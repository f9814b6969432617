"""Signs of life of the worker and the scheduler, for /healthz: a key each in Redis that dies with its writer."""

from typing import Any

import redis
import structlog
from celery.signals import beat_init, before_task_publish, heartbeat_sent, worker_ready

from alphagex import clock
from apps.market import replay_clock
from apps.market.redis_client import short_questions

log = structlog.get_logger(__name__)
WORKER, BEAT = "worker", "beat"
# Shorter than the pause before a dead process is started again, so that nobody dies unseen.
_SECONDS_TO_LIVE = {WORKER: 8, BEAT: 12}
_state = {"is_beat": False}


def _key(name: str) -> str:
    return f"alphagex:heartbeat:{name}"


def beat_once(name: str) -> None:
    """Say that `name` is alive. A lost Redis is not this process's failure; the next beat tells."""
    try:
        short_questions().set(_key(name), clock.utc_iso(clock.now()), ex=_SECONDS_TO_LIVE[name])
    except redis.RedisError as error:
        log.warning("heartbeat_lost", process=name, error=type(error).__name__)


def last_beat(name: str) -> str | None:
    """Return when `name` last said it was alive, None if it is gone. Raises redis.RedisError."""
    value = short_questions().get(_key(name))
    return None if value is None else str(value)


def worker_lives(**_: Any) -> None:
    beat_once(WORKER)


def beat_starts(**_: Any) -> None:
    _state["is_beat"] = True
    replay_clock.restart()


def beat_sends(**_: Any) -> None:
    if _state["is_beat"]:
        beat_once(BEAT)


def connect() -> None:
    """Listen to Celery's signals. Idempotent."""
    worker_ready.connect(worker_lives)
    heartbeat_sent.connect(worker_lives)
    beat_init.connect(beat_starts)
    before_task_publish.connect(beat_sends)
