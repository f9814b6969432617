"""Marks: of one moment for all legs, with the reason where there is none, and never over a close."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.ledger.accounts import standing
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.ledger.opening import open_position
from apps.ledger.reconciling import differences
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
