"""The page that explains: its states agree with the engine, its facts with the old program's."""

import re

import pytest
from django.test import Client

from apps.gex.learn import dealer_states
from legacy_engines.gex.mm_state import determine_mm_state


def test_it_lists_the_states_the_engine_can_return_with_their_ranges() -> None:
    assert [(state["name"], state["threshold"]) for state in dealer_states()] == [
        ("trapped", "below −$2 bn"),
        ("defending", "from −$2 bn to below $1 bn"),
        ("neutral", "from $1 bn"),
    ]
    assert [determine_mm_state(net) for net in (-2.1e9, -2e9, 0.99e9, 1e9)] == [
        "TRAPPED",
        "DEFENDING",
        "DEFENDING",
        "NEUTRAL",
    ]


@pytest.mark.parametrize(
    "fact",
    [
        "within 1.5 % of the flip",
        "68 %",
        "65 %",
        "72 %",
        "more than 3 % apart",
        "wings of 10 points",
        "Wednesday 15:00",
    ],
)
def test_the_facts_of_the_strategies_and_the_rules_are_there(trader_client: Client, fact: str) -> None:
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", trader_client.get("/learn/").content.decode()))
    assert fact in page


def test_the_account_menu_leads_to_it(trader_client: Client) -> None:
    assert 'href="/learn/"' in trader_client.get("/gex/SPX/").content.decode()
