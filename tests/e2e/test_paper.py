"""A trader finds the trade of the day, executes it, watches its mark move, closes it and sees it in the history."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.ledger.models import Position
from apps.ledger.reconciling import differences
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.quotes import keep_quotes
from apps.market.sources.simulated import SimulatedSource
from apps.paper import finding, managing
from tests.desk import Desk
from tests.e2e.conftest import desktop_only
from tests.e2e.test_pages_are_clean import nameless_controls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def spy(*, dearer: float = 1.0, moved: float = 0.0) -> Snapshot:
    """Let SPY's chain of now come in, short of gamma and below its flip. dearer: times every option's price."""
    at = clock.now()
    chain = SimulatedSource(seed=42).fetch_chain("SPY", at=at)
    chain = replace(chain, spot=chain.spot + moved, bid=chain.bid * dearer, ask=chain.ask * dearer)
    keep_quotes(chain, at=at)
    snapshot = store_observation(chain, received_at=at).snapshot
    flip = float(snapshot.spot) * 1.01
    Snapshot.objects.filter(pk=snapshot.pk).update(net_gex=-2e9, flip_point=flip)
    return snapshot


def test_from_the_finder_to_the_history(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    spy()
    page = log_in("/paper/")
    page.get_by_role("button", name="Find trade now").click()
    expect(page.get_by_role("heading", name="Negative GEX Squeeze").first).to_be_visible()
    spy()
    page.get_by_role("button", name="Execute trade").click()
    card = page.locator(".paper-position")
    expect(card).to_contain_text("BUY_CALL")
    expect(page.get_by_role("button", name="Execute trade")).to_have_count(0)
    assert nameless_controls(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    card.get_by_role("button", name="Close SPY Negative GEX Squeeze").click()
    expect(page.get_by_role("dialog")).to_contain_text("P&L at the newest mark")
    spy()  # the desk goes on: an old quote would fill nothing
    page.get_by_role("button", name="Close position").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".table-two-line tbody tr")).to_contain_text("Manual close")
    expect(card).to_have_count(0)
    assert Position.objects.get().status == "CLOSED"
    assert not list(differences())
    assert errors == []


@desktop_only
def test_the_mark_moves_by_a_push_and_open_details_stay_open(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    spy()
    at = clock.now()
    row = finding.execute(finding.find(trader, at=at), key="k", at=at, by=trader).row
    assert row is not None
    page = log_in("/paper/")
    card = page.locator(".paper-position")
    expect(card).to_contain_text("$0.00")
    expect(page.locator("#connection")).to_contain_text("Live")
    card.get_by_text("Entry and reasoning").click()
    page.get_by_label("Largest position").fill("7")
    spy(dearer=1.5, moved=0.25)
    managing.manage_symbol("SPY", at=clock.now())
    expect(card).to_contain_text(re.compile(r"\+[45]\d\.\d"))
    expect(card.get_by_text("Engine's entry")).to_be_visible()
    expect(page.get_by_label("Largest position")).to_have_value("7")
    assert errors == []


@desktop_only
def test_what_is_out_of_range_is_said_beside_its_field(desk: Desk, log_in: Callable[[str], Page]) -> None:
    page = log_in("/paper/model/")
    page.get_by_label("Least confidence").fill("95")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".field-error")).to_contain_text("less than or equal to 90")
    expect(page.get_by_label("Least confidence")).to_have_value("95")
    page.get_by_label("Least confidence").fill("80")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".field-error")).to_have_count(0)
    expect(page.get_by_text("Settings saved")).to_be_visible()
