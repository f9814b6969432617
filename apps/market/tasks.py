"""Doors for the worker: ids in, one service call, nothing but logs out."""

import structlog
from celery import shared_task

from alphagex import clock
from apps.market import feed, presence

log = structlog.get_logger(__name__)


@shared_task(name="market.tick", ignore_result=True, soft_time_limit=20, time_limit=30, expires=5)
def tick() -> None:
    """Hand every symbol whose turn it is to a worker. A late or doubled tick finds nothing left to claim."""
    at = clock.now()
    for symbol in feed.announce_missed():
        log.warning("announced_late", symbol=symbol)
    for symbol in feed.claim_due_symbols(at=at):
        poll.apply_async(args=(symbol,), expires=25)


@shared_task(name="market.poll", ignore_result=True, acks_late=True, soft_time_limit=45, time_limit=60)
def poll(symbol: str) -> None:
    """Fetch one symbol that was claimed."""
    feed.poll_symbol(symbol, at=clock.now())


@shared_task(name="market.forget_lost_sockets", ignore_result=True, expires=60)
def forget_lost_sockets() -> None:
    """Drop the socket rows of processes that are gone."""
    presence.forget_lost(at=clock.now())
