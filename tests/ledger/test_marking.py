"""Marks: of one moment for all legs, with the reason where there is none, and never over a close."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from apps.ledger.accounts import account_in_use, standing
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.reconciling import differences
from apps.ledger.tasks import mark
from apps.market.models import Snapshot
from tests.ledger.market import Market, condor, leg, ticket
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db
LATER = OPEN_MARKET + timedelta(minutes=1)


def test_a_condor_is_worth_its_four_legs(market: Market, paper: Account) -> None:
    position = open_position(paper, condor(2), at=OPEN_MARKET, by=None, key="one").position
    assert position is not None
    market.quote("call", 620, 4.00, 4.10)
    market.says(LATER)
    marked = mark_open_positions(at=LATER)
    position.refresh_from_db()
    assert (marked.positions, marked.problems, marked.users) == (1, 0, frozenset({paper.owner_id}))
    assert (position.current_price, position.unrealized_pnl) == (Decimal("2.90"), Decimal(-200))
    assert (position.marked_at, position.mark_problem) == (LATER, "")
    figures = standing(paper)
    assert figures.equity == 1_000_000 - 200
    assert list(differences()) == []


def test_with_one_leg_unquoted_the_old_mark_stays_with_its_moment_and_the_reason(
    market: Market, paper: Account
) -> None:
    position = open_position(paper, condor(), at=OPEN_MARKET, by=None, key="one").position
    assert position is not None
    market.quote("call", 620, 5.00, 5.10)
    market.quote("put", 575, float("nan"), float("nan"))
    market.says(LATER)
    assert mark_open_positions(at=LATER).problems == 1
    position.refresh_from_db()
    assert (position.unrealized_pnl, position.marked_at) == (Decimal(0), OPEN_MARKET)
    assert position.mark_problem == "SPY 2026-12-18 575 put has neither bid nor ask."


def test_only_the_named_symbol_is_marked(market: Market, paper: Account) -> None:
    open_position(paper, condor(), at=OPEN_MARKET, by=None, key="one")
    assert mark_open_positions(at=LATER, symbol="QQQ").positions == 0


def test_many_positions_in_the_same_contracts_cost_no_more_questions(
    market: Market, paper: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        open_position(paper, ticket(leg("call", 600)), at=OPEN_MARKET, by=None, key=str(number))
    with django_assert_max_num_queries(8):
        mark_open_positions(at=LATER)
    assert Position.objects.filter(marked_at=LATER).count() == 30


def test_an_account_at_model_prices_is_left_to_its_model(market: Market, trader: User) -> None:
    model = account_in_use(trader, Account.Kind.MODEL, at=OPEN_MARKET)
    terms = Terms(prices=[Decimal("9.00")], is_model=True)
    order = open_position(model, ticket(leg("call", 600)), at=OPEN_MARKET, by=None, key="one", terms=terms)
    assert order.fills.get().basis == "model"
    assert mark_open_positions(at=LATER).positions == 0


def test_a_new_snapshot_marks_its_symbol_and_fills_what_waits(market: Market, paper: Account) -> None:
    open_position(paper, condor(), at=OPEN_MARKET, by=None, key="one")
    wanted = ticket(leg("call", 630))
    waiting = open_position(paper, wanted, at=OPEN_MARKET, by=None, key="two", terms=Terms(may_wait=True))
    market.quote("call", 630, 1.00, 1.10)
    market.quote("call", 620, 4.00, 4.10)
    market.says(LATER)
    with time_machine.travel(LATER, tick=False):
        mark(Snapshot.objects.of("SPY").latest("seq").pk)
    waiting.refresh_from_db()
    assert waiting.status == "filled"
    assert Position.objects.get(orders__key="one").unrealized_pnl == -100
