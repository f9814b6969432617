"""The page of a symbol: its numbers, and what it says when they are missing, late, failed or not of today."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from apps.gex import services
from apps.market import feed
from apps.market.chain import Chain, Origin
from apps.market.models import Feed, Snapshot
from apps.market.redis_client import short_questions
from apps.market.storage import load_exposure
from apps.market.templatetags.numbers import points, strike
from apps.market.watching import watched_symbols
from tests.moments import OPEN_MARKET

PANELS = ("gex-verdict", "gex-figures", "gex-ladder", "gex-by-price", "gex-by-expiration", "gex-heatmap", "gex-method")


def page(client: Client, path: str = "/gex/SPX/", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_is_sent_to_the_login(client: Client, db: None) -> None:
    answer = client.get("/gex/SPX/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_the_page_shows_the_figures_of_the_newest_snapshot(
    trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    html = page(trader_client)
    exposure = load_exposure(Snapshot.objects.get(pk=snapshot.pk))
    assert exposure.flip_point
    assert exposure.call_wall
    assert exposure.put_wall
    for text in (
        points(exposure.spot),
        points(exposure.flip_point),
        strike(exposure.call_wall.strike),
        strike(exposure.put_wall.strike),
        f"{exposure.gross_gex / 1e9:,.2f}",
        f"{exposure.contracts_used:,} of {exposure.contracts:,}",
        "calls +, puts − · v1",
    ):
        assert text in html, text
    for panel in PANELS:
        assert html.count(f'id="{panel}"') == 1, panel


def test_every_figure_carries_its_source_and_moment(
    trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    html = services.render_panels(snapshot)
    figures = html[html.index('id="gex-figures"') : html.index('id="gex-switch"')]
    assert figures.count('class="metric"') == figures.count('data-kind="simulated"') == 7
    assert "as of Wed 18 Nov 2026 11:30 ET" in figures


def test_the_socket_is_told_what_the_page_already_shows(
    trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    html = page(trader_client)
    assert 'data-live-symbols="SPX" data-live-topics="market gex"' in html
    assert f'data-live-symbol="SPX" data-live-topic="gex" data-seq="{snapshot.seq}"' in html
    assert f'data-live-symbol="SPX" data-live-topic="market" data-seq="{snapshot.seq}"' in html


@pytest.mark.parametrize("path", ["/gex/spx/", "/gex/^SPX/", "/gex/$spx/"])
def test_other_spellings_lead_to_the_symbols_own_address(trader_client: Client, path: str) -> None:
    answer = trader_client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == "/gex/SPX/"


def test_what_cannot_be_a_symbol_says_what_one_looks_like(trader_client: Client) -> None:
    answer = trader_client.get("/gex/NOT-A-SYMBOL/")
    assert answer.status_code == 404
    assert "Use up to six letters" in answer.content.decode()


def test_a_symbol_nobody_looked_at_waits_in_the_panels_sizes_and_gets_polled(trader_client: Client) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False):
        html = page(trader_client, "/gex/TSLA/")
    assert "No levels yet" in html
    for panel in PANELS:
        assert f'id="{panel}"' in html, panel
    assert 'data-seq="0"' in html
    assert "TSLA" in watched_symbols(at=OPEN_MARKET)


def test_a_feed_that_never_delivered_says_why_and_when_it_tries_again(trader_client: Client) -> None:
    Feed.objects.create(symbol="TSLA", next_poll_at=OPEN_MARKET)
    with time_machine.travel(OPEN_MARKET, tick=False):
        feed.note_failure("TSLA", message="Cboe answered HTTP 403.", at=OPEN_MARKET)
        html = page(trader_client, "/gex/TSLA/")
    assert "Cboe answered HTTP 403." in html
    assert "Next attempt 11:30:30 ET." in html
    assert "failed 11:30" in html


def test_levels_stay_with_a_failed_badge_when_a_later_fetch_fails(
    trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    feed.note_failure("SPX", message="Cboe answered HTTP 403.", at=OPEN_MARKET + timedelta(seconds=1))
    html = page(trader_client)
    assert points(snapshot.spot) in html
    assert "SPX was not updated." in html
    assert "failed 11:30" in html


def test_late_levels_are_dimmed_and_dated(trader_client: Client, snapshot: Snapshot) -> None:
    assert snapshot.stale_after
    with time_machine.travel(snapshot.stale_after + timedelta(seconds=1), tick=False):
        html = page(trader_client)
    assert 'class="gex-panels is-stale"' in html
    assert "Late since 11:31:00 ET." in html
    with time_machine.travel(snapshot.stale_after - timedelta(seconds=1), tick=False):
        assert "is-stale" not in page(trader_client)


@pytest.fixture
def held(db: None, spx_chain: Chain) -> Snapshot:
    origin = Origin(source="replay", kind="recorded", label="Cboe, recorded", detail="spx.json.gz")
    return feed.store_observation(replace(spx_chain, origin=origin), received_at=OPEN_MARKET, hold=True).snapshot


def test_an_imported_chain_cannot_be_taken_for_the_present(owner_client: Client, held: Snapshot) -> None:
    html = page(owner_client)
    assert "Recorded chain, Wed 18 Nov 2026 11:30 ET." in html
    assert "Real numbers, not the present market." in html
    assert 'data-kind="replay"' in html
    assert 'data-leave="SPX"' in html
    assert 'action="/market/SPX/leave/"' in html


def test_only_staff_may_leave_an_imported_chain(trader_client: Client, held: Snapshot) -> None:
    html = page(trader_client)
    assert "Recorded chain" in html
    assert "/market/SPX/leave/" not in html


def test_simulated_numbers_say_that_nothing_is_real_and_how_to_switch(
    trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    html = page(trader_client)
    assert "nothing is real" in html
    assert "ALPHAGEX_DATA_SOURCE" in html


def test_an_older_snapshot_can_be_looked_at_and_stays_as_it_is(
    trader_client: Client, snapshot: Snapshot, spx_chain: Chain
) -> None:
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(minutes=1), spot=spx_chain.spot + 10)
    newest = feed.store_observation(later, received_at=later.as_of).snapshot
    html = page(trader_client, f"/gex/SPX/?snapshot={snapshot.pk}")
    assert points(snapshot.spot) in html
    assert points(newest.spot) not in html
    assert "data-live-symbol" not in html


@pytest.mark.parametrize("asked", ["999999999", "x", "-1", "9" * 40])
def test_a_snapshot_that_is_not_there_is_not_found(trader_client: Client, asked: str) -> None:
    assert trader_client.get(f"/gex/SPX/?snapshot={asked}").status_code == 404


def test_a_snapshot_of_another_symbol_is_not_found(trader_client: Client, snapshot: Snapshot) -> None:
    assert trader_client.get(f"/gex/SPY/?snapshot={snapshot.pk}").status_code == 404


def test_htmx_gets_the_panels_alone_and_caches_know(
    trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    answer = trader_client.get("/gex/SPX/", headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert html.strip().startswith("<div")
    assert "<html" not in html
    assert "HX-Request" in answer["Vary"]
    assert "<html" in page(trader_client, **{"HX-Request": "true", "HX-Boosted": "true"})
    assert "<html" in page(trader_client, **{"HX-Request": "true", "HX-History-Restore-Request": "true"})


def test_the_page_costs_few_queries(
    trader_client: Client,
    snapshot: Snapshot,
    seconds_later: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    page(trader_client)
    services.publish_panels(snapshot.pk)
    with django_assert_max_num_queries(6):  # session, user, preferences, feed, snapshot, bell
        page(trader_client)


def test_the_page_stands_without_redis(
    trader_client: Client, snapshot: Snapshot, seconds_later: None, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    short_questions.cache_clear()
    try:
        assert points(snapshot.spot) in page(trader_client)
    finally:
        short_questions.cache_clear()
