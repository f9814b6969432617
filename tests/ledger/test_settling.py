"""What expired is settled by itself: once, at the price of its day, and it says so where there is none."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User

from alphagex import clock
from apps.ledger.accounts import account_in_use
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.reconciling import differences
from apps.ledger.tasks import settle
from apps.ledger.tickets import Ticket
from apps.market.models import Snapshot
from tests.ledger.market import EXPIRATION, LATER, Market, leg, ticket
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db
SESSION = clock.session_on_or_before(EXPIRATION)


def held(account: Account, *strikes: float, wanted: Ticket | None = None) -> Position:
    found = wanted or ticket(*(leg("call", strike) for strike in strikes))
    prices = [Decimal(5)] * len(found.legs)
    terms = Terms(prices=prices)
    order = open_position(account, found, at=OPEN_MARKET, by=None, key=f"open-{len(found.legs)}", terms=terms)
    assert order.position is not None
    return order.position


def settled(at: datetime) -> list[Position]:
    """Do what the worker does once a minute, and say what it settled."""
    before = set(Position.objects.filter(status="CLOSED").values_list("pk", flat=True))
    with time_machine.travel(at, tick=False):
        settle()
    return list(Position.objects.filter(status="CLOSED").exclude(pk__in=before).order_by("pk"))


@pytest.mark.parametrize("kind", [Account.Kind.OWN, Account.Kind.PAPER, Account.Kind.AUTONOMOUS])
@pytest.mark.parametrize(("strike", "pnl"), [(600.0, 1500), (640.0, -500)])
def test_a_position_of_any_account_is_settled_once_at_the_close_of_its_day(
    market: Market, trader: User, kind: Account.Kind, strike: float, pnl: int
) -> None:
    position = held(account_in_use(trader, kind, at=OPEN_MARKET), strike)
    market.spot = 620.0
    market.says(SESSION.closes - timedelta(minutes=1))
    assert settled(SESSION.closes - timedelta(seconds=1)) == []
    assert settled(SESSION.closes) == [position]
    assert settled(SESSION.closes) == []
    position.refresh_from_db()
    assert (position.status, position.pnl) == ("CLOSED", Decimal(pnl))
    assert position.orders.filter(purpose="expire").count() == 1
    assert list(differences()) == []


def test_later_legs_stay_open(market: Market, own: Account) -> None:
    calendar = ticket(leg("call", 600, -1), leg("call", 600, expiration=LATER))
    position = held(own, wanted=calendar)
    market.says(SESSION.closes - timedelta(minutes=1))
    settled(SESSION.closes)
    assert [one.open_quantity for one in position.legs.all()] == [0, 1]
    position.refresh_from_db()
    assert position.status == "OPEN"


def test_without_a_price_of_that_day_it_waits_says_so_and_is_settled_once_there_is_one(
    market: Market, own: Account
) -> None:
    position = held(own, 600.0)
    monday = clock.session_after(EXPIRATION).opens + timedelta(hours=1)
    market.says(monday)
    for _ in range(2):
        assert settled(monday) == []
        mark_open_positions(at=monday)  # a mark of what has expired would hide the reason
        position.refresh_from_db()
        assert position.status == "OPEN"
        assert "no price of SPY of that day is known" in position.mark_problem
    filled_in = Snapshot.objects.latest("pk")
    filled_in.pk, filled_in.seq, filled_in.spot = None, filled_in.seq + 1, Decimal(610)
    filled_in.as_of = SESSION.closes - timedelta(minutes=3)
    filled_in.save()
    assert settled(monday) == [position]
    position.refresh_from_db()
    assert position.pnl == 500


def test_accounts_at_model_prices_are_left_to_their_model(market: Market, trader: User) -> None:
    held(account_in_use(trader, Account.Kind.MODEL, at=OPEN_MARKET), 600.0)
    market.says(SESSION.closes - timedelta(minutes=1))
    assert settled(SESSION.closes) == []
