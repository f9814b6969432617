"""SPY's simulated market in Thanksgiving week of 2026, and a trader's two paper accounts in it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.ledger.models import Account
from apps.paper.books import ModelSettings, account_of, keep_settings
from tests.conftest import PASSWORD
from tests.paper.simulated import market_says, moment

TRADE_AT = moment(23, 10, 5)


@pytest.fixture
def at(db: None) -> Iterator[datetime]:
    """The clock stands at a moment whose SPY chain has come in."""
    with time_machine.travel(TRADE_AT, tick=False):
        market_says(TRADE_AT)
        yield TRADE_AT


@pytest.fixture
def daily(trader: User, at: datetime) -> Account:
    """The trader's account at quoted prices."""
    return account_of(trader, "daily", at=at)


@pytest.fixture
def model(trader: User, at: datetime) -> Account:
    """The trader's account at model prices, switched on."""
    account = account_of(trader, "model", at=at)
    keep_settings(account, ModelSettings(enabled=True), at=at)
    return account


@pytest.fixture
def stranger_client(db: None) -> Client:
    """Somebody else, logged in."""
    client = Client()
    client.force_login(User.objects.create_user("stranger", password=PASSWORD))
    return client
