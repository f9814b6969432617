"""An alert is set, a snapshot crosses it, a toast says so at once, the history keeps it; then the rule is snoozed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.alerts.evaluating import evaluate_snapshot
from apps.alerts.models import Alert
from apps.market.feed import store_observation
from apps.market.sources.simulated import SimulatedSource
from tests.desk import Desk
from tests.e2e.conftest import desktop_only
from tests.e2e.test_pages_are_clean import nameless_controls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def spx(spot: float) -> None:
    """Let SPX's chain of now come in at a price, and the worker judge it."""
    at = clock.now()
    chain = replace(SimulatedSource(seed=42).fetch_chain("SPX", at=at), spot=spot, as_of=at)
    evaluate_snapshot(store_observation(chain, received_at=at).snapshot.pk, at=at)


def test_an_alert_is_set_fires_stands_in_the_history_and_is_snoozed(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    spx(6000)
    page = log_in("/alerts/")
    expect(page.get_by_text("No alert yet")).to_be_visible()
    page.get_by_label("Alert on").select_option("price")
    page.get_by_label("Level, points").fill("6010")
    page.get_by_label("Then").select_option("recross")
    page.get_by_label("Note", exact=True).fill("Trim the condor")
    page.get_by_role("button", name="Set alert").click()
    rule = page.locator(".alerts-table tbody tr").first
    expect(rule).to_contain_text("SPX at or above 6,010.00")
    expect(rule).to_contain_text("6,000.00")
    assert nameless_controls(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.table-wrap')].every(one => one.scrollWidth <= one.clientWidth)"
    )

    spx(6020)
    toast = page.locator(".toast", has_text="Simulated: SPX at or above 6,010.00")
    expect(toast).to_contain_text("Trim the condor")
    expect(page.locator("#alerts-history tbody tr")).to_contain_text("Now spot 6,020.00.")
    expect(page.locator("#notification-list")).to_contain_text("1 unread")
    page.get_by_role("button", name="Mark all read").click()
    expect(page.locator("#notification-list")).to_contain_text("0 unread")

    rule.get_by_role("button", name="Edit or delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Snooze").click()
    page.get_by_role("button", name="1 hour").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(rule).to_contain_text("Snoozed until")
    spx(6000)
    spx(6021)
    assert Alert.objects.get().fired_count == 1
    assert errors == []


@desktop_only
def test_presets_fields_of_a_type_and_what_is_wrong(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    page = log_in("/alerts/")
    page.get_by_role("button", name="Call wall").click()
    expect(page.locator(".alerts-table tbody tr")).to_contain_text("SPX at or above its call wall")
    page.get_by_label("Alert on").select_option("wall_break")
    expect(page.locator("#alerts-form").get_by_label("When")).to_contain_text("Put wall, from above")
    page.get_by_label("Alert on").select_option("flip_proximity")
    page.get_by_label("Level, %").fill("9")
    page.get_by_role("button", name="Set alert").click()
    expect(page.locator(".field-error")).to_contain_text("Between 0.1 and 5 %")
    expect(page.get_by_label("Level, %")).to_have_value("9")
    page.get_by_role("link", name="How you are told").click()
    page.get_by_label("Sound in the page").check()
    page.locator("#alerts-outside").get_by_role("button", name="Save").click()
    expect(page.locator(".toast", has_text="Settings saved")).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator(".toast", has_text="Test of your alerts")).to_be_visible()
    assert [one for one in errors if "422" not in one] == []
