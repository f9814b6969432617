"""Ten thousand open positions marked in one pass.

Baseline: merely reading the same rows and updating one column of each by one statement.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.report import BenchRow

if TYPE_CHECKING:
    from apps.ledger.models import Account
    from apps.market.chain import Chain

POSITIONS = 10_000
ROUNDS = 5
CONDORS = 3  # of ten positions
SPAN = 120  # strikes the positions are spread over


def rows() -> list[BenchRow]:
    """Return the time of a pass and of its baseline."""
    from alphagex import clock
    from apps.ledger.marking import mark_open_positions
    from apps.ledger.models import Position
    from apps.market.quotes import keep_quotes
    from apps.market.sources.simulated import SimulatedSource

    at = clock.now()
    chain = SimulatedSource().fetch_chain("SPX", at=at)
    keep_quotes(chain, at=at)
    with _in_a_transaction_of_its_own():
        legs = _store_positions(chain, at=at)
        marked = mark_open_positions(at=at)
        if marked.positions != POSITIONS or marked.problems:
            problem = Position.objects.exclude(mark_problem="").values_list("mark_problem", flat=True).first()
            raise SystemExit(f"{marked.positions} positions were marked, {marked.problems} with a problem: {problem}")
        bare = _seconds(_written_again)
        taken = _seconds(lambda: mark_open_positions(at=at))
    name = f"{POSITIONS:,} positions with {legs:,} legs"
    return [
        BenchRow(f"{name}: read and written", bare, "s"),
        BenchRow(f"{name}: marked in one pass", taken, "s", "read and written", taken / bare, "<= 5 s", taken <= 5),
    ]


@contextmanager
def _in_a_transaction_of_its_own() -> Iterator[None]:
    """Leave nothing behind: fills and cash can only ever be added."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _store_positions(chain: "Chain", *, at: datetime) -> int:
    """Store open positions, single options and iron condors, around the spot, and return how many legs they have."""
    import numpy as np
    from django.contrib.auth.models import User
    from django.db import connection

    from apps.ledger.models import Account, Leg, Position

    owner, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
    account = Account.objects.create(
        owner=owner, kind=Account.Kind.OWN, number=1_000, starting_cash=0, opened_at=at, closed_at=at
    )
    days = np.unique(chain.expiration)
    expiration = days[min(3, len(days) - 1)]
    listed = chain.strike[(chain.expiration == expiration) & chain.is_call & (chain.bid > 0.5)]
    near = sorted(np.unique(listed), key=lambda strike: abs(strike - chain.spot))[:SPAN]
    strikes = [Decimal(str(strike)) for strike in sorted(near)]
    positions = Position.objects.bulk_create([_position(account, number, at) for number in range(POSITIONS)])
    legs = [
        Leg(
            position=position,
            number=number,
            kind=kind,
            strike=strike,
            expiration=expiration.astype(object),
            ratio=ratio,
            open_quantity=1,
            entry_price=Decimal(1),
        )
        for place, position in enumerate(positions)
        for number, (kind, strike, ratio) in enumerate(_legs(place, strikes), start=1)
    ]
    stored = len(Leg.objects.bulk_create(legs, batch_size=5_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE positions, ledger_leg")  # as the database does by itself with rows that are committed
    return stored


def _position(account: "Account", number: int, at: datetime) -> Any:
    from apps.ledger.models import Position

    return Position(
        account=account,
        opened_at=at,
        symbol="SPX",
        strategy="Iron Condor" if number % 10 < CONDORS else "Long Call",
        direction=Position.Direction.LONG,
        quantity=1,
        open_quantity=1,
        entry_price=Decimal(1),
    )


def _legs(place: int, strikes: list[Decimal]) -> list[tuple[str, Decimal, int]]:
    first = place % (len(strikes) - 3)
    if place % 10 >= CONDORS:
        return [("call", strikes[first], 1)]
    low, middle, high, top = strikes[first : first + 4]
    return [("call", high, -1), ("call", top, 1), ("call", middle, -1), ("call", low, 1)]


def _written_again() -> None:
    """Read the rows and update one column of each, as plainly as SQL can."""
    from django.db.models import F

    from apps.ledger.models import Leg, Position

    list(Position.objects.filter(status="OPEN").select_related("account").order_by("pk"))
    list(Leg.objects.filter(position__status="OPEN"))
    Leg.objects.filter(position__status="OPEN").update(mark=F("mark"))
    Position.objects.filter(status="OPEN").update(current_price=F("current_price"))


def _seconds(job: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        job()
        taken.append(time.perf_counter() - begun)
    return median(taken)
