"""What is closed in the ledger by hand is closed in the engine's rows: whole or in part, once, to the cent."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.autotrader import deciding, running, switches
from apps.autotrader.books_of_account import account_of, follow_the_ledger, performance
from apps.autotrader.models import AutonomousDecision, AutonomousLog, AutonomousPosition
from apps.autotrader.replaying import differences as replay_differences
from apps.ledger.accounts import account_in_use, change_rules, reset_account, standing
from apps.ledger.closing import close_position
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms
from apps.ledger.reconciling import differences
from tests.autotrader.simulated import SOURCE, market_says, moment, quotes_say

TEN, ELEVEN, NOON = moment(23, 10), moment(23, 11), moment(23, 12)


def options_are_cheap(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        market_says(at)
        chain = SOURCE.fetch_chain("SPY", at=at)
        quotes_say(replace(chain, bid=np.round(chain.bid / 5, 2), ask=np.round(chain.ask / 5, 2)), at)


@pytest.fixture
def held(running_trader: User) -> AutonomousPosition:
    """Several contracts of Monday's trade, cheap as options are said to be, in an account that pays commissions."""
    old = account_in_use(running_trader, Account.Kind.AUTONOMOUS, at=moment(23, 9))
    change_rules(old, fill_model="mid", commission=Decimal("0.65"), at=moment(23, 9), by=running_trader)
    reset_account(old, starting_cash=Decimal(50_000), at=moment(23, 9), by=running_trader)
    options_are_cheap(TEN)
    with time_machine.travel(TEN, tick=False):
        running.run(running_trader, TEN)
    row = AutonomousPosition.objects.get()
    assert row.contracts > 2
    return row


def closed_by_hand(row: AutonomousPosition, units: int | None, price: str, at: datetime, key: str = "hand") -> Position:
    position = row.position
    assert position is not None
    terms = Terms(prices=[Decimal(price)])
    order = close_position(position, at=at, by=None, key=key, quantity=units, terms=terms, reason="Closed by hand")
    assert order.status == "filled"
    position.refresh_from_db()
    return position


def test_a_part_closed_by_hand_is_a_closed_row_and_the_rest_stays_open(held: AutonomousPosition) -> None:
    before = held.contracts
    exit_price = Decimal(repr(held.entry_price)) + 1
    closed_by_hand(held, 2, str(exit_price), ELEVEN)
    assert [len(follow_the_ledger(ELEVEN)) for _ in range(2)] == [1, 0]
    held.refresh_from_db()
    part = AutonomousPosition.objects.exclude(pk=held.pk).get()
    assert (held.status, held.contracts) == ("OPEN", before - 2)
    assert (part.status, part.contracts, part.closed_date) == ("CLOSED", 2, "2026-11-23")
    assert part.exit_price == float(exit_price)
    assert part.realized_pnl == pytest.approx(2 * 100 - 2 * 0.65)
    assert part.exit_reason == f"Closed by hand (2 of {before} contracts)"
    assert AutonomousLog.objects.filter(action="CLOSE", position_id=part.pk).count() == 1


def test_the_engine_counts_the_part_and_goes_on_with_the_rest(running_trader: User, held: AutonomousPosition) -> None:
    bound = held.contracts
    closed_by_hand(held, bound - 1, str(held.entry_price * 1.1), ELEVEN)
    with time_machine.travel(NOON, tick=False):
        options_are_cheap(NOON)
        running.run(running_trader, NOON)
    mark_open_positions(at=NOON)
    decision = AutonomousDecision.objects.filter(kind="manage").latest("pk")
    (seen,) = decision.inputs["held"]["positions"]
    assert seen["contracts"] == 1
    assert not [str(one) for each in AutonomousDecision.objects.all() for one in replay_differences(each)]
    figures = performance(running_trader, at=NOON)
    held.refresh_from_db()
    assert held.unrealized_pnl == pytest.approx(((held.current_price or 0) - held.entry_price) * 100)
    account = account_of(running_trader, at=NOON)
    entry_commissions = bound * 0.65  # the ledger's; the engine knows commissions only of what was closed by hand
    assert figures["current_value"] == pytest.approx(float(standing(account).equity) + entry_commissions)


def test_all_of_it_in_parts_adds_up_to_what_the_ledger_made(running_trader: User, held: AutonomousPosition) -> None:
    closed_by_hand(held, 1, str(held.entry_price + 2), ELEVEN, "one")
    follow_the_ledger(ELEVEN)
    closed_by_hand(held, 1, str(held.entry_price + 1), NOON, "two")
    position = closed_by_hand(held, None, str(held.entry_price - 1), NOON, "rest")
    follow_the_ledger(NOON)
    rows = AutonomousPosition.objects.order_by("pk")
    assert [row.status for row in rows] == ["CLOSED"] * 3
    assert sum(row.contracts for row in rows) == position.quantity
    assert sum(row.realized_pnl or 0 for row in rows) == pytest.approx(float(position.pnl))
    assert [row.exit_price for row in rows] == pytest.approx([held.entry_price + step for step in (-1, 2, 1)])
    assert not list(differences())


def test_a_part_closed_between_looking_ahead_and_deciding_starts_the_run_over(
    running_trader: User, held: AutonomousPosition, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def decided(kind: str, **named: Any) -> deciding.Decided:
        if not looked:
            closed_by_hand(held, 1, str(held.entry_price), NOON)
        looked.append(kind)
        return deciding.decide(kind, **named)

    monkeypatch.setattr("apps.autotrader.running.decide", decided)
    with time_machine.travel(NOON, tick=False):
        options_are_cheap(NOON)
        managed = running.manage(running_trader, NOON, is_check=True)
    assert managed is not None
    assert managed.inputs["held"]["positions"][0]["contracts"] == held.contracts - 1
    assert len(looked) == 3


def test_rows_of_an_account_that_was_reset_meanwhile_follow_too(running_trader: User, held: AutonomousPosition) -> None:
    switches.stop(running_trader, at=ELEVEN, by=running_trader)
    position = closed_by_hand(held, None, "1", ELEVEN)
    reset_account(position.account, starting_cash=Decimal(5_000), at=ELEVEN, by=running_trader)
    assert follow_the_ledger(ELEVEN) == [running_trader]
    held.refresh_from_db()
    assert held.status == "CLOSED"


def test_the_record_shows_part_and_rest_with_the_ledgers_money(
    running_trader: User, trader_client: Client, held: AutonomousPosition
) -> None:
    closed_by_hand(held, 1, str(held.entry_price + 1), ELEVEN, "one")
    closed_by_hand(held, None, str(held.entry_price + 2), ELEVEN, "rest")
    rest = held.contracts - 1
    with time_machine.travel(NOON, tick=False):
        page = trader_client.get("/autotrader/trades/").content.decode()
    assert "+$99.35" in page, "one contract, $1 a share, less its commission"
    whole_entry = held.contracts * Decimal("0.65")
    assert f"+${rest * 200 - rest * Decimal('0.65') - whole_entry:,.2f}" in page
    assert f"(1 of {held.contracts} contracts)" in page
