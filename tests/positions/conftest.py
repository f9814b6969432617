"""A market of SPY whose quotes the tests name, and a trader's own record in it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.accounts.models import UserPreferences
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from tests.conftest import PASSWORD
from tests.ledger.market import Market, usual_market
from tests.moments import OPEN_MARKET


@pytest.fixture
def at() -> Iterator[datetime]:
    """The clock stands a minute after the market spoke."""
    now = OPEN_MARKET + timedelta(minutes=1)
    with time_machine.travel(now, tick=False):
        yield now


@pytest.fixture
def market(db: None, trader: User) -> Market:
    UserPreferences.objects.update_or_create(user=trader, defaults={"symbol": "SPY"})
    made = usual_market()
    made.says(OPEN_MARKET)
    return made


@pytest.fixture
def own(trader: User) -> Account:
    return account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET - timedelta(days=60))


@pytest.fixture
def stranger_client(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("stranger", password=PASSWORD))
    return client
