"""Two workers at once, each with a database connection of its own: a rule fires once, a message leaves once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from alphagex import clock
from apps.alerts import judging, outbox, rules
from apps.alerts.evaluating import evaluate_snapshot
from apps.alerts.models import Alert, AlertEvent, Channel, Delivery, Notification
from apps.alerts.notifying import notify
from tests.alerts.market import rule, says
from tests.moments import OPEN_MARKET

WORKERS = 4


def at_once(job: Callable[[], Any]) -> list[Any]:
    """Return what each of several threads got, which began together."""
    together = Barrier(WORKERS)

    def work() -> Any:
        try:
            together.wait(10)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [one.result(30) for one in [pool.submit(work) for _ in range(WORKERS)]]


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_at_once_happens_once(trader: User) -> None:
    Channel.objects.create(
        owner=trader, name="Phone", service="JSON", sealed_address="never opened here", created_at=OPEN_MARKET
    )
    made = rule(trader, threshold=6010)
    number = says(spot=6020).pk
    told = at_once(lambda: evaluate_snapshot(number, at=OPEN_MARKET))
    assert sorted(len(events) for events in told) == [0, 0, 0, 1]
    assert (AlertEvent.objects.count(), Notification.objects.count(), Delivery.objects.count()) == (1, 1, 1)

    rules.arm(made)  # without the lock of the snapshot: the row of the rule decides alone

    def fire() -> dict[int, float]:
        with transaction.atomic():
            return judging.fire({"SPX:spot": 6020.0}, at=OPEN_MARKET)

    assert sorted(len(fired) for fired in at_once(fire)) == [0, 0, 0, 1]
    assert Alert.objects.get().fired_count == 2

    told = at_once(lambda: notify(trader, "Halted", key="halt"))
    assert sum(one is not None for one in told) == 1
    assert sorted(Notification.objects.values_list("number", flat=True)) == [1, 2]

    at_once(lambda: notify(trader, "Seen", key=f"by {get_ident()}"))
    numbers = Notification.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 2 + WORKERS + 1))

    Delivery.objects.exclude(pk=Delivery.objects.latest("pk").pk).delete()
    taken = at_once(lambda: outbox.take(at=clock.now()))
    assert sum(one is not None for one in taken) == 1
