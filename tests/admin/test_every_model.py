"""The admin knows every model: it can be searched and opened, and money can only be looked at."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from apps.journal.models import JournalEntry
from apps.ledger.accounts import account_in_use
from apps.ledger.closing import close_position
from apps.ledger.models import Account, CashEntry, Change, Fill, Leg, Order, Position
from apps.ledger.opening import Terms
from tests.ledger.market import usual_market
from tests.moments import OPEN_MARKET
from tests.positions.trading import held

pytestmark = pytest.mark.django_db
MONEY = (Account, CashEntry, Change, Fill, Leg, Order, Position)


@pytest.fixture
def traded(trader: User) -> None:
    """A position that was opened and closed."""
    usual_market().says(OPEN_MARKET)
    position = held(account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET))
    close_position(position, at=OPEN_MARKET, by=trader, key="closed", terms=Terms(prices=[Decimal(11)]))


def ours() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("apps.")]


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_is_there_and_can_be_searched_and_opened(owner_client: Client, traded: None) -> None:
    opened = 0
    for model in ours():
        assert admin.site.is_registered(model), f"{model._meta.label} has no page in the admin."
        assert admin.site.get_model_admin(model).search_fields, f"{model._meta.label} cannot be searched."
        assert owner_client.get(address(model, "changelist"), {"q": "SPY"}).status_code == 200, model._meta.label
        row = model._default_manager.first()
        if row is not None:
            assert owner_client.get(address(model, "change", row.pk)).status_code == 200, model._meta.label
            opened += 1
    assert opened >= len(MONEY)


def test_money_is_looked_at_and_neither_made_nor_changed_nor_deleted(owner_client: Client, traded: None) -> None:
    before = {model: list(model._default_manager.values()) for model in MONEY}
    for model in MONEY:
        row = model._default_manager.first()
        assert row is not None, f"No row of {model._meta.label} to try it on."
        assert owner_client.get(address(model, "add")).status_code == 403
        assert owner_client.post(address(model, "change", row.pk), {"quantity": "9"}).status_code == 403
        assert owner_client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        owner_client.post(address(model, "changelist"), chosen)
    assert {model: list(model._default_manager.values()) for model in MONEY} == before


def test_nobody_but_staff_comes_in(trader_client: Client, traded: None) -> None:
    for model in ours():
        assert trader_client.get(address(model, "changelist")).status_code == 302


def test_a_user_with_a_record_cannot_be_deleted(owner_client: Client, trader: User, traded: None) -> None:
    owner_client.post(address(User, "delete", trader.pk), {"post": "yes"})
    assert User.objects.filter(pk=trader.pk).exists()
    assert JournalEntry.objects.filter(owner=trader).exists()
