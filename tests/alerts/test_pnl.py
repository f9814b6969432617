"""P&L rules: of a position and of an account, by the marks of the ledger, and what is said of weak marks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from apps.alerts.evaluating import evaluate_positions
from apps.alerts.forms import RuleForm
from apps.alerts.models import AlertEvent
from apps.ledger.accounts import account_in_use
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.ledger.opening import open_position
from tests.alerts.market import rule
from tests.ledger.market import Market, leg, ticket, usual_market
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def market(db: None) -> Market:
    made = usual_market()
    made.says(OPEN_MARKET)
    return made


@pytest.fixture
def held(trader: User, market: Market) -> Position:
    market.quote("call", 600, 10.0, 10.2)
    market.says(OPEN_MARKET)
    account = account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET)
    order = open_position(account, ticket(leg("call", 600)), at=OPEN_MARKET, by=trader, key="k")
    assert order.position is not None, order.refusal
    return order.position


def marked(market: Market, minute: int, bid: float, ask: float) -> list[AlertEvent]:
    at = OPEN_MARKET + minute * MINUTE
    market.quote("call", 600, bid, ask)
    market.says(at)
    mark_open_positions(at=at, symbol="SPY")
    return evaluate_positions("SPY", at=at)


def test_the_pnl_of_a_position_and_of_its_account_fire_by_marks(trader: User, held: Position, market: Market) -> None:
    subject = {"symbol": "", "rearm": "recross"}
    gain = rule(trader, "position_pnl", "above", 100, position=held, **subject)
    loss = rule(trader, "account_pnl", "below", -150, account=held.account, **subject)
    day = rule(trader, "account_day_pnl", "below", -150, account=held.account, **subject)
    assert marked(market, 1, 10.9, 11.1) == []
    (event,) = marked(market, 2, 11.4, 11.6)
    assert (event.alert_id, event.symbol, event.title[:9]) == (gain.pk, "SPY", "Simulated")
    assert "P&L is +$140.00." in event.text
    assert "Nothing of it is real." in event.text
    assert marked(market, 3, 11.5, 11.7) == []
    fired = marked(market, 4, 8.4, 8.6)
    assert [event.alert_id for event in fired] == [loss.pk, day.pk]
    assert fired[1].title.endswith("P&L closed today and open of Paper 1 at or below −$150.00")


def test_a_position_without_a_mark_is_not_judged_but_its_account_is_and_says_so(
    trader: User, held: Position, market: Market
) -> None:
    rule(trader, "position_pnl", "below", 1000, position=held, symbol="")
    rule(trader, "account_pnl", "below", 1000, account=held.account, symbol="")
    Position.objects.update(mark_problem="No bid.")
    (event,) = evaluate_positions("SPY", at=OPEN_MARKET)
    assert event.alert_type == "account_pnl"
    assert "1 of its open positions without a current mark" in event.text


def test_rules_on_positions_of_others_never_fire_and_are_not_offered(
    trader: User, stranger: User, held: Position
) -> None:
    assert evaluate_positions("SPY", at=OPEN_MARKET) == []
    form = RuleForm(
        stranger,
        {"alert_type": "position_pnl", "position": held.pk, "condition": "above", "threshold": "5", "rearm": "once"},
    )
    assert not form.is_valid()
    assert "position" in form.errors
    form = RuleForm(trader, form.data)
    assert form.is_valid(), form.errors
    assert form.wanted().threshold == Decimal(5)
