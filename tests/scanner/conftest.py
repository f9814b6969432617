"""A scanner at OPEN_MARKET whose worker is the test."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.scanner.models import Watchlist
from tests.moments import OPEN_MARKET
from tests.scanner.desk import ScannerDesk
from tests.scanner.reading import shown


@pytest.fixture
def scanner(db: None, django_capture_on_commit_callbacks: Any) -> Iterator[ScannerDesk]:
    """A desk on the simulated market, half a minute after OPEN_MARKET."""
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=30), tick=False) as traveller:
        yield ScannerDesk(traveller, partial(django_capture_on_commit_callbacks, execute=True))


@pytest.fixture
def main(scanner: ScannerDesk, trader: User, trader_client: Client) -> Watchlist:
    """The list a new trader finds."""
    shown(trader_client)
    return Watchlist.objects.get(owner=trader)
