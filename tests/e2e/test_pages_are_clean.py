"""No page complains in the console, and every control has a name for those who do not see it."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from apps.market.chain import Chain
from tests.conftest import PASSWORD
from tests.desk import Desk, running_desk
from tests.e2e.arriving import arrive
from tests.e2e.conftest import desktop_only

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONTROLS = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "tab", "DisclosureTriangle"}


def nameless_controls(page: Page) -> list[str]:
    """Return the roles of controls that the browser's accessibility tree has no name for."""
    tools = page.context.new_cdp_session(page)
    nodes = tools.send("Accessibility.getFullAXTree")["nodes"]
    controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in CONTROLS]
    assert controls
    return [node["role"]["value"] for node in controls if not node.get("name", {}).get("value", "").strip()]


def test_the_login_is_clean(context: BrowserContext, desk: Desk, errors: list[str]) -> None:
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text))
    page.goto(f"{desk.url}/login/")
    assert nameless_controls(page) == []
    expect(page.get_by_label("Username")).to_be_focused()
    assert errors == []


def test_the_gex_page_is_clean(log_in: Callable[[str], Page], spx_chain: Chain, errors: list[str]) -> None:
    arrive(spx_chain, spot=spx_chain.spot)
    page = log_in("/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    assert nameless_controls(page) == []
    assert errors == []


@desktop_only
def test_a_page_without_live_numbers_shows_no_connection(log_in: Callable[[str], Page]) -> None:
    page = log_in("/account/password/")
    expect(page.locator("#connection")).to_be_hidden()
    assert nameless_controls(page) == []


@pytest.fixture
def debug_desk(desk: Desk) -> Iterator[Desk]:
    with running_desk(DEBUG="1") as started:
        yield started
        started.wait_until_at_rest()


def test_the_style_guide_shows_every_component_without_complaint(
    browser: Browser, debug_desk: Desk, owner: User, errors: list[str]
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{debug_desk.url}/login/?next=/styleguide/")
    page.fill("input[name=username]", owner.username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/styleguide/")
    page.locator(".chart").first.scroll_into_view_if_needed()
    expect(page.locator(".chart .main-svg").first).to_be_visible(timeout=15_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert nameless_controls(page) == []
    assert errors == []
    context.close()
