"""Fixtures of the whole suite: people, chains, a stored snapshot, and a real web process on the test database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import settings as hypothesis_settings

from apps.market import configured
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from apps.market.sources.simulated import SimulatedSource
from tests.desk import Desk, running_desk
from tests.moments import OPEN_MARKET, WEEKEND

# How long an example takes depends on what else the machine does: nothing is judged by the clock here.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

RECORDED = Path(__file__).resolve().parent.parent.parent / "shared" / "market"
PASSWORD = "a-long-enough-password"


@pytest.fixture(autouse=True)
def _nothing_kept_between_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    configured.configured.cache_clear()
    if {"db", "transactional_db", "clean_redis"} & set(request.fixturenames):
        short_questions().flushdb()
    yield
    configured.configured.cache_clear()


@pytest.fixture
def clean_redis() -> None:
    """Ask for Redis, emptied."""


@pytest.fixture
def trader(db: None) -> User:
    return User.objects.create_user("trader", password=PASSWORD)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_superuser("owner", password=PASSWORD)


@pytest.fixture
def trader_client(trader: User, client: Client) -> Client:
    client.force_login(trader)
    return client


@pytest.fixture
def owner_client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def spx_chain() -> Chain:
    return SimulatedSource(seed=42).fetch_chain("SPX", at=OPEN_MARKET)


@pytest.fixture
def snapshot(db: None, spx_chain: Chain) -> Snapshot:
    """SPX as stored at OPEN_MARKET."""
    return store_observation(spx_chain, received_at=OPEN_MARKET).snapshot


@pytest.fixture
def seconds_later() -> Iterator[None]:
    """The clock stands two seconds after OPEN_MARKET."""
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=2), tick=False):
        yield


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of real recorded chains."""
    if not RECORDED.is_dir():
        pytest.skip("The recorded chains (../shared/market) are not on this machine.")
    return RECORDED


@pytest.fixture(scope="session")
def _running_desk(django_db_setup: None, django_db_blocker: object) -> Iterator[Desk]:
    """A Daphne process that serves the test database, as `make run` would."""
    with running_desk() as started:
        yield started


@pytest.fixture
def desk(_running_desk: Desk, transactional_db: None) -> Iterator[Desk]:
    """The shared web process. Its pages and sockets know numbers, so each test counts on from the last one's."""
    _running_desk.base_seq += 100
    for symbol in ("SPX", "SPY"):
        Feed.objects.create(
            symbol=symbol, seq=_running_desk.base_seq, announced_seq=_running_desk.base_seq, next_poll_at=WEEKEND
        )
    _running_desk.forget_what_was_broadcast()
    yield _running_desk
    _running_desk.wait_until_at_rest()
