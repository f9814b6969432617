"""Tokens, a stranger with rows nobody else may see, and the market at noon."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.api.models import ApiToken
from apps.api.tokens import make_token
from tests.conftest import PASSWORD
from tests.moments import OPEN_MARKET


@pytest.fixture(autouse=True)
def _generous(settings: Settings) -> None:
    settings.API_READS_A_MINUTE = settings.API_WRITES_A_MINUTE = 1_000_000


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("stranger", password=PASSWORD)


@pytest.fixture
def secret_of(db: None) -> Callable[..., str]:
    """Make a token of a user and return its secret."""

    def made(user: User, scope: ApiToken.Scope = ApiToken.Scope.WRITE) -> str:
        key = uuid4().hex
        return make_token(user, name="test", scope=scope, lasts=None, key=key, at=OPEN_MARKET).secret

    return made


@pytest.fixture
def token_client(trader: User, secret_of: Callable[..., str]) -> Client:
    """A client of the trader's that may read and write."""
    return Client(headers={"Authorization": f"Bearer {secret_of(trader)}"})
