"""Doors for the worker: ids in, one service call, nothing but logs out."""

import structlog
from celery import shared_task

from alphagex import clock
from apps.market import configured, facts, feed, presence, waiting
from apps.market.duties.running import run_due

log = structlog.get_logger(__name__)


@shared_task(name="market.tick", ignore_result=True, soft_time_limit=20, time_limit=30, expires=5)
def tick() -> None:
    """Hand every symbol whose turn it is to a worker. A late or doubled tick finds nothing left to claim."""
    at = clock.now()
    for symbol in feed.announce_missed():
        log.warning("announced_late", symbol=symbol)
    feed.ask_for_due_symbols(at=at)
    waiting.send_out()


@shared_task(name="market.send_out", ignore_result=True, soft_time_limit=10, time_limit=20)
def send_out() -> None:
    """Hand out what may go now: somebody has just asked for something."""
    waiting.send_out()


@shared_task(name="market.fetch", ignore_result=True, acks_late=True, soft_time_limit=45, time_limit=60)
def fetch(source_name: str, item: str) -> None:
    """Fetch one thing whose turn it is; its request is paid for."""
    wanted = waiting.wanted(item)
    with configured.turn_taken(source_name):
        if wanted.question is None:
            feed.poll_symbol(wanted.symbol, at=clock.now())
        else:
            facts.fetched(wanted.question, at=clock.now())


@shared_task(name="market.forget_lost_sockets", ignore_result=True, expires=60)
def forget_lost_sockets() -> None:
    """Drop the socket rows of processes that are gone."""
    presence.forget_lost(at=clock.now())


@shared_task(name="market.duties", ignore_result=True, acks_late=True, soft_time_limit=240, time_limit=300, expires=60)
def duties() -> None:
    """Do what is due by the calendar of the exchange. A late or doubled tick finds it claimed."""
    run_due(clock.now())
