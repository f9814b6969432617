"""What the hand does: the theme, the keys, the symbol picker, forms and their mistakes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.market.chain import Chain
from tests.e2e.arriving import arrive
from tests.e2e.conftest import desktop_only

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), desktop_only]


def test_the_theme_is_saved_and_survives_a_reload(log_in: Callable[[str], Page], errors: list[str]) -> None:
    page = log_in("/account/password/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    with page.expect_response("**/account/theme/") as saved:
        page.get_by_role("button", name="Switch between dark and light").click()
    assert saved.value.status == 204
    expect(root).to_have_attribute("data-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")
    assert errors == []


def test_keys_choose_a_symbol_list_themselves_and_go_to_pages(log_in: Callable[[str], Page]) -> None:
    page = log_in("/account/password/")
    page.get_by_role("heading", name="Change password").click()  # the form's first field has the focus
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_label("Symbol")).to_be_focused()
    page.keyboard.type("tsla")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gex/TSLA/")
    page.goto(page.url.replace("gex/TSLA/", "account/password/"))
    page.get_by_role("heading", name="Change password").click()
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.wait_for_url(re.compile("/gex/"))


def test_keys_while_typing_are_text(log_in: Callable[[str], Page]) -> None:
    page = log_in("/account/password/")
    field = page.get_by_label("Old password")
    expect(field).to_be_focused()
    page.keyboard.type("gg/?")
    expect(field).to_have_value("gg/?")


def test_arrow_keys_move_between_charts_and_the_choice_survives_a_push(
    log_in: Callable[[str], Page], spx_chain: Chain
) -> None:
    arrive(spx_chain, spot=spx_chain.spot)
    page = log_in("/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    tabs = page.locator("#gex-weighting").get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowLeft")  # round to the last
    expect(tabs.last).to_be_focused()
    expect(page.locator("#gex-by-price").get_by_role("tabpanel")).to_have_accessible_name("Volume")
    seq = page.get_attribute("#market-quote", "data-seq")
    arrive(spx_chain, spot=spx_chain.spot + 3, seconds=30)
    expect(page.locator("#market-quote")).not_to_have_attribute("data-seq", seq or "")
    expect(tabs.last).to_have_attribute("aria-selected", "true")
    expect(tabs.last).to_be_focused()


def test_a_failed_request_says_so_until_it_is_read(log_in: Callable[[str], Page]) -> None:
    page = log_in("/account/password/")
    page.evaluate("htmx.ajax('GET', '/no-such-page/', {target: '#page'})")
    toast = page.get_by_role("alert")
    expect(toast).to_contain_text("Not done (404)")
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


def test_a_mistake_in_the_password_form_stands_at_its_field(log_in: Callable[[str], Page]) -> None:
    page = log_in("/account/password/")
    page.get_by_label("Old password").fill("wrong")
    page.get_by_label("New password", exact=True).fill("another-long-password")
    page.get_by_label("New password confirmation").fill("another-long-password")
    page.keyboard.press("Enter")
    field = page.get_by_label("Old password")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("entered incorrectly"))


def test_the_palette_leads_to_pages_and_symbols_by_letters(log_in: Callable[[str], Page], errors: list[str]) -> None:
    page = log_in("/settings/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Jump to a page or symbol")
    expect(field).to_be_focused()
    field.fill("pos siz")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Position Sizing")
    field.fill("po")
    field.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Position Sizing")
    field.fill("tsla")
    expect(page.get_by_role("option", selected=True)).to_contain_text("GEX of TSLA")
    field.press("Enter")
    page.wait_for_url("**/gex/TSLA/")
    page.keyboard.press("Control+k")
    field.fill("no such thing")
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert errors == []
