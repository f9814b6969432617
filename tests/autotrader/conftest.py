"""A trader that runs, on the Monday of Thanksgiving week."""

import pytest
from django.contrib.auth.models import User

from tests.autotrader.simulated import moment, started


@pytest.fixture
def running_trader(trader: User) -> User:
    started(trader, moment(23, 9))
    return trader
