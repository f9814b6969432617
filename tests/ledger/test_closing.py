"""Closing: whole or in part, counted once, rolled as one, settled at expiration."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.ledger.accounts import balance, standing
from apps.ledger.closing import ClosingError, RollRefusedError, close_position, roll_position, settle_expired
from apps.ledger.models import Account, Fill, Order, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.orders import cancel_order, try_waiting_orders
from apps.ledger.reconciling import differences
from apps.ledger.tickets import Ticket
from tests.ledger.market import EXPIRATION, LATER, Market, condor, leg, ticket
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db
LATER_TODAY = OPEN_MARKET + timedelta(minutes=2)
CALL = ticket(leg("call", 600), quantity=4)


def held(account: Account, wanted: Ticket = CALL) -> Position:
    position = open_position(account, wanted, at=OPEN_MARKET, by=account.owner, key="open").position
    assert position is not None
    return position


def closed(position: Position, *, key: str = "close", quantity: int | None = None, terms: Terms | None = None) -> Order:
    return close_position(
        position, at=LATER_TODAY, by=None, key=key, quantity=quantity, terms=terms or Terms(), reason="Enough"
    )


def test_a_whole_close_realizes_the_difference(market: Market, paper: Account) -> None:
    position = held(paper)
    market.quote("call", 600, 12.00, 12.20)
    market.says(LATER_TODAY)
    assert closed(position).status == "filled"
    position.refresh_from_db()
    assert (position.status, position.open_quantity, position.exit_reason) == ("CLOSED", 0, "Enough")
    assert (position.pnl, position.unrealized_pnl, position.exit_price) == (Decimal(800), Decimal(0), Decimal("12.10"))
    assert balance(paper) == 1_000_800
    assert position.exit_snapshot_id is not None
    assert list(differences()) == []


def test_a_part_is_closed_and_the_rest_stays_open(market: Market, paper: Account) -> None:
    position = held(paper)
    market.quote("call", 600, 12.00, 12.20)
    market.says(LATER_TODAY)
    closed(position, quantity=1)
    position.refresh_from_db()
    assert (position.status, position.open_quantity) == ("OPEN", 3)
    assert (position.pnl, position.unrealized_pnl) == (Decimal(200), Decimal(600))
    figures = standing(paper)
    assert figures.equity == 1_000_800 == figures.start + figures.realized + figures.unrealized


def test_closing_twice_counts_once(market: Market, paper: Account) -> None:
    position = held(paper)
    market.says(LATER_TODAY)
    first = closed(position)
    assert first.status == "filled"
    assert closed(position, key="again").pk == first.pk
    assert closed(position).pk == first.pk
    assert Fill.objects.filter(order__purpose="close").count() == 1


def test_a_condor_is_bought_back_on_its_four_legs(market: Market, paper: Account) -> None:
    position = held(paper, condor())
    market.quote("call", 620, 1.00, 1.10)
    market.quote("put", 580, 1.50, 1.60)
    market.says(LATER_TODAY)
    closed(position)
    position.refresh_from_db()
    # 1.05 - 2.05 + 1.55 - 2.65: the wings were kept dear, so closing brings money.
    assert (position.exit_price, position.pnl) == (Decimal("-2.10"), Decimal(400))
    assert list(differences()) == []


def test_a_wing_nobody_bids_for_is_given_away(market: Market, paper: Account) -> None:
    position = held(paper, condor())
    market.quote("call", 625, float("nan"), 0.05)
    market.says(LATER_TODAY)
    assert closed(position).status == "filled"
    assert Fill.objects.get(order__purpose="close", leg__strike=625).price == 0


def test_a_stated_exit_price_counts(market: Market, own: Account) -> None:
    position = held(own)
    closed(position, terms=Terms(prices=[Decimal("11.00")]))
    position.refresh_from_db()
    assert position.pnl == 360


@pytest.mark.parametrize("quantity", [0, -1, 5])
def test_more_than_is_open_cannot_be_closed(market: Market, paper: Account, quantity: int) -> None:
    with pytest.raises(ClosingError, match="Between 1 and 4"):
        closed(held(paper), quantity=quantity)


def test_without_a_usable_quote_nothing_is_closed_unless_it_may_wait(market: Market, paper: Account) -> None:
    position = held(paper)
    market.quote("call", 600, 12.3, 12.2)
    market.says(LATER_TODAY)
    assert closed(position).status == "rejected"
    order = closed(position, key="patient", terms=Terms(may_wait=True))
    assert order.status == "working"
    market.quote("call", 600, 12.1, 12.2)
    market.says(LATER_TODAY + timedelta(seconds=30))
    assert [one.pk for one in try_waiting_orders(at=LATER_TODAY + timedelta(seconds=31))] == [order.pk]
    position.refresh_from_db()
    assert position.status == "CLOSED"


def test_a_waiting_order_can_be_cancelled_and_ends_with_the_session(market: Market, paper: Account) -> None:
    wanted = ticket(leg("call", 700))
    waiting = [
        open_position(paper, wanted, at=OPEN_MARKET, by=None, key=key, terms=Terms(may_wait=True)) for key in "ab"
    ]
    assert cancel_order(waiting[0], at=LATER_TODAY).status == "cancelled"
    assert try_waiting_orders(at=OPEN_MARKET.replace(hour=16)) == []
    waiting[1].refresh_from_db()
    assert waiting[1].status == "cancelled"
    assert waiting[1].refusal.startswith("No usable quote until the close.")


def test_a_roll_is_both_or_neither(market: Market, paper: Account) -> None:
    position = held(paper)
    market.says(LATER_TODAY)
    unlisted = ticket(leg("call", 700, expiration=LATER), quantity=4)
    with pytest.raises(RollRefusedError, match="not listed"):
        roll_position(position, unlisted, at=LATER_TODAY, by=None, key="roll")
    position.refresh_from_db()
    assert position.status == "OPEN"
    opened = roll_position(
        position, ticket(leg("call", 600, expiration=LATER), quantity=4), at=LATER_TODAY, by=None, key="again"
    )
    position.refresh_from_db()
    assert (position.status, position.rolled_to) == ("CLOSED", opened.position)
    assert list(differences()) == []


@pytest.mark.parametrize(("spot", "pnl"), [(600.0, 190), (622.0, -10), (640.0, -310), (560.0, -310)])
def test_at_expiration_every_leg_is_worth_what_it_is_in_the_money(
    market: Market, paper: Account, spot: float, pnl: int
) -> None:
    position = held(paper, condor())
    at = OPEN_MARKET.replace(month=12, day=18, hour=16, minute=20)
    order = settle_expired(position, EXPIRATION, Decimal(str(spot)), at=at)
    position.refresh_from_db()
    assert order is not None
    assert (position.status, position.pnl) == ("CLOSED", Decimal(pnl))
    assert settle_expired(position, EXPIRATION, Decimal(str(spot)), at=at) is None
    assert list(differences()) == []


def test_the_later_leg_of_a_calendar_stays_open(market: Market, paper: Account) -> None:
    calendar = ticket(leg("call", 600, -1), leg("call", 600, expiration=LATER), quantity=2, strategy="Calendar")
    position = held(paper, calendar)
    settle_expired(position, EXPIRATION, Decimal(605), at=LATER_TODAY)
    position.refresh_from_db()
    assert (position.status, position.open_quantity) == ("OPEN", 2)
    assert position.pnl == 2 * 100 * (Decimal("10.10") - 5)
    market.says(LATER_TODAY)
    closed(position)
    position.refresh_from_db()
    assert position.status == "CLOSED"
    assert list(differences()) == []
