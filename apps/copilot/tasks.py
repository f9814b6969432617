"""Doors for the workers. Answers of Claude's take minutes: they have a queue, and a worker process, of their own."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from alphagex import clock
from apps.copilot import answering

QUEUE = "copilot"


@shared_task(name="copilot.answer", ignore_result=True, expires=300)
def answer(turn_id: int) -> None:
    """Answer a question. A message delivered twice finds it taken."""
    answering.answer(turn_id)


@worker_ready.connect
def load_early(sender: Any, **more: Any) -> None:
    """Load what the first answer would wait for, in the worker that writes answers."""
    if QUEUE in sender.app.amqp.queues.consume_from:
        import anthropic  # noqa: F401
        import pandas as pd  # noqa: F401

        clock.market_status(clock.now())
