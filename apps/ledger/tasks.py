"""Doors for the worker: a snapshot's id in, marks and fills out, and word of them to the features of MARKED_TASKS."""

import structlog
from celery import current_app, shared_task
from django.conf import settings

from alphagex import clock
from apps.ledger.marking import mark_open_positions
from apps.ledger.orders import try_waiting_orders
from apps.ledger.settling import settle_due
from apps.market.models import Snapshot

log = structlog.get_logger(__name__)


@shared_task(name="ledger.mark", ignore_result=True, soft_time_limit=45, time_limit=60, expires=60)
def mark(snapshot_id: int) -> None:
    """Mark the open positions of a snapshot's symbol and try the orders that wait for a quote."""
    symbol = Snapshot.objects.values_list("symbol", flat=True).get(pk=snapshot_id)
    at = clock.now()
    marked = mark_open_positions(at=at, symbol=symbol)
    filled = try_waiting_orders(at=at)
    if marked.positions:
        for task in settings.MARKED_TASKS:
            current_app.send_task(task, args=[symbol], expires=30)
    if marked.positions or filled:
        log.info(
            "positions_marked", symbol=symbol, positions=marked.positions, problems=marked.problems, filled=len(filled)
        )


@shared_task(name="ledger.settle", ignore_result=True, soft_time_limit=45, time_limit=60, expires=60)
def settle() -> None:
    """Settle what has expired; what waits for a price of its day is tried again with the next."""
    settled = settle_due(at=clock.now())
    if settled:
        log.info("positions_settled", positions=[position.pk for position in settled])
