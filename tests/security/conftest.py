"""A phone with an authenticator app, and somebody else."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.accounts.models import UserPreferences
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from apps.security import authenticator
from apps.security.models import AuthenticatorApp
from apps.security.recovery import make_codes
from tests.conftest import PASSWORD
from tests.ledger.market import Market, usual_market
from tests.moments import OPEN_MARKET


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("stranger", password=PASSWORD)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client


@pytest.fixture
def visitor(db: None) -> Client:
    """A browser nobody is logged in with, whoever else is elsewhere."""
    return Client()


@pytest.fixture
def market(trader: User) -> Market:
    """SPY, as it stood at OPEN_MARKET."""
    UserPreferences.objects.update_or_create(user=trader, defaults={"symbol": "SPY"})
    made = usual_market()
    made.says(OPEN_MARKET)
    return made


@pytest.fixture
def own(trader: User) -> Account:
    return account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET)


@pytest.fixture
def app(trader: User) -> AuthenticatorApp:
    """The trader's confirmed authenticator app."""
    app = authenticator.begin(trader)
    app.confirmed_at = OPEN_MARKET
    app.save()
    return app


@pytest.fixture
def codes(trader: User) -> list[str]:
    """The trader's recovery codes."""
    return make_codes(trader)


def shown_at(app: AuthenticatorApp, moment: datetime) -> str:
    """Return what the phone shows at a moment."""
    step = int(moment.timestamp()) // authenticator.STEP_SECONDS * authenticator.STEP_SECONDS
    return authenticator._totp(app).generate(step).decode()


def enter_password(client: Client, password: str = PASSWORD, **more: str) -> str:
    """Give the trader's password; return where the desk sends the browser."""
    return str(client.post("/login/", {"username": "trader", "password": password, **more}).get("Location", ""))
