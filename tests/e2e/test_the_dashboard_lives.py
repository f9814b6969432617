"""A trader leaves the dashboard open: rows, verdict and boxes follow the market by themselves, on desktop and phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.dashboard.services import publish_row
from apps.market.chain import Chain
from apps.market.feed import note_failure
from apps.market.models import Feed, Snapshot
from tests.desk import Desk
from tests.e2e.arriving import arrive, shown
from tests.e2e.conftest import desktop_only
from tests.e2e.layout import LAYOUT_SHIFT
from tests.e2e.test_pages_are_clean import nameless_controls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def spot(spx_chain: Chain) -> float:
    return round(spx_chain.spot)


def bring(chain: Chain, *, spot: float, seconds: int = 0) -> Snapshot:
    """Let a snapshot come in with its row, as the worker does."""
    snapshot = arrive(chain, spot=spot, seconds=seconds)
    publish_row(snapshot.pk)
    return snapshot


def test_row_and_verdict_move_by_a_push_without_reload_or_layout_shift(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float, errors: list[str]
) -> None:
    bring(spx_chain, spot=spot)
    page = log_in("/")
    expect(page.locator("#overview-SPX")).to_contain_text(shown(spot))
    expect(page.locator("#connection")).to_contain_text("Live")
    page.evaluate("window.loadedOnce = true")
    newest = bring(spx_chain, spot=spot + 7, seconds=30)
    expect(page.locator("#overview-SPX")).to_contain_text(shown(spot + 7))
    expect(page.locator("#overview-SPX")).to_have_attribute("data-seq", str(newest.seq))
    expect(page.locator("#dashboard-verdict-SPX")).to_contain_text(shown(spot + 7))
    assert page.evaluate("window.loadedOnce")
    assert page.evaluate(LAYOUT_SHIFT) < 0.02
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert nameless_controls(page) == []
    assert errors == []


def test_the_first_numbers_of_a_symbol_take_the_place_of_the_waiting_row(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float, errors: list[str]
) -> None:
    page = log_in("/")
    expect(page.locator("#overview-SPX")).to_contain_text("No levels yet")
    expect(page.locator("#connection")).to_contain_text("Live")
    bring(spx_chain, spot=spot)
    expect(page.locator("#overview-SPX")).to_contain_text(shown(spot))
    expect(page.locator("#dashboard-verdict-SPX")).to_contain_text(shown(spot))
    expect(page.locator("#overview-SPY")).to_contain_text("No levels yet")
    assert errors == []


@desktop_only
def test_a_failure_and_its_end_reach_the_open_page(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    snapshot = bring(spx_chain, spot=spot)
    page = log_in("/")
    row, faults = page.locator("#overview-SPX"), page.locator("#dashboard-faults")
    expect(faults).to_be_empty()
    note_failure("SPX", message="Cboe answered HTTP 403.", at=snapshot.received_at)
    page.evaluate("htmx.ajax('GET', '/dashboard/status/', {target: '#dashboard-status', swap: 'outerHTML'})")
    expect(faults).to_contain_text("Cboe answered HTTP 403.")
    expect(row).to_contain_text("failed")
    expect(row).to_contain_text(shown(spot))
    Feed.objects.update(last_error="")
    page.evaluate("htmx.ajax('GET', '/dashboard/status/', {target: '#dashboard-status', swap: 'outerHTML'})")
    expect(faults).to_be_empty()
    expect(row).not_to_contain_text("failed")


@desktop_only
def test_a_row_that_gets_no_successor_turns_late_by_itself(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    bring(spx_chain, spot=spot, seconds=-600)
    page = log_in("/")
    expect(page.locator("#overview-SPX.is-stale .badge")).to_contain_text("stale")
    expect(page.locator("#dashboard-faults")).to_contain_text("SPX: late since")


@desktop_only
def test_a_row_leads_to_the_symbols_page(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    bring(spx_chain, spot=spot)
    page = log_in("/")
    page.locator("#overview-SPX").get_by_role("link", name="SPX").click()
    page.wait_for_url("**/gex/SPX/")
