"""/healthz: open to strangers, names each part, and is honest about the dead."""

import pytest
import redis
from django.test import Client
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.market import heartbeat, redis_client
from apps.market.chain import Chain
from apps.market.feed import store_observation


def test_all_parts_up_is_200_without_a_login(db: None, client: Client) -> None:
    heartbeat.beat_once(heartbeat.WORKER)
    heartbeat.beat_once(heartbeat.BEAT)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert {name: part["status"] for name, part in response.json()["parts"].items()} == dict.fromkeys(
        ("database", "redis", "worker", "beat"), "up"
    )


@pytest.mark.parametrize(("alive", "dead"), [("worker", "beat"), ("beat", "worker")])
def test_a_silent_process_is_503_and_named(db: None, client: Client, alive: str, dead: str) -> None:
    heartbeat.beat_once(alive)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["down"] == [dead]
    assert dead in response.json()["parts"][dead]["detail"]


def test_a_lost_redis_is_503_and_named(db: None, client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    redis_client.short_questions.cache_clear()
    try:
        with pytest.raises(redis.RedisError):
            redis_client.short_questions().ping()
        response = client.get("/healthz")
    finally:
        redis_client.short_questions.cache_clear()
    assert response.status_code == 503
    assert response.json()["parts"]["redis"]["status"] == "down"
    assert response.json()["parts"]["worker"]["status"] == "unknown"


def test_the_age_of_the_newest_snapshot_is_told(db: None, client: Client, spx_chain: Chain) -> None:
    assert client.get("/healthz").json()["newest_snapshot_age_seconds"] is None
    store_observation(spx_chain, received_at=clock.now())
    assert 0 <= client.get("/healthz").json()["newest_snapshot_age_seconds"] < 60
