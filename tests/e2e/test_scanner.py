"""A list is changed and scanned; results come in while others still wait; the table is sorted, a row opened."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.market import configured, feed, tasks, waiting
from apps.scanner import scanning
from apps.scanner.models import ScanResult, ScanRun
from tests.desk import Desk
from tests.e2e.conftest import desktop_only
from tests.e2e.test_pages_are_clean import nameless_controls

# The simulated market of now: a symbol may have no flip today.
JUDGED = re.compile("Fresh|Not ranked")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fetched(*symbols: str) -> None:
    """Let the worker bring the numbers of some symbols, and the scan take its next step."""
    for symbol in symbols:
        tasks.fetch(configured.chain_source().name, waiting.Wanted(waiting.CHAIN, symbol).text)
    step()


def step() -> None:
    run = ScanRun.objects.get(state=ScanRun.State.RUNNING)
    scanning.step(run.pk, run.step, at=clock.now())


def test_a_list_is_scanned_live_sorted_and_a_row_opened(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    page = log_in("/scanner/")
    expect(page.get_by_text("Nothing scanned yet")).to_be_visible()
    page.get_by_label("Symbol to add").fill("nvda")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Remove NVDA")).to_be_visible()
    page.get_by_role("button", name="Remove IWM").click()
    expect(page.get_by_role("button", name="Remove IWM")).to_have_count(0)
    page.get_by_role("button", name="Scan", exact=True).click()
    progress = page.locator(".scanner-progress")
    expect(progress).to_contain_text("0 of 5 done")
    step()
    fetched("SPY", "NVDA")
    expect(progress).to_contain_text("2 of 5 done")
    rows = page.locator(".scanner-table tbody tr")
    expect(rows.filter(has_text="NVDA")).to_contain_text(JUDGED)
    expect(rows.filter(has_text="QQQ")).to_contain_text("Asked")
    expect(page.get_by_role("button", name="Cancel scan")).to_be_visible()
    fetched("QQQ", "TSLA")
    expect(progress).to_contain_text("4 of 5 done")
    feed.note_failure("DIA", message="Cboe refused DIA (403).", at=clock.now())
    step()
    expect(rows.filter(has_text="DIA")).to_contain_text("Cboe refused DIA (403).")
    page.get_by_role("button", name="Cancel scan").click()
    expect(progress).to_contain_text("Cancelled")
    expect(rows.last).to_contain_text("DIA")
    ranked = sorted(ScanResult.objects.filter(state=ScanResult.State.RANKED).values_list("symbol", flat=True))
    expect(page.locator(".scanner-card")).to_have_count(min(3, len(ranked)))
    assert nameless_controls(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.table-wrap')].every(one => one.scrollWidth <= one.clientWidth)"
    )

    page.locator(".scanner-table thead").get_by_role("link", name="Symbol").click()
    expect(rows.first).to_contain_text("DIA")
    assert page.url.endswith("?sort=symbol")
    page.get_by_label("Status").select_option("fresh")
    expect(rows).to_have_count(len(ranked))
    # The address comes behind the rows; what is loaded again is what stands there.
    expect(page).to_have_url(re.compile(r"sort=symbol.*status=fresh|status=fresh.*sort=symbol"))
    page.reload()
    expect(rows.first).to_contain_text(ranked[0])
    page.locator(".scanner-table").get_by_role("link", name=ranked[0], exact=True).click()
    page.wait_for_url(f"**/gex/{ranked[0]}/")
    assert errors == []


@desktop_only
def test_details_lists_import_and_what_is_wrong(
    desk: Desk, log_in: Callable[[str], Page], trader: User, errors: list[str]
) -> None:
    page = log_in("/scanner/")
    page.get_by_role("button", name="New list").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Short")
    page.get_by_role("dialog").get_by_label("Begins with").select_option("empty")
    page.get_by_role("button", name="Make list").click()
    expect(page.get_by_role("link", name="Short")).to_have_attribute("aria-current", "page")
    page.get_by_label("Symbol to add").fill("no!")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".field-error")).to_contain_text("is not a symbol")
    expect(page.get_by_label("Symbol to add")).to_have_value("no!")
    page.locator("summary", has_text="Import").click()
    page.get_by_label("Symbols", exact=True).fill("SPY\n???")
    page.get_by_role("button", name="Add to Short").click()
    expect(page.locator("#scanner-list")).to_contain_text("Line 2: '???' is no symbol.")
    page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.locator(".scanner-progress")).to_contain_text("0 of 1 done")
    step()
    fetched("SPY")
    expect(page.locator(".scanner-progress")).to_contain_text("Done")
    page.get_by_role("button", name="Details of SPY").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Net GEX")
    if ScanResult.objects.get().state == ScanResult.State.RANKED:
        dialog.get_by_role("button", name="Log SPY").click()
        expect(page.locator(".toast", has_text="Logged")).to_be_visible()
    assert [one for one in errors if "422" not in one] == []
