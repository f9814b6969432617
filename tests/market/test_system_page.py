"""The system page tells staff how every part is doing, and goes on telling when parts are away."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.market import budget, configured, feed
from apps.market.budget import Priority, RedisMeter
from apps.market.chain import Chain
from apps.market.models import Duty, MarketData
from apps.market.redis_client import short_questions
from apps.market.system.state import system_box, system_state
from tests.moments import OPEN_MARKET


@pytest.fixture
def staff_client(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def cboe(settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()


def test_only_staff_sees_it(trader_client: Client) -> None:
    answer = trader_client.get("/system/")
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]
    assert "/system/" not in trader_client.get("/gex/SPX/").content.decode()


def test_the_rail_leads_staff_to_it(staff_client: Client) -> None:
    assert 'href="/system/"' in staff_client.get("/gex/SPX/").content.decode()


def test_it_shows_feeds_with_their_age_and_state(staff_client: Client, spx_chain: Chain) -> None:
    feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    page = text_of(staff_client.get("/system/").content.decode())
    assert "SPX Stale Simulated" in page
    feed.note_failure("SPX", message="Cboe answered 500 for SPX.", at=clock.now())
    page = text_of(staff_client.get("/system/").content.decode())
    assert "SPX Failed Simulated" in page
    assert "SPX gamma Cboe answered 500 for SPX." in page


@pytest.mark.usefixtures("cboe")
def test_it_shows_each_budget_with_calls_made_left_waiting_and_the_breaker(staff_client: Client) -> None:
    upstream = configured.upstream_of("cboe")
    meter = RedisMeter(upstream)
    meter.spend()
    meter.spend()
    budget.ask(upstream, "chain|SPX|", Priority.PERSON)
    page = text_of(staff_client.get("/system/").content.decode())
    assert re.search(r"cboe gamma 60 a minute, 5 at once 2 2 3 1 Closed", page)
    meter.refused("Cboe asked for fewer requests (429).")
    page = text_of(staff_client.get("/system/").content.decode())
    assert re.search(r"Open, (29|30) s left Cboe asked for fewer requests \(429\)\.", page)
    assert any(trouble.startswith("cboe rests") for trouble in system_state(clock.now()).troubles)


def test_it_lists_what_failed_in_the_last_day_and_not_what_healed(staff_client: Client) -> None:
    now = clock.now()
    common = {"source": "yahoo", "kind": "bars", "detail": "1d:1y"}
    MarketData.objects.create(**common, symbol="SPY", last_error="Yahoo sent an empty answer.", last_error_at=now)
    MarketData.objects.create(**common, symbol="QQQ", last_error="", last_error_at=now)
    MarketData.objects.create(**common, symbol="IWM", last_error="Old.", last_error_at=now - timedelta(days=2))
    Duty.objects.create(name="Close of the day", slot=now, started_at=now, finished_at=now, error="No bars of SPY.")
    earlier = now - timedelta(minutes=15)
    Duty.objects.create(name="Gamma history", slot=earlier, started_at=earlier, error="No quotes of SPY.")
    Duty.objects.create(name="Gamma history", slot=now, started_at=now, finished_at=now)
    errors = [(error.where, error.text) for error in system_state(now).errors]
    assert sorted(errors) == [
        ("Close of the day", "No bars of SPY."),
        ("SPY bars 1d:1y", "Yahoo sent an empty answer."),
    ]


def test_each_duty_has_one_row_with_its_last_run_and_the_next(staff_client: Client) -> None:
    now = clock.now()
    Duty.objects.create(name="Gamma history", slot=now, started_at=now, finished_at=now)
    Duty.objects.create(name="Housekeeping", slot=now, started_at=now, attempts=0, retry_at=now)
    Duty.objects.create(name="Gamma predictions", slot=now, started_at=now, retry_at=now)
    states = {line.routine.name: line.state for line in system_state(now).duties}
    assert states == {
        "Levels frozen": "none",
        "Gamma history": "done",
        "Gamma predictions": "running",
        "Close of the day": "none",
        "Levels scored": "none",
        "Outcomes of predictions": "none",
        "Housekeeping": "waiting",
    }
    page = text_of(staff_client.get("/system/").content.decode())
    assert re.search(r"Close of the day .+? none Not yet \w{3} \d+ \w{3} \d\d:\d\d", page)


def test_htmx_gets_the_fragment_alone(staff_client: Client) -> None:
    fragment = staff_client.get("/system/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert fragment.lstrip().startswith('<div id="system"')


def test_the_box_of_the_dashboard_says_what_is_wrong_first(db: None) -> None:
    box = system_box(OPEN_MARKET)
    assert (box["value"], box["tone"], box["note"]) == ("Degraded", "loss", "worker is down")


def test_without_redis_the_page_still_tells_what_the_database_knows(
    staff_client: Client, spx_chain: Chain, settings: Settings
) -> None:
    feed.store_observation(spx_chain, received_at=OPEN_MARKET)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    short_questions.cache_clear()
    try:
        answer = staff_client.get("/system/")
    finally:
        short_questions.cache_clear()
    page = text_of(answer.content.decode())
    assert answer.status_code == 200
    assert "Redis Down" in page
    assert "The task queue is not known: Redis does not answer." in page
    assert "SPX Stale" in page
