"""The other tabs move by themselves too: a block fetches itself after a push, and its buttons answer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from apps.ideas.models import TradeIdea
from apps.market.chain import Chain
from tests.desk import Desk, wait_until
from tests.e2e.arriving import arrive, shown
from tests.e2e.conftest import desktop_only
from tests.e2e.layout import LAYOUT_SHIFT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def spot(spx_chain: Chain) -> float:
    return round(spx_chain.spot)


def test_blocks_and_verdict_follow_the_market_without_reload(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float, errors: list[str]
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/setups/")
    plan = page.locator("#block-game-plan")
    expect(plan).to_contain_text(f"${spot:.2f}")
    expect(page.locator("#connection")).to_contain_text("Live")
    page.evaluate("window.loadedOnce = true")
    arrive(spx_chain, spot=spot + 7, seconds=30)
    expect(page.locator("#gex-strip")).to_contain_text(shown(spot + 7))
    expect(plan).to_contain_text(f"${spot + 7:.2f}")
    assert page.evaluate("window.loadedOnce")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(LAYOUT_SHIFT) < 0.02
    assert errors == []


@desktop_only
def test_a_push_during_a_fetch_is_fetched_after_it_and_nothing_is_broken_off(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float, errors: list[str]
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/setups/")
    plan = page.locator("#block-game-plan")
    expect(page.locator("#connection")).to_contain_text("Live")
    held: list[Route] = []
    page.route("**/gex/SPX/setups/game-plan/", lambda route: route.continue_() if held else held.append(route))
    arrive(spx_chain, spot=spot + 7, seconds=30)
    wait_until(lambda: page.evaluate("1") == 1 and len(held) == 1)
    arrive(spx_chain, spot=spot + 9, seconds=60)
    expect(page.locator("#gex-strip")).to_contain_text(shown(spot + 9))
    held[0].continue_()
    expect(plan).to_contain_text(f"${spot + 9:.2f}")
    assert errors == []


@desktop_only
def test_the_chart_library_is_loaded_once_and_only_where_there_is_a_chart(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/settings/")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "plotly" in request.url.rsplit("/", 1)[-1] else None
    )
    page.reload()
    assert [url for url in asked if url.endswith(".js")] == []
    page.goto(f"{desk.url}/gex/SPX/setups/")
    page.locator("#monte-carlo-plot").scroll_into_view_if_needed()
    expect(page.locator("#monte-carlo-plot")).to_have_attribute("data-drawn", "")
    scripts = [url for url in asked if "plotly" in url and url.endswith(".js")]
    assert len(scripts) == 1
    assert "immutable" in page.request.get(scripts[0]).headers["cache-control"]


@desktop_only
def test_a_drawn_chart_is_redrawn_in_place_not_replaced(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/setups/")
    chart = page.locator("#monte-carlo-plot")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-drawn", "")
    chart.evaluate("element => { element.sameAsBefore = true; }")
    assert chart.evaluate("element => element.layout.shapes[0].y0") == spot
    arrive(spx_chain, spot=spot + 30, seconds=30)
    wait_until(lambda: bool(chart.evaluate("element => element.layout.shapes[0].y0") == spot + 30))
    assert chart.evaluate("element => element.sameAsBefore === true && element.data.length > 3")


@desktop_only
def test_an_idea_is_sized_in_a_dialog_and_logged_with_a_toast(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/setups/")
    card = page.locator("#block-setups .setup").first
    card.get_by_role("button", name=re.compile("^Size")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("contract")
    expect(dialog).to_contain_text("$50,000")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    card.get_by_role("button", name=re.compile("^Log")).click()
    expect(page.locator("#toasts")).to_contain_text("is in your log of ideas")
    assert set(TradeIdea.objects.values_list("taken_for", flat=True)) == {"size", "log"}


@desktop_only
def test_keys_move_between_tabs_and_a_symbol_keeps_the_tab(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, spot: float
) -> None:
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/")
    page.keyboard.press("2")
    page.wait_for_url("**/gex/SPX/setups/")
    page.keyboard.press("/")
    page.keyboard.type("spy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gex/SPY/setups/")
    page.keyboard.press("1")
    page.wait_for_url("**/gex/SPY/")
    page.keyboard.press("]")
    page.wait_for_url("**/gex/QQQ/")
    page.keyboard.press("[")
    page.wait_for_url("**/gex/SPY/")
