"""Every page for those who do not see it, use no mouse, or prefer light: axe's rules, the keyboard, the console."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from alphagex import clock
from apps.accounts.models import UserPreferences
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from apps.market.chain import Chain
from apps.market.sources.simulated import SimulatedSource
from tests.desk import Desk
from tests.e2e.arriving import arrive
from tests.e2e.conftest import SIZES, desktop_only
from tests.journal.trading import opened, traded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
FEATURES = (
    *("/", "/gex/SPX/", "/gamma/SPX/", "/copilot/", "/positions/", "/journal/", "/autotrader/", "/paper/"),
    *("/scanner/", "/alerts/", "/sizing/"),
)
MORE = ("/settings/", "/learn/", "/gex/SPX/setups/", "/alerts/delivery/", "/autotrader/settings/")
# Colours glide from one theme to the other; what is measured is where they arrive.
IN_THEME = """async (theme) => {
  document.documentElement.dataset.theme = theme;
  for (let frame = 0; frame < 3; frame += 1) {
    await new Promise(requestAnimationFrame);
    for (const one of document.getAnimations()) try { one.finish(); } catch { one.cancel(); }
  }
}"""
# What axe finds of serious or critical impact, in lines that say what and where.
SERIOUS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const why = (node) => [...node.any, ...node.all, ...node.none][0]?.message ?? '';
  return violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')} ${why(node)}`));
}"""
# Whether the focused element can be told from its neighbours: an outline or a ring, inside the page.
FOCUS_IS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  const marked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  return marked && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


@pytest.fixture
def traded_in(desk: Desk, trader: User) -> None:
    """SPX has levels, and the trader an open and two closed positions and an account to show."""
    at = clock.now()
    chain: Chain = SimulatedSource(seed=42).fetch_chain("SPX", at=at)
    arrive(chain, spot=chain.spot)
    UserPreferences.objects.create(user=trader, symbol="SPX")
    own = account_in_use(trader, Account.Kind.OWN, at=at)
    opened(own, at=at)
    traded(own, 120, at=at)
    traded(own, -80, at=at)


@pytest.fixture(params=list(SIZES))
def context(request: pytest.FixtureRequest, browser: Browser, desk: Desk) -> Iterator[BrowserContext]:
    """A browser that moves nothing by itself, with axe on every page."""
    is_phone = request.param == "phone"
    opened_context = browser.new_context(
        viewport=SIZES[request.param],  # type: ignore[arg-type]
        has_touch=is_phone,
        is_mobile=is_phone,
        reduced_motion="reduce",
    )
    opened_context.add_init_script(AXE.read_text())
    yield opened_context
    opened_context.close()


def settled(page: Page) -> None:
    """Wait until the parts of the page that fetch themselves are there."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)


@pytest.mark.usefixtures("traded_in")
def test_no_page_has_a_serious_finding_in_either_theme_nor_complains_nor_scrolls_sideways(
    context: BrowserContext, desk: Desk, log_in: Callable[[str], Page], errors: list[str]
) -> None:
    found: list[str] = []

    def judge(page: Page, path: str) -> None:
        for theme in ("dark", "light"):
            page.evaluate(IN_THEME, theme)
            found.extend(f"{path} {theme}: {line}" for line in page.evaluate(SERIOUS))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{path} scrolls sideways")
        found.extend(f"{path} console: {error}" for error in errors)
        errors.clear()

    login = context.new_page()
    login.goto(f"{desk.url}/login/")
    judge(login, "/login/")
    login.close()
    page = log_in("/settings/")
    for path in (*FEATURES, *MORE):
        page.goto(f"{desk.url}{path}")
        settled(page)
        judge(page, path)
    assert not found, "\n".join(sorted(set(found)))


@desktop_only
def test_every_page_is_reached_by_keyboard_alone_and_the_focus_is_seen(
    desk: Desk, log_in: Callable[[str], Page], errors: list[str]
) -> None:
    page = log_in("/learn/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    assert page.evaluate(FOCUS_IS_SEEN)
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()
    links = page.locator(".rail a.rail-link")
    reached = []
    for number in range(links.count()):
        page.goto(f"{desk.url}/learn/")
        link = links.nth(number)
        address, keys = link.get_attribute("href") or "", (link.get_attribute("data-shortcut") or "").split()
        for _ in range(number + 3):  # the skip link, the name of the desk, then the rail
            page.keyboard.press("Tab")
        expect(link).to_be_focused()
        assert page.evaluate(FOCUS_IS_SEEN), address
        page.keyboard.press("Enter")
        page.wait_for_url(f"{desk.url}{address}")
        if keys:
            page.goto(f"{desk.url}/learn/")
            for key in keys:
                page.keyboard.press(key)
            page.wait_for_url(f"{desk.url}{address}")
        reached.append(address)
    assert set(FEATURES) <= set(reached)
    assert errors == []


@pytest.mark.usefixtures("traded_in")
def test_help_opens_by_hover_focus_and_tap_and_closes_by_escape(
    request: pytest.FixtureRequest, log_in: Callable[[str], Page], errors: list[str]
) -> None:
    page = log_in("/gex/SPX/")
    label = page.locator("#gex-figures .help", has_text="Call wall")
    box = page.locator(".help-tip")
    if "phone" in request.node.name:
        label.tap()
        expect(box).to_contain_text("The strike at or above spot")
        assert page.url.endswith("/gex/SPX/")
        place = box.bounding_box()
        assert place is not None
        assert 0 <= place["x"] <= SIZES["phone"]["width"] - place["width"]
        label.tap()
        page.wait_for_url("**/learn/#term-call_wall")
    else:
        label.hover()
        expect(box).to_contain_text("The strike at or above spot")
        page.keyboard.press("Escape")
        expect(box).to_have_count(0)
        page.mouse.move(0, 0)
        page.locator("#gex-figures .help").first.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(box).to_contain_text("Dollars of stock dealers")
        expect(page.locator("#gex-figures .help").first).to_have_accessible_description(re.compile("Dollars of stock"))
        page.keyboard.press("Escape")
        expect(box).to_have_count(0)
    assert errors == []
