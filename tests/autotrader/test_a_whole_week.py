"""Thanksgiving week at high speed through the real pipeline: beat's messages, a worker, the feed, by the moved clock.

Only the times between are left out: the market speaks eleven times a day instead of every half minute, at each of the
trader's checks and between them, before its window and after the close.
"""

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from celery.contrib.testing.worker import start_worker
from celery.signals import before_task_publish, task_postrun, task_revoked
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from pytest_django import Settings

from alphagex.celery import app
from alphagex.schedule import SCHEDULE
from apps.autotrader.models import (
    AutonomousCheck,
    AutonomousDecision,
    AutonomousLog,
    AutonomousPosition,
    SchedulerState,
)
from apps.autotrader.replaying import differences as replay_differences
from apps.autotrader.window import window_on
from apps.ledger.models import CashEntry, Fill, Leg, Order, Position
from apps.ledger.reconciling import differences
from apps.market.models import Snapshot
from apps.market.redis_client import short_questions
from tests.autotrader.simulated import THANKSGIVING_WEEK, moment, started

TIMES = (
    (9, 45), (10, 0), (10, 30), (11, 0), (12, 0), (12, 30), (13, 0), (14, 0), (15, 0), (15, 30), (16, 15),
)  # fmt: skip
TWICE = ((10, 0), (16, 15))  # of a second tick everything is found done
KEPT: tuple[type[Model], ...] = (
    AutonomousPosition, AutonomousLog, AutonomousDecision, AutonomousCheck, SchedulerState, Order, Fill, CashEntry,
    Position, Leg, Snapshot,
)  # fmt: skip
_SECONDS = 30  # for whatever one moment sets going


def moments() -> Iterator[datetime]:
    """Yield the moments of the week, from before the window until after the close, Saturday morning included."""
    for day in THANKSGIVING_WEEK:
        yield from (moment(day, *time) for time in TIMES)
    yield moment(28, 11)


class Pipeline:
    """A worker on the real broker whose clock is the test's, and beat's messages by that clock."""

    def __init__(self) -> None:
        self._sent: set[str] = set()
        self._done: set[str] = set()
        self._moved = threading.Condition()

    def __enter__(self) -> "Pipeline":
        before_task_publish.connect(self._note_sent)
        task_postrun.connect(self._note_done)
        task_revoked.connect(self._note_dropped)
        self._worker = start_worker(app, pool="solo", perform_ping_check=False, loglevel="error", shutdown_timeout=30)
        self._worker.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._worker.__exit__(None, None, None)
        before_task_publish.disconnect(self._note_sent)
        task_postrun.disconnect(self._note_done)
        task_revoked.disconnect(self._note_dropped)

    def tick(self) -> None:
        """Send what beat sends, and return when all that follows from it is done."""
        for periodic in SCHEDULE:
            app.send_task(periodic.task, expires=periodic.expires)
        with self._moved:
            assert self._moved.wait_for(lambda: self._sent <= self._done, _SECONDS), self._sent - self._done

    def _note_sent(self, headers: dict[str, Any], **_: object) -> None:
        with self._moved:
            self._sent.add(headers["id"])

    def _note_done(self, task_id: str, **_: object) -> None:
        with self._moved:
            self._done.add(task_id)
            self._moved.notify_all()

    def _note_dropped(self, request: Any, **_: object) -> None:
        self._note_done(request.id)


def live_through_the_week(owner: User) -> None:
    started(owner, moment(23, 8))
    with Pipeline() as pipeline:
        for at in moments():
            with time_machine.travel(at, tick=False):
                pipeline.tick()
                if (at.hour, at.minute) in TWICE:
                    pipeline.tick()


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows the week left behind: decisions with their inputs, orders, fills, cash, marks, the market."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in KEPT}


def forget_everything() -> None:
    tables = (
        "autonomous_decision autonomous_check scheduler_state autonomous_config autonomous_logs autonomous_positions "
        "ledger_change ledger_cash ledger_fill ledger_order ledger_leg positions ledger_account market_snapshot_detail "
        "market_snapshot market_feed market_data_cache market_day"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables.split())} RESTART IDENTITY CASCADE")
    short_questions().flushdb()


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def week(trader: User, settings: Settings) -> User:
    settings.WATCHLIST = ["SPY"]
    settings.DATA_SOURCE = "simulated"
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
    assert all(first.values())
    forget_everything()
    live_through_the_week(week)
    for name, rows in everything().items():
        assert rows == first[name], name
