"""Account size, risk and first symbol: kept per user, refused with a sentence when out of range."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.accounts.services import preferences_of

VALID = {"account_size": "120000", "risk_percent": "1.5", "symbol": "^spy"}


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
