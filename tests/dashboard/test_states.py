"""Each kind of number says what it is: live, delayed, simulated, replayed, late, failed; a broken row stays alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.dashboard import services, tasks
from apps.market import feed, live
from apps.market.chain import Chain, Origin, SourceKind
from apps.market.models import Feed, Snapshot, SnapshotDetail
from tests.dashboard.test_page import text_of
from tests.moments import OPEN_MARKET

Row = Callable[[str], str]


@pytest.fixture
def row(trader_client: Client) -> Row:
    """Return a function that opens the dashboard and cuts out a symbol's row."""

    def cut(symbol: str) -> str:
        page = trader_client.get("/").content.decode()
        found = re.search(rf'<tr id="overview-{symbol}".*?</tr>', page, re.DOTALL)
        assert found
        return found.group()

    return cut


def of_kind(chain: Chain, kind: SourceKind, label: str) -> Chain:
    return replace(chain, origin=Origin(source="somebody", kind=kind, label=label))


@pytest.mark.usefixtures("seconds_later")
@pytest.mark.parametrize(
    ("kind", "badge", "label", "text"),
    [
        ("live", "live", "Trading Volatility", "Trading Volatility 11:30:00"),
        ("delayed", "delayed", "Cboe, delayed", "Cboe 11:30:00"),
        ("simulated", "simulated", "Simulated", "Simulated 11:30:00"),
    ],
)
def test_a_row_and_the_verdict_name_the_kind_source_and_moment_of_their_numbers(
    db: None, row: Row, trader_client: Client, spx_chain: Chain, kind: SourceKind, badge: str, label: str, text: str
) -> None:
    feed.store_observation(of_kind(spx_chain, kind, label), received_at=OPEN_MARKET)
    page = trader_client.get("/").content.decode()
    verdict = page[page.index('id="dashboard-verdict-SPX"') : page.index('id="overview-title"')]
    for part in (row("SPX"), verdict):
        assert f'data-kind="{badge}"' in part
        assert text in text_of(part)
        assert "as of Wed 18 Nov 2026 11:30 ET" in part


@pytest.mark.usefixtures("seconds_later")
def test_an_imported_chain_is_a_replay_and_never_turns_late(db: None, row: Row, spx_chain: Chain) -> None:
    imported = of_kind(spx_chain, "recorded", "Cboe, recorded")
    feed.store_observation(imported, received_at=OPEN_MARKET, hold=True)
    shown = row("SPX")
    assert 'data-kind="replay"' in shown
    assert "data-stale-after" not in shown


def test_late_numbers_are_named_above_the_page_with_the_moment(trader_client: Client, snapshot: Snapshot) -> None:
    assert snapshot.stale_after
    with time_machine.travel(snapshot.stale_after + timedelta(seconds=1), tick=False):
        late = text_of(trader_client.get("/").content.decode())
    assert "SPX: late since 11:31:00 ET. These levels are older than promised" in late
    with time_machine.travel(snapshot.stale_after - timedelta(seconds=1), tick=False):
        assert "late since" not in text_of(trader_client.get("/").content.decode())


def test_several_late_symbols_are_told_with_the_earliest_moment(
    trader_client: Client, snapshot: Snapshot, spx_chain: Chain
) -> None:
    moment = OPEN_MARKET - timedelta(minutes=5)
    feed.store_observation(replace(spx_chain, symbol="SPY", as_of=moment), received_at=moment)
    with time_machine.travel(OPEN_MARKET + timedelta(minutes=10), tick=False):
        late = text_of(trader_client.get("/").content.decode())
    assert "SPX, SPY: late, the first since 11:26:00 ET." in late


def test_a_row_carries_the_moment_it_turns_late_at_for_the_page_left_open(
    row: Row, snapshot: Snapshot, seconds_later: None
) -> None:
    assert 'data-stale-after="2026-11-18T16:31:00.000Z"' in row("SPX")
    assert "data-stale-group" in row("SPX")


@pytest.mark.usefixtures("seconds_later")
def test_a_symbol_that_failed_keeps_its_numbers_beside_the_failure(row: Row, snapshot: Snapshot) -> None:
    tasks.publish_row(snapshot.pk)  # what a broadcast kept knows nothing of the failure
    feed.note_failure("SPX", message="Cboe answered HTTP 403.", at=OPEN_MARKET + timedelta(seconds=1))
    shown = row("SPX")
    assert f"{float(snapshot.spot):,.2f}" in shown
    assert "failed 11:30" in text_of(shown)
    assert "Cboe answered HTTP 403." in shown


