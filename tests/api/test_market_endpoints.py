"""What the market's endpoints answer, each against a stored snapshot."""

import pytest
from django.test import Client

from apps.market.models import Snapshot

ADDRESSES = (
    "/api/market/status",
    "/api/market/symbols",
    "/api/dashboard",
    "/api/gex/SPX",
    "/api/gex/SPX/levels",
    "/api/gex/SPX/history?days=30",
    "/api/gex/SPX/setups",
    "/api/gex/SPX/plans/daily",
    "/api/gamma/SPX/intelligence",
    "/api/gamma/SPX/daily",
    "/api/gamma/SPX/weekly",
    "/api/gamma/SPX/volatility",
    "/api/ai/context/SPX",
    "/api/openapi.json",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_endpoint_answers_with_the_markets_numbers(
    address: str, trader_client: Client, snapshot: Snapshot, seconds_later: None
) -> None:
    answer = trader_client.get(address)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/json")
    assert "NaN" not in answer.content.decode()
