"""Clicks that arrive together, on real connections: the trade of the day is opened once, a close counts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection

from apps.ledger.models import Order, Position
from apps.ledger.reconciling import differences
from apps.paper import finding, model_trading
from apps.paper.books import ModelSettings, account_of, keep_settings
from apps.paper.models import PaperConfig, PaperConfigV2, PaperPosition, PaperPositionV2
from tests.paper.conftest import TRADE_AT
from tests.paper.simulated import SQUEEZE, market_says
from tests.paper.test_daily_trade import in_regime

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
Answer = TypeVar("Answer")


def together(act: Callable[[int], Answer]) -> list[Answer]:
    """Return what `act` gives in eight threads, each with its own connection."""

    def one(number: int) -> Answer:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@pytest.fixture
def at() -> datetime:
    with time_machine.travel(TRADE_AT, tick=False):
        market_says(TRADE_AT)
    return TRADE_AT


@pytest.fixture
def clicker(transactional_db: None) -> User:
    return User.objects.create_user("clicker")


def test_the_first_visits_at_once_open_one_account_with_its_settings(clicker: User, at: datetime) -> None:
    accounts = together(lambda number: account_of(clicker, "daily" if number % 2 else "model", at=at).pk)
    assert len(set(accounts)) == 2
    assert PaperConfig.objects.filter(owner=clicker).count() == 5
    assert PaperConfigV2.objects.filter(owner=clicker).count() == 5


@pytest.mark.parametrize("same_key", [True, False])
def test_the_trade_of_the_day_is_opened_once(clicker: User, at: datetime, same_key: bool) -> None:
    in_regime("squeeze", at)
    found = finding.find(clicker, at=at)
    done = together(lambda number: finding.execute(found, key="k" if same_key else f"{number}", at=at, by=clicker))
    assert len({one.row.pk for one in done if one.row}) == 1
    assert (Position.objects.count(), PaperPositionV2.objects.count()) == (1, 1)
    assert not list(differences())


def test_a_model_position_is_closed_once(clicker: User, at: datetime) -> None:
    keep_settings(account_of(clicker, "model", at=at), ModelSettings(enabled=True), at=at)
    row = model_trading.open_setup(clicker, SQUEEZE, key="x", at=at, by=clicker).row
    assert row is not None
    together(lambda number: model_trading.close(PaperPosition.objects.get(), key=f"{number}", at=at, by=clicker))
    assert Order.objects.filter(purpose="close").count() == 1
    assert not list(differences())
