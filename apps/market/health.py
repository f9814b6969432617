"""Is every part alive? Each part is asked on its own, and each answer says what is wrong."""

from dataclasses import dataclass
from datetime import datetime

import redis
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max

from alphagex import clock
from apps.market import heartbeat
from apps.market.models import Snapshot
from apps.market.redis_client import short_questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the desk. status: up, down or unknown (the part that would tell is down)."""

    name: str
    status: str
    detail: str


def check_parts() -> list[Part]:
    """Return database, redis, worker and beat."""
    redis_part = _redis()
    return [_database(), redis_part, _process(heartbeat.WORKER, redis_part), _process(heartbeat.BEAT, redis_part)]


def newest_snapshot_age(at: datetime) -> float | None:
    """Return seconds since the newest snapshot was received; None when there is none or the database is away."""
    try:
        newest = Snapshot.objects.aggregate(newest=Max("received_at"))["newest"]
    except (DatabaseError, InterfaceError):
        return None
    return None if newest is None else round((at - newest).total_seconds(), 1)


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return Part(name="database", status="down", detail=f"PostgreSQL does not answer ({type(error).__name__}).")
    return Part(name="database", status="up", detail="")


def _redis() -> Part:
    try:
        short_questions().ping()
    except redis.RedisError as error:
        return Part(name="redis", status="down", detail=f"Redis does not answer ({type(error).__name__}).")
    return Part(name="redis", status="up", detail="")


def _process(name: str, redis_part: Part) -> Part:
    if redis_part.status != "up":
        return Part(name=name, status="unknown", detail="Its sign of life is kept in Redis, which is down.")
    try:
        seen = heartbeat.last_beat(name)
    except redis.RedisError as error:
        return Part(name=name, status="unknown", detail=f"Redis does not answer ({type(error).__name__}).")
    if seen is None:
        return Part(name=name, status="down", detail=f"No sign of life from the {name} lately. Is the process running?")
    return Part(name=name, status="up", detail=f"seen {clock.in_new_york(datetime.fromisoformat(seen)):%H:%M:%S} ET")
