"""Thanksgiving week at high speed: the market and ticks by the moved clock, everything by the rules."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection

from apps.autotrader import running, settling, ticking
from apps.autotrader.models import AutonomousDecision, AutonomousLog, AutonomousPosition
from apps.autotrader.replaying import differences as replay_differences
from apps.autotrader.window import window_on
from apps.ledger.models import Fill, Order, Position
from apps.ledger.reconciling import differences
from apps.market.redis_client import short_questions
from tests.autotrader.simulated import THANKSGIVING_WEEK, market_says, moment, started, tick_and_run

IDS = {"id", "position_id", "account_id", "owner_id", "order_id", "leg_id", "entry_snapshot_id", "exit_snapshot_id"}


TIMES = ((9, 45), (10, 0), (11, 0), (11, 30), (12, 0), (13, 0), (14, 0), (15, 0), (15, 30), (16, 15))


def moments() -> Iterator[datetime]:
    """Yield the moments of the week, from before the window until after the close, Saturday morning included."""
    for day in THANKSGIVING_WEEK:
        yield from (moment(day, *time) for time in TIMES)
    yield moment(28, 11)


def live_through_the_week(owner: User) -> None:
    started(owner, moment(23, 8))
    for at in moments():
        with time_machine.travel(at, tick=False):
            market_says(at)
            for one in ticking.traders_with_open_trades():
                running.manage(one, at)
            for later in (at, at + timedelta(seconds=30)):
                tick_and_run(later)
            settling.settle_what_expired(at)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows the week left behind, ids aside."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in (AutonomousPosition, AutonomousLog, Order, Fill, Position):
        rows = model._default_manager.order_by("pk").values()
        found[model.__name__] = [{key: value for key, value in row.items() if key not in IDS} for row in rows]
    told = AutonomousDecision.objects.order_by("pk").values("at", "kind", "outcome", "reason", "engine_version")
    found["AutonomousDecision"] = [dict(row) for row in told]
    return found


def forget_everything() -> None:
    tables = (
        "autonomous_decision autonomous_check scheduler_state autonomous_config autonomous_logs autonomous_positions "
        "ledger_change ledger_cash ledger_fill ledger_order ledger_leg positions ledger_account market_snapshot_detail "
        "market_snapshot market_feed market_data_cache market_day"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables.split())} RESTART IDENTITY CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    short_questions().flushdb()


@pytest.fixture
def week(trader: User) -> User:
    forget_everything()
    live_through_the_week(trader)
    return trader


def test_a_week_goes_by_the_rules_and_twice_the_same(week: User) -> None:
    entries = Order.objects.filter(is_daily_entry=True, status="filled")
    days = sorted(entries.values_list("trading_day", flat=True))
    assert [str(day) for day in days] == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27"]
    for order in entries:
        window = window_on(order.trading_day)
        assert window is not None
        assert window.opens <= order.placed_at <= window.closes
    exits = list(AutonomousPosition.objects.exclude(status="OPEN").values_list("exit_reason", flat=True))
    assert exits
    assert {str(reason).split()[0] for reason in exits} <= {"Profit", "Stop", "Hard", "Expiring:", "Expiration:", "GEX"}
    assert not list(differences())
    decisions = AutonomousDecision.objects.all()
    assert not [str(one) for decision in decisions for one in replay_differences(decision)]
    assert not AutonomousLog.objects.filter(action="ERROR").exists()

    first = everything()
    forget_everything()
    live_through_the_week(week)
    assert everything() == first
