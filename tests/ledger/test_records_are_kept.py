"""What happened stays: nothing of the past can be changed, and what does not follow from it is found."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from apps.ledger.accounts import AccountError, account_in_use, reset_account, standing
from apps.ledger.closing import close_position
from apps.ledger.models import Account, CashEntry, Change, Fill, Leg, Order, Position
from apps.ledger.opening import open_position
from tests.ledger.market import Market, condor, leg, ticket
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db


@pytest.fixture
def position(market: Market, paper: Account) -> Position:
    found = open_position(paper, condor(3), at=OPEN_MARKET, by=paper.owner, key="one").position
    assert found is not None
    return found


@pytest.mark.parametrize("model", [Fill, CashEntry, Change])
def test_the_database_refuses_to_change_or_remove_what_happened(
    position: Position, model: type[Fill] | type[CashEntry] | type[Change]
) -> None:
    row = model._default_manager.latest("pk")
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(at=OPEN_MARKET.replace(hour=1))
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        model._default_manager.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"open_quantity": 4}, "positions_open_within_opened"),
        ({"open_quantity": 0}, "positions_closed_when_nothing_is_open"),
        ({"status": "CLOSED"}, "positions_closed_when_nothing_is_open"),
        ({"quantity": -1}, "positions"),
    ],
)
def test_the_database_refuses_positions_that_cannot_be(
    position: Position, changes: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Position.objects.filter(pk=position.pk).update(**changes)


def test_reconcile_is_content_with_what_the_services_wrote(
    position: Position, capsys: pytest.CaptureFixture[str]
) -> None:
    close_position(position, at=OPEN_MARKET, by=None, key="part", quantity=1)
    call_command("reconcile")
    assert "1 accounts with 8 fills: everything follows from them." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda: Position.objects.update(pnl=1), "realized P&L is 1.000000, the fills give 0"),
        (lambda: Position.objects.update(unrealized_pnl=7), "unrealized P&L is 7.000000, the fills give 0"),
        (lambda: Leg.objects.filter(number=1).update(open_quantity=2), "contracts open is 2, the fills give 3"),
        (lambda: Account.objects.update(starting_cash=5), "starting cash is 5.000000, the fills give 1000000"),
        (lambda: Order.objects.update(status="cancelled"), "is cancelled, the fills give filled"),
    ],
)
def test_reconcile_finds_what_does_not_follow_and_ends_with_an_error(
    position: Position, capsys: pytest.CaptureFixture[str], tamper: object, said: str
) -> None:
    tamper()  # type: ignore[operator]
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("reconcile")
    assert said in capsys.readouterr().err


def test_a_reset_begins_a_new_account_and_keeps_the_old_one(position: Position, paper: Account) -> None:
    with pytest.raises(AccountError, match="Close the open positions first"):
        reset_account(paper, starting_cash=Decimal(1000), at=OPEN_MARKET, by=paper.owner)
    close_position(position, at=OPEN_MARKET, by=None, key="out")
    new = reset_account(paper, starting_cash=Decimal(1000), at=OPEN_MARKET, by=paper.owner)
    assert (new.number, standing(new).equity) == (2, Decimal(1000))
    assert account_in_use(paper.owner, Account.Kind.PAPER, at=OPEN_MARKET) == new
    order = open_position(paper, ticket(leg("call", 600)), at=OPEN_MARKET, by=None, key="late")
    assert "was reset" in order.refusal
