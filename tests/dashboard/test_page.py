"""The dashboard's page: the boxes, the verdict, a row per watched symbol; one broken symbol leaves the rest."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from apps.accounts.services import set_symbol
from apps.dashboard import services, tasks
from apps.market import feed, live
from apps.market.chain import Chain
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from tests.moments import OPEN_MARKET


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_it_is_the_first_page_and_behind_the_login(client: Client, db: None) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]
    assert client.get("/dashboard/status/").status_code == 302


@pytest.mark.usefixtures("seconds_later")
def test_a_row_shows_the_figures_of_the_newest_snapshot(trader_client: Client, snapshot: Snapshot) -> None:
    page = trader_client.get("/").content.decode()
    row = text_of(page[page.index('id="overview-SPX"') : page.index('id="overview-SPY"')])
    spot = float(snapshot.spot)
    assert snapshot.flip_point is not None
    assert f"{spot:,.2f}" in row
    assert f"{snapshot.net_gex / 1e9:+,.2f}" in row
    assert f"{snapshot.flip_point:,.2f}" in row
    assert "−" + f"{(1 - snapshot.flip_point / spot) * 100:.2f}" in row
    assert "gamma" in row
    assert "Simulated" in row


@pytest.mark.usefixtures("seconds_later")
def test_an_empty_desk_says_for_each_symbol_what_comes(trader_client: Client, settings: Settings) -> None:
    page = trader_client.get("/").content.decode()
    assert text_of(page).count("No levels yet") >= len(settings.WATCHLIST)
    assert "nan" not in page.lower().replace("finance", "")


@pytest.mark.usefixtures("seconds_later")
def test_a_symbol_that_failed_says_so_in_its_row_and_above_and_the_others_stand(
    trader_client: Client, snapshot: Snapshot
) -> None:
    Feed.objects.create(symbol="SPY", next_poll_at=OPEN_MARKET)
    feed.note_failure("SPY", message="Cboe answered 500 for SPY.", at=OPEN_MARKET)
    page = text_of(trader_client.get("/").content.decode())
    assert "SPY was not updated." in page
    assert "Cboe answered 500 for SPY." in page
    assert f"{float(snapshot.spot):,.2f}" in page


@pytest.mark.usefixtures("seconds_later")
def test_the_status_renews_alone_and_tells_what_went_late(trader_client: Client, snapshot: Snapshot) -> None:
    Snapshot.objects.update(stale_after=OPEN_MARKET + timedelta(seconds=1))
    answer = trader_client.get("/dashboard/status/").content.decode()
    assert "<html" not in answer
    assert 'id="dashboard-status"' in answer
    assert "SPX: late since" in text_of(answer)


def test_a_new_snapshot_sends_row_and_verdict_once_and_an_older_one_never(
    transactional_db: None, spx_chain: Chain
) -> None:
    first = feed.store_observation(spx_chain, received_at=OPEN_MARKET).snapshot
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(seconds=30), spot=spx_chain.spot + 5)
    second = feed.store_observation(later, received_at=later.as_of).snapshot
    assert tasks.publish_row(second.pk)
    assert not tasks.publish_row(first.pk)
    kept = live.latest_html("dashboard", "SPX")
    assert kept is not None
    assert kept[0] == second.seq
    assert 'id="overview-SPX"' in kept[1]
    assert 'id="dashboard-verdict-SPX"' in kept[1]


@pytest.mark.usefixtures("seconds_later")
def test_the_page_is_the_same_from_the_broadcast_and_from_the_database(snapshot: Snapshot) -> None:
    def rows() -> list[str]:
        return services.dashboard("SPX", at=OPEN_MARKET + timedelta(seconds=2)).rows

    short_questions().flushdb()
    from_database = rows()
    tasks.publish_row(snapshot.pk)
    assert rows() == from_database


@pytest.mark.usefixtures("seconds_later")
def test_the_first_box_is_the_systems_and_leads_staff_to_it(owner_client: Client, trader_client: Client) -> None:
    page = owner_client.get("/").content.decode()
    assert 'class="status-link" href="/system/"' in page
    assert "worker is down" in text_of(page)
    assert 'href="/system/"' not in trader_client.get("/").content.decode()


@pytest.mark.usefixtures("seconds_later")
def test_the_line_of_the_day_renews_alone(trader_client: Client, snapshot: Snapshot) -> None:
    answer = trader_client.get("/dashboard/day/").content.decode()
    assert "<html" not in answer
    assert 'id="dashboard-day"' in answer
    assert "begins with the second minute" in text_of(answer)


@pytest.mark.usefixtures("seconds_later")
def test_the_page_stands_without_redis(trader_client: Client, snapshot: Snapshot, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    short_questions.cache_clear()
    try:
        page = text_of(trader_client.get("/").content.decode())
    finally:
        short_questions.cache_clear()
    assert f"{float(snapshot.spot):,.2f}" in page
    assert "Degraded" in page
    assert "redis is down" in page


@pytest.mark.usefixtures("seconds_later")
def test_the_socket_is_told_what_the_page_already_shows(trader_client: Client, snapshot: Snapshot) -> None:
    page = trader_client.get("/").content.decode()
    assert 'data-live-symbols="SPX SPY QQQ IWM" data-live-topics="market dashboard"' in page
    assert f'data-live-symbol="SPX" data-live-topic="dashboard" data-seq="{snapshot.seq}"' in page
    assert 'data-live-symbol="SPY" data-live-topic="dashboard" data-seq="0"' in page


@pytest.mark.usefixtures("seconds_later")
def test_a_symbol_outside_the_watchlist_has_the_verdict_and_no_row(
    trader: User, trader_client: Client, spx_chain: Chain
) -> None:
    set_symbol(trader, symbol="TSLA")
    feed.store_observation(replace(spx_chain, symbol="TSLA"), received_at=OPEN_MARKET)
    page = trader_client.get("/").content.decode()
    assert 'id="dashboard-verdict-TSLA"' in page
    assert 'id="overview-TSLA"' not in page
    assert 'data-live-symbols="TSLA SPX SPY QQQ IWM"' in page


@pytest.mark.usefixtures("seconds_later")
def test_more_symbols_cost_no_more_queries(
    trader_client: Client, snapshot: Snapshot, spx_chain: Chain, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    trader_client.get("/")
    with CaptureQueriesContext(connection) as one:
        trader_client.get("/")
    for symbol in ("SPY", "QQQ", "IWM"):
        feed.store_observation(replace(spx_chain, symbol=symbol), received_at=OPEN_MARKET)
    with django_assert_max_num_queries(len(one)):
        trader_client.get("/")
