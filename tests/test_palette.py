"""The command palette offers what its user may open, and nothing else."""

import re

from django.test import Client


def labels(client: Client) -> dict[str, str]:
    page = client.get("/palette/").content.decode()
    return {label: url for url, label in re.findall(r'href="([^"]+)">.*?<span>([^<]+)</span>', page, re.DOTALL)}


def test_every_page_tab_and_symbol_leads_somewhere(trader_client: Client) -> None:
    found = labels(trader_client)
    assert {"Dashboard", "Positions", "SPX Setups", "SPY", "Open a position", "Settings"} <= found.keys()
    for label, url in found.items():
        if url != "#":
            assert trader_client.get(url.replace("&amp;", "&"), follow=True).status_code == 200, label


def test_staff_pages_are_offered_to_staff(trader_client: Client, owner_client: Client, client: Client) -> None:
    assert "System" not in labels(trader_client)
    assert "System" in labels(owner_client)
    client.logout()
    assert client.get("/palette/").status_code == 302
