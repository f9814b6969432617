"""Doors for the worker: ids in, one service call, nothing but logs out."""

from celery import shared_task

from alphagex import clock
from apps.market.models import Snapshot
from apps.paper import books, finding, managing, settling
from apps.paper.engines import SYMBOL


@shared_task(name="paper.manage", ignore_result=True, soft_time_limit=45, time_limit=60, expires=60)
def manage(snapshot_id: int) -> None:
    """Mark and manage what a new snapshot concerns; SPY's also lets the desk find the trade of the day."""
    symbol = Snapshot.objects.filter(pk=snapshot_id).values_list("symbol", flat=True).first()
    if symbol is None:
        return
    at = clock.now()
    managing.manage_symbol(symbol, at=at)
    if symbol == SYMBOL:
        finding.find_for_everybody(at=at)


@shared_task(name="paper.tick", ignore_result=True, soft_time_limit=45, time_limit=60, expires=60)
def tick() -> None:
    """Settle what is at model prices, follow the ledger, keep held symbols coming in, write the day's summaries."""
    at = clock.now()
    settling.settle_at_the_model(at)
    books.follow_the_ledger()
    settling.keep_watching(at)
    settling.keep_performance(at)
