"""Scans that start by themselves: in market hours, once each, and what is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from alphagex import clock
from apps.scanner import scheduled, tasks
from apps.scanner.models import ScannerSettings, ScanRun, Watchlist
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND

pytestmark = pytest.mark.django_db


def settings_for(trader: User, at: Any, **changes: Any) -> ScannerSettings:
    defaults = {"symbols": ["SPY"], "created_at": at}
    listed, _ = Watchlist.objects.get_or_create(owner=trader, name="Mine", defaults=defaults)
    values = ScannerSettings(auto_refresh=True, refresh_interval=10, watchlist=listed)
    for name, value in changes.items():
        setattr(values, name, value)
    return scheduled.keep_settings(trader, values, at=at)


def test_a_scan_starts_every_interval_and_two_ticks_start_one(trader: User) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False) as traveller:
        kept = settings_for(trader, OPEN_MARKET)
        assert kept.next_scan_at == OPEN_MARKET
        tasks.tick()
        tasks.tick()
        (run,) = ScanRun.objects.all()
        assert (run.by, run.owner, run.name) == ("schedule", trader, "Mine")
        kept.refresh_from_db()
        assert kept.next_scan_at == OPEN_MARKET + timedelta(minutes=10)
        # Saved again without a change it keeps its pace.
        assert settings_for(trader, clock.now(), cache_minutes=7).next_scan_at == kept.next_scan_at
        # Still running when the next one is due: that waits a minute.
        traveller.shift(timedelta(minutes=10))
        ScanRun.objects.update(stepped_at=clock.now())
        tasks.tick()
        kept.refresh_from_db()
        assert (ScanRun.objects.count(), kept.next_scan_at) == (1, clock.now() + timedelta(minutes=1))
        ScanRun.objects.update(state="done")
        traveller.shift(timedelta(minutes=1))
        tasks.tick()
        assert ScanRun.objects.count() == 2
        assert settings_for(trader, clock.now(), auto_refresh=False).next_scan_at is None
        traveller.shift(timedelta(hours=1))
        tasks.tick()
        assert ScanRun.objects.count() == 2


@pytest.mark.parametrize("closed", [WEEKEND, HALF_DAY_AFTERNOON])
def test_nothing_starts_while_the_exchange_is_closed(trader: User, closed: Any) -> None:
    opens = clock.market_status(closed).changes_at
    assert settings_for(trader, closed).next_scan_at == opens
    ScannerSettings.objects.update(next_scan_at=closed - timedelta(minutes=1))
    assert scheduled.start_due(closed) == 0
    assert ScannerSettings.objects.get().next_scan_at == opens
    assert scheduled.start_due(opens) == 1


def test_scans_older_than_thirty_days_are_forgotten(trader: User) -> None:
    for days in (29, 31):
        at = OPEN_MARKET - timedelta(days=days)
        ScanRun.objects.create(
            owner=trader,
            name="Mine",
            key=str(days),
            state="done",
            total=0,
            cache_minutes=5,
            started_at=at,
            stepped_at=at,
        )
    assert scheduled.forget_old(OPEN_MARKET) == 1
    assert ScanRun.objects.get().key == "29"
