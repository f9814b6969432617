"""Doors for the worker: ids in, one service call, nothing but logs out."""

from datetime import datetime

import structlog
from celery import current_app, shared_task
from django.contrib.auth.models import User

from alphagex import clock
from apps.autotrader import running, ticking
from apps.autotrader.books_of_account import follow_the_ledger
from apps.market.models import Snapshot
from legacy_engines.trading.autonomous.decision import SYMBOL

log = structlog.get_logger(__name__)


@shared_task(name="autotrader.tick", ignore_result=True, soft_time_limit=20, time_limit=30, expires=30)
def tick() -> None:
    """Hand every check that is due to a worker. A late or doubled tick finds nothing left to claim."""
    at = clock.now()
    for due in ticking.tick(at):
        current_app.send_task("autotrader.run", args=[due.owner_id, due.slot.isoformat()], expires=170)
    follow_the_ledger(at)


@shared_task(name="autotrader.run", ignore_result=True, acks_late=True, soft_time_limit=90, time_limit=120)
def run(owner_id: int, slot: str) -> None:
    """Do one hourly check of one trader, unless it is done already."""
    hour, at = datetime.fromisoformat(slot), clock.now()
    if not ticking.begin(owner_id, hour, at=at):
        log.info("autotrader_check_taken", owner=owner_id, slot=slot)
        return
    owner = User.objects.get(pk=owner_id)
    try:
        running.run(owner, at)
    except Exception as error:
        running.note_failure(owner, at, error)
        raise
    ticking.finish(owner_id, hour, at=clock.now())


@shared_task(name="autotrader.manage", ignore_result=True, soft_time_limit=45, time_limit=60, expires=60)
def manage(snapshot_id: int) -> None:
    """Manage open trades on a new snapshot of SPY; any other symbol's, and nothing open, costs a query."""
    if not Snapshot.objects.filter(pk=snapshot_id, symbol=SYMBOL).exists():
        return
    at = clock.now()
    for owner in ticking.traders_with_open_trades():
        running.manage(owner, at)
