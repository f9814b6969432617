"""Accounts that trade, and a moment to look at the journal from."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from tests.conftest import PASSWORD
from tests.ledger.market import Market, usual_market
from tests.moments import OPEN_MARKET


@pytest.fixture
def at() -> Iterator[datetime]:
    """The clock stands an hour after OPEN_MARKET."""
    now = OPEN_MARKET + timedelta(hours=1)
    with time_machine.travel(now, tick=False):
        yield now


@pytest.fixture
def market(db: None) -> Market:
    made = usual_market()
    made.says(OPEN_MARKET)
    return made


@pytest.fixture
def own(trader: User) -> Account:
    return account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET - timedelta(days=400))


@pytest.fixture
def stranger_client(db: None) -> Client:
    stranger = User.objects.create_user("stranger", password=PASSWORD)
    client = Client()
    client.force_login(stranger)
    return client


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """The folder pictures are kept in."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media" / "journal"
