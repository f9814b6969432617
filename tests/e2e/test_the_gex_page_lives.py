"""A trader logs in and watches the page move, through a lost connection too, on desktop and phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.market.chain import Chain
from tests.desk import Desk
from tests.e2e.arriving import arrive, shown
from tests.e2e.layout import LAYOUT_SHIFT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def spot(spx_chain: Chain) -> float:
    return round(spx_chain.spot)


def test_the_page_moves_by_a_push_without_reload_or_layout_shift(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float, errors: list[str]
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/")
    expect(page.locator("#market-quote")).to_contain_text(shown(spot))
    expect(page.locator("#connection")).to_contain_text("Live")
    page.evaluate("window.loadedOnce = true")
    arrive(spx_chain, spot=spot + 7, seconds=30)
    expect(page.locator("#market-quote")).to_contain_text(shown(spot + 7))
    expect(page.locator("#gex-verdict")).to_contain_text(shown(spot + 7))
    assert page.evaluate("window.loadedOnce")
    assert page.evaluate(LAYOUT_SHIFT) < 0.02
    assert errors == []


def test_a_lost_connection_is_seen_heals_and_catches_up(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    page.evaluate("window.loadedOnce = true")
    desk.stop("web", kill=True)
    expect(page.locator("body")).to_contain_text("Connection lost", timeout=10_000)
    arrive(spx_chain, spot=spot + 9, seconds=30)
    desk.start_web()
    expect(page.locator("#market-quote")).to_contain_text(shown(spot + 9), timeout=20_000)
    expect(page.locator("#gex-verdict")).to_contain_text(shown(spot + 9))
    expect(page.locator("#connection")).to_contain_text("Live")
    assert page.evaluate("window.loadedOnce")


def test_nothing_scrolls_sideways_and_the_chart_is_drawn(
    log_in: Callable[[str], Page], spx_chain: Chain, spot: float, errors: list[str]
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if page.viewport_size and page.viewport_size["width"] > 1000:
        expect(page.locator(".chart .main-svg").first).to_be_visible(timeout=15_000)
    assert errors == []


def test_the_first_numbers_of_a_symbol_appear_by_themselves(
    log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    page = log_in("/gex/SPX/")
    expect(page.locator("main")).to_contain_text("No levels yet")
    arrive(spx_chain, spot=spot)
    expect(page.locator("#gex-verdict")).to_contain_text(shown(spot))


def test_numbers_that_get_no_successor_turn_stale(log_in: Callable[[str], Page], spx_chain: Chain, spot: float) -> None:
    arrive(spx_chain, spot=spot, seconds=-600)
    page = log_in("/gex/SPX/")
    expect(page.locator("main")).to_contain_text(re.compile("stale|old", re.I))
