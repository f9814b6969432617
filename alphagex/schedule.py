"""The schedule: a table in one place, copied to the database by `manage.py sync_schedule`; the admin can pause a row.

Beat only ticks. What is due is decided by our own clock and calendar, so neither a restart of beat nor a change to or
from daylight-saving time moves anything.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A task sent every `seconds`; one that was not taken within `expires` seconds is dropped."""

    name: str
    task: str
    seconds: int
    expires: int


SCHEDULE = (
    Periodic(name="Market tick", task="market.tick", seconds=5, expires=5),
    Periodic(name="Forget lost sockets", task="market.forget_lost_sockets", seconds=60, expires=60),
    Periodic(name="Auto trader tick", task="autotrader.tick", seconds=30, expires=30),
    Periodic(name="Settle what expired", task="ledger.settle", seconds=60, expires=60),
    Periodic(name="Paper trading", task="paper.tick", seconds=60, expires=60),
    Periodic(name="Alerts", task="alerts.tick", seconds=30, expires=30),
    Periodic(name="Scanner", task="scanner.tick", seconds=60, expires=60),
    Periodic(name="Forget old notifications", task="alerts.forget", seconds=21_600, expires=600),
    Periodic(name="Forget ended sessions", task="security.tidy", seconds=3600, expires=600),
    Periodic(name="Duties", task="market.duties", seconds=60, expires=60),
)