@pytest.mark.usefixtures("seconds_later")
def test_the_renewed_status_brings_a_failure_to_its_row_and_takes_it_back(
    trader_client: Client, snapshot: Snapshot
) -> None:
    def failure() -> str:
        answer = trader_client.get("/dashboard/status/").content.decode()
        start = answer.index('id="overview-failure-SPX" hx-swap-oob="true">')
        return text_of(answer[start : answer.index('id="overview-failure-', start + 1)].partition(">")[2])

    feed.note_failure("SPX", message="Cboe answered HTTP 403.", at=OPEN_MARKET + timedelta(seconds=1))
    assert "failed 11:30" in failure()
    Feed.objects.update(last_error="")
    assert "failed" not in failure()


@pytest.mark.usefixtures("seconds_later")
def test_many_failures_make_one_banner(trader_client: Client) -> None:
    for symbol in ("SPX", "SPY", "QQQ", "IWM"):
        Feed.objects.create(symbol=symbol, next_poll_at=OPEN_MARKET)
        feed.note_failure(symbol, message="Cboe did not answer.", at=OPEN_MARKET)
    page = trader_client.get("/").content.decode()
    assert page.count('class="banner fault"') == 1
    assert re.search(r"SPX, \w+, \w+ and 1 more were not updated\. SPX: Cboe did not answer\.", text_of(page))


@pytest.mark.usefixtures("seconds_later")
def test_a_row_without_a_flip_says_so_and_why(row: Row, snapshot: Snapshot) -> None:
    Snapshot.objects.update(flip_point=None, flips=[], flip_reason="Net gamma keeps its sign within 10 % of spot.")
    assert "None in reach" in row("SPX")
    assert "Net gamma keeps its sign within 10 % of spot." in row("SPX")


@pytest.mark.usefixtures("seconds_later")
def test_thin_gamma_is_called_thin_beside_the_number(row: Row, snapshot: Snapshot) -> None:
    Snapshot.objects.update(net_gex=snapshot.gross_gex * 0.02)
    assert re.search(r"thin , 2.% of gross", text_of(row("SPX")))


@pytest.mark.usefixtures("seconds_later")
def test_an_unknown_change_of_the_day_is_a_word_not_a_zero(row: Row, snapshot: Snapshot) -> None:
    Snapshot.objects.update(change=None)
    assert re.search(r'dash-day[^>]*>\s*<span class="muted">unknown', row("SPX"))


@pytest.mark.usefixtures("seconds_later")
@pytest.mark.parametrize("broken", [{"walls": {}}, {"cells": b"torn"}, {"expirations_roots": []}])
def test_levels_that_cannot_be_read_say_so_and_leave_the_other_symbols(
    row: Row, trader_client: Client, snapshot: Snapshot, spx_chain: Chain, broken: dict[str, object]
) -> None:
    spy = replace(spx_chain, symbol="SPY", spot=spx_chain.spot + 1)
    feed.store_observation(spy, received_at=OPEN_MARKET)
    SnapshotDetail.objects.filter(snapshot=snapshot).update(**broken)
    assert "The stored levels cannot be read" in row("SPX")
    assert f"{spy.spot:,.2f}" in row("SPY")
    assert "Market time" in text_of(trader_client.get("/").content.decode())


@pytest.mark.usefixtures("seconds_later")
def test_levels_whose_details_are_gone_say_so(row: Row, snapshot: Snapshot) -> None:
    SnapshotDetail.objects.all().delete()
    assert "The stored levels cannot be read" in row("SPX")


def test_the_next_snapshot_replaces_levels_that_cannot_be_read(
    transactional_db: None, row: Row, spx_chain: Chain
) -> None:
    first = feed.store_observation(spx_chain, received_at=OPEN_MARKET).snapshot
    SnapshotDetail.objects.filter(snapshot=first).update(walls={})
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(seconds=30), spot=spx_chain.spot + 5)
    second = feed.store_observation(later, received_at=later.as_of).snapshot
    assert tasks.publish_row(second.pk)
    kept = live.latest_html("dashboard", "SPX")
    assert kept
    assert f"{later.spot:,.2f}" in kept[1]
    with time_machine.travel(later.as_of, tick=False):
        assert f"{later.spot:,.2f}" in row("SPX")


@pytest.mark.usefixtures("seconds_later")
def test_a_kept_row_of_an_older_snapshot_is_not_shown(snapshot: Snapshot, spx_chain: Chain) -> None:
    tasks.publish_row(snapshot.pk)
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(seconds=1), spot=spx_chain.spot + 5)
    feed.store_observation(later, received_at=later.as_of)
    rows = "".join(services.dashboard("SPX", at=OPEN_MARKET + timedelta(seconds=2)).rows)
    assert f"{later.spot:,.2f}" in rows
    assert f"{spx_chain.spot:,.2f}" not in rows
