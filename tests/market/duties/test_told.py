"""The worker's door to the duties, and what staff read of them on the system page."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alphagex import clock
from apps.market import tasks
from apps.market.duties.due import due_slots
from apps.market.duties.running import run_due
from apps.market.duties.table import TABLE, Routine
from apps.market.models import Duty

pytestmark = pytest.mark.usefixtures("transactional_db")


def failing(slot: datetime, at: datetime) -> None:
    raise LookupError("Not logged: SPY: no snapshot of this session.")


def test_the_task_does_what_is_due_and_a_doubled_one_nothing() -> None:
    tasks.duties()
    known = list(Duty.objects.order_by("pk").values("name", "slot", "attempts", "finished_at"))
    assert {"Close of the day", "Outcomes of predictions", "Housekeeping"} <= {row["name"] for row in known}
    finished = [row for row in known if row["finished_at"]]
    tasks.duties()
    again = Duty.objects.order_by("pk").values("name", "slot", "attempts", "finished_at")
    assert [row for row in again if row in finished] == finished


def test_a_failed_duty_is_told_on_the_system_page_until_it_is_done(owner: User, client: Client) -> None:
    night = TABLE[-1]
    at = clock.now()
    broken = Routine(
        name="Close of the day", does=night.does, due=night.due, slots=night.slots, late_by=None, work=failing
    )
    assert run_due(at, table=(broken,)).failed == 1
    client.force_login(owner)
    page = client.get("/system/").content.decode()
    assert "Not logged: SPY: no snapshot of this session." in page
    assert "Failed" in page.partition('id="duties-title"')[2]

    (slot,) = due_slots(broken, at)
    Duty.objects.filter(slot=slot).update(retry_at=at)
    healed = Routine(
        name=broken.name, does=night.does, due=night.due, slots=night.slots, late_by=None, work=lambda slot, at: None
    )
    assert run_due(at, table=(healed,)).done == 1
    assert "no snapshot of this session" not in client.get("/system/").content.decode()
