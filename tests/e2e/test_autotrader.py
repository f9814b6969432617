"""A trader switches the auto trader by hand, on desktop and phone, and reads why it decided as it did."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from apps.autotrader import running
from apps.autotrader.switches import start
from tests.autotrader.simulated import market_says, moment
from tests.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TUESDAY = moment(24, 11)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_it_is_started_paused_and_killed_by_its_buttons(
    desk: Desk, log_in: Callable[[str], Page], errors: list[str]
) -> None:
    page = log_in("/autotrader/")
    switch = page.get_by_role("region", name="SPY, one trade a day")
    expect(switch).to_contain_text("Stopped")
    switch.get_by_role("button", name="Start").click()
    expect(page.locator("#toasts")).to_contain_text("The trader runs")
    expect(switch).to_contain_text("Running")
    switch.get_by_role("button", name="Pause for today").click()
    expect(switch).to_contain_text("Paused")
    page.on("dialog", lambda dialog: dialog.accept())
    switch.get_by_role("button", name="Kill switch").click()
    expect(switch).to_contain_text("Nothing is opened or closed until it is released.")
    expect(switch.get_by_role("button", name="Start")).to_have_count(0)
    assert fits(page)
    assert errors == []


def test_a_decision_is_read_from_the_overview(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    start(trader, at=moment(24, 9), by=trader)
    market_says(TUESDAY)
    running.run(trader, TUESDAY)
    page = log_in("/autotrader/decisions/")
    page.get_by_role("link", name=re.compile("^Show")).last.click()
    expect(page.locator("main")).to_contain_text("Decided again from the same inputs: the same.")
    assert fits(page)
    page.get_by_role("link", name="Performance").click()
    expect(page.locator("#auto-value-plot")).to_have_attribute("data-drawn", "")
    assert fits(page)
    assert errors == []


def test_no_tab_scrolls_sideways(desk: Desk, log_in: Callable[[str], Page]) -> None:
    page = log_in("/autotrader/settings/")
    for tab in ("", "performance/", "trades/", "decisions/", "log/", "settings/"):
        page.goto(f"{desk.url}/autotrader/{tab}")
        assert fits(page), tab
