"""A trader opens a position by the form, watches its mark move, closes it and finds it in the journal."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Position
from apps.ledger.reconciling import differences
from apps.market.feed import store_observation
from apps.market.models import WebsocketSubscription
from apps.market.quotes import keep_quotes
from apps.market.sources.simulated import SimulatedSource
from apps.positions.publishing import publish_marks
from tests.desk import Desk, wait_until
from tests.e2e.test_pages_are_clean import nameless_controls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def quoted(*, dearer: float = 1.0) -> None:
    """Let SPX's chain of now come in and mark by it, as the worker does. dearer: times every option's price."""
    at = clock.now()
    chain = SimulatedSource(seed=42).fetch_chain("SPX", at=at)
    chain = replace(chain, bid=chain.bid * dearer, ask=chain.ask * dearer)
    keep_quotes(chain, at=at)
    store_observation(chain, received_at=at)
    mark_open_positions(at=at, symbol="SPX")
    publish_marks("SPX", at=at)


def test_from_the_form_to_the_journal(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    quoted()
    page = log_in("/positions/")
    page.get_by_role("button", name="Open position").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Structure").select_option("condor")
    expect(dialog.get_by_label("Call wing")).to_be_visible()
    expect(dialog.locator("#position-preview")).to_contain_text("You receive")
    dialog.get_by_label("Quantity").fill("2")
    expect(dialog.locator("#position-preview")).to_contain_text(re.compile(r"Break-even\s*[\d,.]+, [\d,.]+"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    quoted()  # an old quote would fill nothing
    dialog.get_by_role("button", name="Open position").click()
    row = page.locator("#positions-body tbody tr").first
    expect(row).to_contain_text("SPX Iron Condor")
    expect(dialog).to_have_count(0)
    assert nameless_controls(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    before = row.locator("td.num").last.inner_text()
    wait_until(lambda: WebsocketSubscription.objects.filter(path="/ws/positions").exists())
    quoted(dearer=1.2)
    expect(row.locator("td.num").last).not_to_have_text(before)
    expect(row.locator("td.num").last).to_contain_text("−$")

    row.get_by_role("link").click()
    panel = page.locator("#position-panel")
    expect(panel).to_contain_text("Entry against now")
    expect(panel.locator(".js-plotly-plot, .plotly").first).to_be_visible()
    panel.get_by_role("button", name="Close or reduce").click()
    page.get_by_label("Why").fill("Enough seen")
    quoted()
    page.get_by_role("button", name="Close position").click()
    expect(page.get_by_text("No open position")).to_be_visible()
    assert Position.objects.get().status == "CLOSED"
    assert not list(differences())
    page.goto(f"{desk.url}/journal/")
    expect(page.locator("main")).to_contain_text("Iron Condor")
    assert errors == []
