"""A trader finds a closed trade in the journal and writes about it, on desktop and phone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from apps.journal.models import JournalEntry, Picture
from apps.journal.pictures import folder
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from tests.desk import Desk
from tests.journal.images import png
from tests.journal.trading import traded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture
def entries(desk: Desk, trader: User) -> list[JournalEntry]:
    """A winner of yesterday's, and a loser of an hour ago."""
    now = clock.now()
    account = account_in_use(trader, Account.Kind.OWN, at=now - timedelta(days=3))
    won = traded(account, 200, at=now - timedelta(days=1), strategy="Squeeze")
    return [won, traded(account, -50, at=now - timedelta(hours=1), strategy="Fade")]


@pytest.fixture
def _no_files_stay() -> Iterator[None]:
    yield
    for picture in Picture.objects.all():
        folder().delete(picture.file_name)


@pytest.mark.usefixtures("_no_files_stay")
def test_a_closed_trade_is_found_and_written_about(
    entries: list[JournalEntry],
    log_in: Callable[[str], Page],
    errors: list[str],
    tmp_path: Path,
) -> None:
    page = log_in("/journal/")
    page.locator(".journal-chart").scroll_into_view_if_needed()
    expect(page.locator(".journal-chart")).to_have_attribute("data-drawn", "")
    assert fits(page)
    page.get_by_role("link", name="SPY Fade").click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Notes").fill("Sold **too early**.")
    page.get_by_label("Tags").fill(",".join(f"tag {number}" for number in range(13)))
    page.get_by_role("button", name="Save").click()
    review = page.locator("#journal-review")
    expect(review).to_contain_text("12 tags are the most")
    expect(page.get_by_label("Notes")).to_have_value("Sold **too early**.")
    page.get_by_label("Tags").fill("early exit")
    page.get_by_label("Rating").select_option("2")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Entry saved")
    expect(review.locator("strong")).to_have_text("too early")
    expect(review).to_contain_text("Rated 2 of 5")
    chart = tmp_path / "chart.png"
    chart.write_bytes(png(40, 30))
    page.get_by_label("Screenshots").set_input_files(chart)
    page.get_by_role("button", name="Upload").click()
    picture = page.get_by_role("img", name="chart.png")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.journal-pictures img').naturalWidth === 40")
    assert fits(page)
    # The browser names every answer of 422, which is what a refused form gets.
    assert [error for error in errors if "422" not in error] == []


def test_the_list_is_narrowed_in_place_and_the_calendar_leads_to_a_day(
    entries: list[JournalEntry], log_in: Callable[[str], Page], errors: list[str]
) -> None:
    page = log_in("/journal/")
    trades = page.locator("#journal-trades")
    expect(trades.locator("tbody tr")).to_have_count(2)
    trades.get_by_label("Result").select_option("win")
    expect(trades.locator("tbody tr")).to_have_count(1)
    expect(trades).to_contain_text("Squeeze")
    assert "result=win" in page.url
    trades.get_by_role("link", name="Clear filters").click()
    expect(trades.locator("tbody tr")).to_have_count(2)
    page.locator("#journal-month a.journal-day").last.click()
    expect(trades).to_contain_text("closed")
    assert "day=" in page.url
    assert fits(page)
    page.goto(page.url.partition("?")[0] + "new/")
    page.get_by_role("button", name="Keep trade").click()
    expect(page.locator("form.journal-trade")).to_contain_text("This field is required.")
    assert fits(page)
    assert [error for error in errors if "422" not in error] == []
