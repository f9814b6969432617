"""The tabs of the GEX page: their addresses, keys, blocks, and the symbol that changes while the tab stays."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.gex.tabs import TABS
from apps.market.models import Snapshot

OTHERS = [tab.key for tab in TABS if tab.key]


@pytest.mark.usefixtures("seconds_later", "snapshot")
@pytest.mark.parametrize("key", OTHERS)
def test_each_tab_is_a_page_of_its_own_with_the_verdict_on_top(trader_client: Client, key: str) -> None:
    page = trader_client.get(f"/gex/SPX/{key}/").content.decode()
    assert 'id="gex-strip"' in page
    current = re.findall(r'<a class="tab" href="([^"]+)" aria-current="page"', page)
    assert current == [f"/gex/SPX/{key}/"]
    for block in next(tab for tab in TABS if tab.key == key).blocks:
        assert f'id="block-{block.key}"' in page
        assert f'hx-get="/gex/SPX/{key}/{block.key}/"' in page


@pytest.mark.usefixtures("seconds_later", "snapshot")
def test_number_keys_lead_to_the_tabs_in_their_order(trader_client: Client) -> None:
    page = trader_client.get("/gex/SPX/").content.decode()
    found = re.findall(r'class="tab" href="([^"]+)"[^>]*data-shortcut="(\d)"', page)
    assert found == [(tab.url("SPX"), str(place)) for place, tab in enumerate(TABS, start=1)]


@pytest.mark.usefixtures("seconds_later", "db")
@pytest.mark.parametrize("key", OTHERS)
def test_before_the_first_levels_every_tab_says_so(trader_client: Client, key: str) -> None:
    answer = trader_client.get(f"/gex/SPX/{key}/")
    assert answer.status_code == 200
    assert "No levels yet" in answer.content.decode()
    assert "This part failed" not in answer.content.decode()


@pytest.mark.usefixtures("seconds_later", "snapshot")
def test_every_block_answers_alone(trader_client: Client, snapshot: Snapshot) -> None:
    for tab in TABS:
        for block in tab.blocks:
            answer = trader_client.get(tab.block_url("SPX", block)).content.decode()
            assert answer.lstrip().startswith("<section"), block.key
            assert f'id="block-{block.key}"' in answer
            assert "<html" not in answer
            assert "This part failed" not in answer, block.key
            assert f'id="block-{block.key}-title"' in answer, f"{block.key}: its heading names the section"


@pytest.mark.parametrize("path", ["/gex/SPX/nothing/", "/gex/SPX/setups/nothing/", "/gex/SPX/nothing/setups/"])
def test_what_is_not_there_is_not_found(trader_client: Client, path: str) -> None:
    assert trader_client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/gex/spx/setups/", "/gex/SPX/setups/"),
        ("/gex/^SPX/setups/", "/gex/SPX/setups/"),
        ("/gex/SPX/levels/", "/gex/SPX/"),
    ],
)
def test_other_spellings_lead_to_the_tab_itself(trader_client: Client, path: str, leads_to: str) -> None:
    answer = trader_client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, leads_to)


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("/gex/SPX/setups/", "/gex/SPY/setups/"),
        ("/gex/SPX/", "/gex/SPY/"),
        ("/gamma/SPX/", "/gamma/SPY/"),
        ("/", "/gex/SPY/"),
        ("/nowhere/", "/gex/SPY/"),
        ("https://elsewhere.example/gex/SPX/", "/gex/SPY/"),
    ],
)
def test_another_symbol_keeps_the_page_and_tab(trader_client: Client, came_from: str, leads_to: str) -> None:
    answer = trader_client.get(reverse("market:go"), {"symbol": "spy", "from": came_from})
    assert (answer.status_code, answer["Location"]) == (302, leads_to)
