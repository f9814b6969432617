"""What a user sets: kept for this user alone, applied by the pages, refused with a sentence when it cannot be."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.accounts.models import UserPreferences
from apps.accounts.sections import PAGES, placed, shown
from apps.accounts.services import preferences_of
from apps.gex.tabs import TABS
from apps.market.models import Snapshot

VALID = {"account_size": "120000", "risk_percent": "1.5", "symbol": "^spy", "theme": "light", "refresh": "60"}
FRAGMENT = {"HX-Request": "true"}


def test_the_old_programs_defaults_stand_at_first(trader_client: Client) -> None:
    page = trader_client.get("/settings/").content.decode()
    assert 'value="50000"' in page
    assert "$1,000.00" in page  # 2 % of 50,000


def test_what_is_saved_is_kept_for_this_user_alone(trader_client: Client, trader: User, owner: User) -> None:
    answer = trader_client.post("/settings/", VALID)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    kept = preferences_of(trader)
    assert (kept.account_size, kept.risk_percent, kept.symbol) == (Decimal(120_000), Decimal("1.5"), "SPY")
    assert kept.max_risk == Decimal(1_800)
    assert preferences_of(owner).account_size == 50_000
    page = trader_client.get("/settings/").content.decode()
    assert "Settings saved." in page
    assert "$1,800.00" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("account_size", "999", "greater than or equal to 1000"),
        ("account_size", "10000001", "less than or equal to 10000000"),
        ("account_size", "a lot", "Enter a number"),
        ("account_size", "", "required"),
        ("risk_percent", "0.4", "greater than or equal to 0.5"),
        ("risk_percent", "5.1", "less than or equal to 5"),
        ("risk_percent", "1.55", "no more than 1 decimal place"),
        ("symbol", "S&P 500", "is not a symbol"),
        ("theme", "pink", "not one of the available choices"),
        ("refresh", "5", "not one of the available choices"),
    ],
)
def test_what_is_out_of_range_is_said_and_nothing_is_changed(
    trader_client: Client, trader: User, field: str, value: str, said: str
) -> None:
    answer = trader_client.post("/settings/", VALID | {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "$1,000.00" in page
    assert preferences_of(trader).account_size == 50_000


def order_of(page: str) -> list[str]:
    return [section.id for section in PAGES[page]]


def posted(page: str, order: list[str], chosen: list[str]) -> dict[str, list[str]]:
    return {f"{page}_order": order, f"{page}_shown": chosen}


def cards(html: str) -> list[str]:
    """Return the ids of a page's sections in their order."""
    return re.findall(r'id="((?:dashboard|gex|block)-[a-z-]+?)(?:-title)?"', html)


def test_the_tabs_lead_to_every_part_of_the_settings(trader_client: Client) -> None:
    page = trader_client.get("/settings/").content.decode()
    tabs = re.findall(r'<a class="tab" href="([^"]+)"', page)
    assert tabs == ["/settings/", "/alerts/delivery/", "/settings/tokens/", "/settings/security/"]
    assert '<a class="tab" href="/settings/" aria-current="page">General</a>' in page


def test_theme_and_pace_are_what_every_page_then_shows(trader_client: Client, trader: User) -> None:
    live = trader_client.get("/learn/").content.decode()
    assert 'data-pace="live"' in live
    assert "pace-line" not in live
    trader_client.post("/settings/", VALID | {"refresh": "hand"})
    page = trader_client.get("/learn/").content.decode()
    assert 'data-theme="light"' in page
    assert 'data-pace="hand"' in page
    assert "Paused." in page


def test_sections_are_hidden_and_ordered_on_the_dashboard_and_in_what_renews_it(
    trader_client: Client, owner_client: Client, trader: User, snapshot: Snapshot
) -> None:
    order = ["verdict", "status", "day", "overview", "vix", "month", "trader", "activity"]
    chosen = ["verdict", "day", "overview", "month", "activity"]
    answer = trader_client.post("/settings/", VALID | posted("dashboard", order, chosen))
    assert answer.status_code == 302
    assert shown("dashboard", UserPreferences.objects.get(user=trader).sections) == chosen
    page = trader_client.get("/").content.decode()
    places = [page.index(one) for one in ("dashboard-verdict-", "dashboard-day-title", "overview-title")]
    assert places == sorted(places)
    assert page.index("dashboard-month-title") < page.index("dashboard-activity-title")
    assert "dashboard-trader-title" not in page
    assert 'id="dashboard-vix"' not in page
    assert "Active positions" not in page
    renewed = trader_client.get("/dashboard/status/", headers=FRAGMENT).content.decode()
    assert 'id="dashboard-status"' in renewed  # hidden, but what renews the faults
    assert "Active positions" not in renewed
    assert "dashboard-vix" not in renewed
    assert "overview-failure-" in renewed
    assert "dashboard-trader-title" not in trader_client.get("/dashboard/own/", headers=FRAGMENT).content.decode()
    assert "dashboard-trader-title" in owner_client.get("/").content.decode()


