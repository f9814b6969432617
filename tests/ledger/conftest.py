"""A market whose quotes the test names, and accounts that trade in it."""

import pytest
from django.contrib.auth.models import User

from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from tests.ledger.market import Market, usual_market
from tests.moments import OPEN_MARKET


@pytest.fixture
def market(db: None) -> Market:
    made = usual_market()
    made.says(OPEN_MARKET)
    return made


@pytest.fixture
def paper(trader: User) -> Account:
    return account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET)


@pytest.fixture
def own(trader: User) -> Account:
    return account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET)
