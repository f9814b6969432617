"""A trader sets how the desk shows itself: sections by keyboard, updates by hand, and both hold on the pages."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from apps.accounts.models import UserPreferences
from apps.dashboard.services import publish_row
from apps.market.chain import Chain
from tests.desk import Desk
from tests.e2e.arriving import arrive, shown
from tests.e2e.conftest import desktop_only

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sections_are_moved_by_keyboard_and_what_is_pushed_brings_no_hidden_one_back(
    desk: Desk, log_in: Callable[[str], Page], spx_chain: Chain, errors: list[str]
) -> None:
    spot = round(spx_chain.spot)
    arrive(spx_chain, spot=spot)
    page = log_in("/settings/")
    page.get_by_label("Account size, $", exact=True).fill("75000")
    page.locator("#sections-gex").get_by_role("checkbox", name="Strike × expiration").uncheck()
    up = page.get_by_role("button", name="Move Other exposures up")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sections-gex [role=status]")).to_have_text("Other exposures: 5 of 7, levels")
    expect(up).to_be_focused()
    expect(page.get_by_label("Account size, $")).to_have_value("75000")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Settings saved.")
    page.goto(f"{desk.url}/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    expect(page.locator("#gex-heatmap")).to_have_count(0)
    arrive(spx_chain, spot=spot + 5, seconds=30)
    expect(page.locator("#market-quote")).to_contain_text(shown(spot + 5))
    expect(page.locator("#gex-heatmap")).to_have_count(0)
    order = page.locator(".gex-panels > [id]").evaluate_all("all => all.map((one) => one.id)")
    assert order.index("gex-exposures") < order.index("gex-method")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert errors == []


@desktop_only
def test_updates_by_hand_wait_until_they_are_asked_for(
    desk: Desk, log_in: Callable[[str], Page], trader: User, spx_chain: Chain, errors: list[str]
) -> None:
    UserPreferences.objects.create(user=trader, symbol="SPX", refresh=UserPreferences.Refresh.BY_HAND)
    spot = round(spx_chain.spot)
    publish_row(arrive(spx_chain, spot=spot).pk)
    page = log_in("/")
    row = page.locator("#overview-SPX")
    expect(page.locator("#pace-line")).to_contain_text("Paused. Nothing new so far.")
    expect(page.locator("#connection")).to_contain_text("Live")
    for number in (1, 2):
        publish_row(arrive(spx_chain, spot=spot + number, seconds=30 * number).pk)
    expect(page.locator("#pace-line")).to_contain_text("Something new waits.")
    expect(row).to_contain_text(shown(spot))
    page.keyboard.press("u")
    expect(row).to_contain_text(shown(spot + 2))
    expect(page.locator("#pace-line")).to_contain_text("Nothing new so far.")
    assert errors == []