def test_sections_of_the_levels_are_hidden_and_ordered(trader_client: Client, snapshot: Snapshot) -> None:
    whole = trader_client.get("/gex/SPX/").content.decode()
    order = order_of("gex")
    order.remove("method")
    order.insert(0, "method")
    chosen = [one for one in order if one not in ("heatmap", "classic-profile")]
    trader_client.post("/settings/", VALID | posted("gex", order, chosen))
    page = trader_client.get("/gex/SPX/").content.decode()
    assert 'id="gex-heatmap"' in whole
    assert 'id="block-classic-profile"' in whole
    assert 'id="gex-heatmap"' not in page
    assert 'id="block-classic-profile"' not in page
    assert page.index('id="gex-method"') < page.index('id="gex-verdict"')
    assert page.index('id="gex-switch"') < page.index('id="gex-ladder"') < page.index('id="gex-by-price"')
    assert set(cards(page)) < set(cards(whole))
    fragment = trader_client.get("/gex/SPX/", headers=FRAGMENT).content.decode()
    assert 'id="gex-heatmap"' not in fragment


def test_the_sections_below_the_levels_are_the_blocks_of_the_page() -> None:
    below = [(one.id, one.label) for one in PAGES["gex"] if one.group == "Below the levels"]
    assert below == [(block.key, block.title) for block in TABS[0].blocks]


def test_a_page_of_nothing_is_refused_and_what_was_typed_stays(trader_client: Client, trader: User) -> None:
    order = order_of("dashboard")[::-1]
    answer = trader_client.post("/settings/", VALID | posted("dashboard", order, []))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Show at least one section." in page
    assert 'value="120000"' in page
    listed = re.findall(r'name="dashboard_order" value="([a-z-]+)"', page)
    assert listed == [one.section.id for one in placed("dashboard", {"dashboard": {"order": order}})]
    assert not UserPreferences.objects.filter(user=trader).exists()
    strange = trader_client.post("/settings/", VALID | posted("dashboard", ["status"], ["status"]))
    assert strange.status_code == 422
    assert "Load it again." in strange.content.decode()


def test_a_section_moves_within_its_group_and_nothing_is_kept_before_it_is_saved(
    trader_client: Client, trader: User
) -> None:
    form = posted("dashboard", order_of("dashboard"), ["day", "month"])
    answer = trader_client.post("/settings/sections/dashboard/day/up/", form, headers=FRAGMENT).content.decode()
    listed = re.findall(r'name="dashboard_order" value="([a-z-]+)"', answer)
    assert listed == ["status", "verdict", "day", "overview", "vix", "activity", "trader", "month"]
    assert answer.count("checked") == 2
    assert "Chart of the day: 1 of 3, left column" in answer
    at_the_end = trader_client.post("/settings/sections/dashboard/verdict/down/", form, headers=FRAGMENT)
    assert re.findall(r'name="dashboard_order" value="([a-z-]+)"', at_the_end.content.decode()) == order_of("dashboard")
    assert trader_client.post("/settings/sections/dashboard/nowhere/up/", form).status_code == 400
    assert trader_client.post("/settings/sections/journal/day/up/", form).status_code == 400
    assert trader_client.get("/settings/sections/dashboard/day/up/").status_code == 405
    assert not UserPreferences.objects.filter(user=trader).exists()


def test_sections_kept_by_another_version_are_passed_over() -> None:
    kept = {"dashboard": {"order": ["gone", "month"], "hidden": ["gone", "vix"]}}
    found = shown("dashboard", kept)
    assert found[-3:] == ["month", "activity", "trader"]
    assert "vix" not in found
    assert shown("dashboard", {"dashboard": "broken"}) == order_of("dashboard")
