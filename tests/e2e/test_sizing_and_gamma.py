"""A trader sizes a trade as they type, and takes a strategy of the gamma page into the log."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.ideas.models import TradeIdea
from apps.market.sources.simulated import SimulatedSource
from apps.market.tracking import week_gamma
from tests.desk import Desk
from tests.e2e.arriving import arrive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_sizes_follow_what_is_typed_and_say_what_is_wrong(
    desk: Desk, log_in: Callable[[str], Page], errors: list[str]
) -> None:
    page = log_in("/sizing/")
    trade = page.locator("#sizing-trade")
    # The account's 2 % of $50,000, at 250 a contract by a long option paid 2.50: the page's first values.
    first = trade.locator(".verdict-title").inner_text()
    trade.get_by_label("Premium a share").fill("0.50")
    expect(trade.locator(".verdict-title")).not_to_have_text(first)
    expect(trade.locator("dl")).to_contain_text("$50 a contract")
    trade.get_by_label("Structure").select_option("credit")
    expect(trade).to_contain_text("Say how far the strikes are apart")
    trade.get_by_label("Width").fill("5")
    expect(trade.locator("dl")).to_contain_text("$450 a contract")

    kelly = page.locator("#sizing-kelly")
    kelly.get_by_label("Win rate").fill("20")
    expect(kelly).to_contain_text("No edge")
    kelly.get_by_label("Win rate").fill("60")
    kelly.get_by_label("Average win").fill("200")
    kelly.get_by_label("Average loss").fill("100")
    expect(kelly.locator("tbody tr").first).to_contain_text("40.0")  # 0.6 - 0.4 / 2
    kelly.get_by_label("Out of how many").fill("20")
    expect(kelly).to_contain_text("fits so many trades")
    assert fits(page)
    assert [error for error in errors if "422" not in error] == [], "Chromium notes each answer to a faulty form"


def test_a_strategy_of_the_gamma_page_is_logged(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    chain = SimulatedSource(seed=42).fetch_chain("SPX", at=clock.now())
    arrive(chain, spot=chain.spot)
    page = log_in("/gamma/SPX/")
    expect(page.locator("#block-daily")).to_be_visible()
    assert fits(page)
    if week_gamma.intelligence("SPX", clock.now()).intelligence.get("success"):
        page.get_by_role("button", name=re.compile("^Log")).first.click()
        expect(page.locator("#toasts")).to_contain_text("is in your log of ideas")
        assert TradeIdea.objects.get(user=trader).origin.startswith("Gamma")
    else:  # from Friday's close on, on a desk that did not see the morning
        expect(page.locator("#block-daily")).to_contain_text("No gamma of this week yet")
    assert errors == []
