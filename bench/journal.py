"""The trade journal with 50,000 closed trades: server time of its page, the first time and when nothing has changed.

First: after a trade has been added, so that the engine reckons all of them again. Baseline: merely counting the rows.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from bench.report import BenchRow

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from apps.journal.models import JournalEntry

TRADES = 50_000
DAYS = 1_250  # the trades are spread over, 40 a day
ROUNDS = 9
MOST_MS = 100
SYMBOLS = ("SPX", "SPY", "QQQ", "IWM")
STRATEGIES = ("Squeeze", "Premium selling", "Iron Condor", "Fade", "Long Call", "Long Put")
VIEWS = {"30 days": "/journal/", "all": "/journal/?days=all"}
FIRST_TOO = ("/journal/",)  # of all 50,000 the engine's tables alone take longer; they are kept until a trade changes


def rows() -> list[BenchRow]:
    """Return the times of the page by period, first and repeated, and of one search through all texts."""
    from django.db import transaction
    from django.test import Client

    from alphagex import clock
    from apps.journal.models import JournalEntry

    at = clock.now()
    with transaction.atomic():
        owner = _trader()
        _store_trades(owner, at=at)
        client = Client(headers={"host": "localhost"})
        client.force_login(owner)
        bare = _ms(lambda: JournalEntry.objects.filter(owner=owner).count())
        measured = [BenchRow(f"{TRADES:,} trades counted", bare, "ms")]
        _opened(client, "/journal/?days=7")  # what the process loads once
        for name, path in VIEWS.items():
            first = _ms(lambda path=path: _opened(client, path), before=lambda: _add_one(owner, at=at))  # type: ignore[misc]
            again = _ms(lambda path=path: _opened(client, path))  # type: ignore[misc]
            title = f"{name}, first after a close"
            measured += [_row(title, first, bare, has_goal=path in FIRST_TOO), _row(f"{name}, repeated", again, bare)]
        searched = "/journal/?days=all&text=reclaim"
        found = _ms(lambda: _opened(client, searched, headers={"HX-Request": "true"}))
        measured.append(BenchRow(f"{TRADES:,} trades searched for a word, the list alone", found, "ms"))
        transaction.set_rollback(True)
    return measured


def _row(name: str, value: float, bare: float, *, has_goal: bool = True) -> BenchRow:
    title = f"/journal/ of {TRADES:,} trades, {name}"
    if not has_goal:
        return BenchRow(title, value, "ms", "counted", value / bare)
    return BenchRow(title, value, "ms", "counted", value / bare, f"<= {MOST_MS} ms", value <= MOST_MS)


def _trader() -> "User":
    from django.contrib.auth.models import User

    return User.objects.get_or_create(username="bench-journal")[0]


def _store_trades(owner: "User", *, at: datetime) -> None:
    from django.db import connection

    from apps.journal.models import JournalEntry

    made = (_entry(owner, number, at=at) for number in range(TRADES))
    JournalEntry.objects.bulk_create(made, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE trade_journal")  # as the database does by itself with rows that are committed


def _add_one(owner: "User", *, at: datetime) -> None:
    _entry(owner, 0, at=at).save()


def _entry(owner: "User", number: int, *, at: datetime) -> "JournalEntry":
    """Return a trade; every number follows from `number`."""
    from apps.journal.models import JournalEntry

    closed = at - timedelta(minutes=number * DAYS * 1_440 // TRADES)
    pnl = Decimal((number * 7_919) % 60_001 - 27_000) / 100
    return JournalEntry(
        owner=owner,
        symbol=SYMBOLS[number % len(SYMBOLS)],
        strategy=STRATEGIES[number % 7 % len(STRATEGIES)],
        direction="LONG",
        opened_at=closed - timedelta(minutes=15 + number % 900),
        closed_at=closed,
        quantity=1 + number % 3,
        entry_price=Decimal("4.20"),
        exit_price=Decimal("4.80"),
        pnl=pnl,
        size=Decimal(420),
        max_loss=Decimal(420),
        notes="Waited for the reclaim of the flip." if number % 5 == 0 else "",
        tags=["plan"] if number % 10 == 0 else [],
        rating=number % 5 + 1 if number % 2 else None,
        entry_map={"spot": 600.0, "net_gex": 1e9, "flip": 595.0, "kind": "simulated"},
    )


def _opened(client: "Client", path: str, headers: dict[str, str] | None = None) -> None:
    answer = client.get(path, headers=headers)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}.")


def _ms(job: Callable[[], object], *, before: Callable[[], object] | None = None) -> float:
    """Return the median milliseconds of a job on the clock. before: what happens untimed ahead of each round."""
    taken = []
    for _ in range(ROUNDS):
        if before is not None:
            before()
        begun = time.perf_counter()
        job()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
