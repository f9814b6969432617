"""Panels are rendered once per snapshot, kept for the page, and an older one never replaces a newer one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from apps.gex import services, tasks
from apps.market import feed, live
from apps.market.chain import Chain
from apps.market.models import Snapshot
from apps.market.redis_client import short_questions
from tests.moments import OPEN_MARKET


def kept() -> tuple[int, str]:
    found = live.latest_html("gex", "SPX")
    assert found
    return found


@pytest.fixture
def newer(snapshot: Snapshot, spx_chain: Chain) -> Snapshot:
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(seconds=30), spot=spx_chain.spot + 5)
    return feed.store_observation(later, received_at=later.as_of).snapshot


def test_the_task_keeps_the_panels_under_the_snapshots_number(snapshot: Snapshot) -> None:
    assert tasks.publish_panels(snapshot.pk)
    seq, html = kept()
    assert seq == snapshot.seq
    assert 'id="gex-verdict"' in html


def test_an_older_snapshot_is_not_published_over_a_newer_one(snapshot: Snapshot, newer: Snapshot) -> None:
    assert services.publish_panels(newer.pk)
    assert not services.publish_panels(snapshot.pk)
    assert kept()[0] == newer.seq


def test_publishing_twice_changes_nothing(snapshot: Snapshot) -> None:
    services.publish_panels(snapshot.pk)
    before = kept()
    services.publish_panels(snapshot.pk)
    assert kept() == before


def test_the_page_is_the_same_from_the_broadcast_and_from_the_database(
    trader_client: Client, snapshot: Snapshot
) -> None:
    from_database = services.newest_levels("SPX").html
    services.publish_panels(snapshot.pk)
    from_broadcast = services.newest_levels("SPX").html
    assert from_broadcast.strip() == from_database.strip()
    assert trader_client.get("/gex/SPX/").content.decode().count('id="source-notice"') == 1


def test_kept_panels_of_an_older_snapshot_are_not_shown(snapshot: Snapshot, spx_chain: Chain) -> None:
    services.publish_panels(snapshot.pk)
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(seconds=30), spot=spx_chain.spot + 5)
    newest = feed.store_observation(later, received_at=later.as_of).snapshot
    assert services.newest_levels("SPX").html == services.render_panels(newest)


def test_an_emptied_redis_costs_a_rendering_not_the_page(snapshot: Snapshot) -> None:
    services.publish_panels(snapshot.pk)
    short_questions().flushdb()
    assert 'id="gex-verdict"' in services.newest_levels("SPX").html


def test_a_broadcast_also_brings_the_notice_of_its_kind_of_numbers(snapshot: Snapshot) -> None:
    services.publish_panels(snapshot.pk)
    assert 'id="source-notice"' in kept()[1]
    assert "nothing is real" in kept()[1]
