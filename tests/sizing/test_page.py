"""The sizing page: each calculator's answer and its faults, what is at risk, the record, and nobody else's."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import UserPreferences
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from apps.ledger.tickets import LegTicket
from tests.journal.trading import closed, opened
from tests.ledger.market import EXPIRATION
from tests.moments import OPEN_MARKET

TRADE = {
    "trade-account_size": "50000", "trade-risk_percent": "2", "trade-structure": "debit", "trade-premium": "1.85",
    "trade-confidence": "75", "trade-risk_reward": "2",
}  # fmt: skip


@pytest.fixture
def own(trader: User) -> Account:
    return account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET - timedelta(days=400))


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_trade_is_sized_with_all_its_figures_and_why(trader_client: Client) -> None:
    page = text_of(trader_client.get("/sizing/trade/", TRADE))
    for words in ("4 contracts", ">$740<", "1.48", "−$740", "$1,480", "Base risk $1,000", "scales it by 0.75x"):
        assert words in page


def test_a_condor_is_sized_by_the_loss_of_a_contract_not_of_a_share(trader_client: Client) -> None:
    """$9.70 of risk a share is $970 a contract: one contract, not 103."""
    condor = TRADE | {"trade-structure": "credit", "trade-premium": "0.30", "trade-width": "10"}
    page = text_of(trader_client.get("/sizing/trade/", condor | {"trade-confidence": "100"}))
    for words in ("1 contract<", "$970 a contract", "Credit received", "Margin held"):
        assert words in page
    over = text_of(trader_client.get("/sizing/trade/", condor | {"trade-risk_percent": "0.5"}))
    assert "more than the $188 this trade may lose" in over


@pytest.mark.parametrize(
    ("address", "given", "words"),
    [
        ("trade", TRADE | {"trade-account_size": "500"}, "greater than or equal to 1000"),
        ("trade", TRADE | {"trade-structure": "credit"}, "Say how far the strikes are apart"),
        ("trade", TRADE | {"trade-structure": "credit", "trade-width": "1"}, "nothing could be lost"),
        ("trade", TRADE | {"trade-structure": "stated"}, "Say what one contract can lose"),
        ("trade", TRADE | {"trade-premium": "NaN"}, "Enter a number"),
        ("stop", {"stop-entry": "abc"}, "Enter a number"),
        ("kelly", {"kelly-win_rate": "101"}, "less than or equal to 100"),
    ],
)
def test_a_fault_is_said_at_its_field_and_what_was_typed_stays(
    trader_client: Client, address: str, given: dict[str, str], words: str
) -> None:
    answer = trader_client.get(f"/sizing/{address}/", given)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    for name, value in given.items():
        assert value in page, name


def test_the_stop_gives_contracts_or_says_why_not(trader_client: Client) -> None:
    page = text_of(trader_client.get("/sizing/stop/", {"stop-entry": "5", "stop-stop": "3"}))
    for words in ("5 contracts", "$1,000.00", "2.00", "$2,500.00"):
        assert words in page
    assert "stop is at the entry price" in text_of(
        trader_client.get("/sizing/stop/", {"stop-entry": "5", "stop-stop": "5"})
    )


def test_kelly_shows_full_half_quarter_its_range_and_its_warning(trader_client: Client) -> None:
    given = {"kelly-win_rate": "65", "kelly-average_win": "1000", "kelly-average_loss": "400", "kelly-trades": "12"}
    page = text_of(trader_client.get("/sizing/kelly/", given))
    for words in ("51.0", "25.5", "12.8", "+$510.00", "4 times in 5", "Above 10 %"):
        assert words in page
    losing = given | {"kelly-win_rate": "20"}
    assert "No edge" in text_of(trader_client.get("/sizing/kelly/", losing))


def test_the_page_starts_from_the_users_own_account(trader: User, trader_client: Client) -> None:
    UserPreferences.objects.update_or_create(
        user=trader, defaults={"account_size": Decimal(80_000), "risk_percent": Decimal("1.5")}
    )
    page = text_of(trader_client.get("/sizing/"))
    assert 'value="80000"' in page
    assert 'value="1.5"' in page
    assert "10 % of the account, $8,000" in page


def test_open_positions_are_weighed_and_a_full_portfolio_is_said(trader_client: Client, own: Account) -> None:
    opened(own)
    bare = LegTicket(kind="call", ratio=-1, strike=Decimal(700), expiration=EXPIRATION)
    opened(own, strategy="Short Call", symbol="QQQ", legs=(bare,))
    page = text_of(trader_client.get("/sizing/"))
    for words in ("$1,000 · 2.0", "1 position can lose without limit", "no limit", "$4,000", "100"):
        assert words in page
    assert "risk limit" not in page
    opened(own, quantity=4)
    assert "use up the portfolio&#x27;s risk limit" in text_of(trader_client.get("/sizing/"))


def test_the_record_recommends_and_fills_the_kelly_calculator(trader_client: Client, own: Account) -> None:
    for number in range(4):
        closed(opened(own), 300 if number else -200, at=OPEN_MARKET + timedelta(hours=number))
    page = text_of(trader_client.get("/sizing/"))
    for words in ("Long Call", "4 of 20 trades", "kelly-win_rate=75.0", "kelly-average_loss=200.00", "+$175"):
        assert words in page
    assert "No closed trade in this record yet" in text_of(trader_client.get("/sizing/?account=autonomous"))


def test_nobody_sees_anothers_positions_or_record(own: Account, client: Client, owner: User) -> None:
    closed(opened(own), 300, at=OPEN_MARKET + timedelta(hours=1))
    opened(own)
    client.force_login(owner)
    page = text_of(client.get("/sizing/"))
    assert "No open position" in page
    assert "No closed trade in this record yet" in page
    assert "$0 at risk already" in text_of(client.get("/sizing/trade/", TRADE))


def test_queries_do_not_grow_with_positions(
    trader_client: Client, own: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        opened(own)
    with django_assert_max_num_queries(9):
        trader_client.get("/sizing/")
