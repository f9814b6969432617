"""Alert rules: 10,000 of them on one snapshot, when few fire and when all do; delivery is counted in the outbox.

Baseline: reading the same 10,000 rules, without judging them.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.report import BenchRow

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RULES = 10_000
USERS = 20
ROUNDS = 9
MOST_MS = 100
SYMBOL = "BENCH"
SPOT = 6_000.0
KINDS = (
    ("price", "above"),
    ("price", "below"),
    ("price", "crosses"),
    ("flip_proximity", "within"),
    ("wall_break", "call_wall"),
    ("wall_distance", "put_wall"),
    ("gex_regime", "flip_negative"),
    ("net_gex", "above"),
    ("iv_spike", "above"),
    ("gamma_cliff", "today"),
)
# By how many points spot moves, and whether the time has a goal: what fires is written and told, one by one.
MOVES = {"none fires": (0.0, True), "1 % fires": (25.0, True), "every price rule fires": (1e6, False)}


def rows() -> list[BenchRow]:
    """Return the milliseconds from a stored snapshot to its committed events and notifications."""
    owners = _owners()
    measured: list[BenchRow] = []
    bare = 0.0
    try:
        for name, (move, has_goal) in MOVES.items():
            taken, fired = _rounds(owners, move)
            bare = bare or _ms(_read)
            title = f"{RULES:,} rules on one snapshot, {name} ({fired:,})"
            goal = (f"<= {MOST_MS} ms", taken <= MOST_MS) if has_goal else (None, None)
            measured.append(BenchRow(title, taken, "ms", "read only", taken / bare, *goal))
    finally:
        _clear()
    return measured


def _rounds(owners: "list[User]", move: float) -> tuple[float, int]:
    """Return the median milliseconds of judging a snapshot whose spot moved, and how many rules it fired."""
    from alphagex import clock
    from apps.alerts.evaluating import evaluate_snapshot
    from apps.alerts.models import Alert, AlertEvent, Notification

    taken, fired = [], 0
    _store_rules(owners, at=clock.now())
    for turn in range(ROUNDS):
        at = clock.now() + timedelta(seconds=turn)
        Alert.objects.filter(symbol=SYMBOL, fired_count__gt=0).update(state=Alert.State.ARMED, met=False, fired_count=0)
        AlertEvent.objects.filter(symbol=SYMBOL).delete()
        Notification.objects.filter(user__in=owners).delete()
        evaluate_snapshot(_snapshot(SPOT, at=at), at=at)  # from now on every rule knows its side
        number = _snapshot(SPOT + move, at=at)
        begun = time.perf_counter()
        fired = len(evaluate_snapshot(number, at=at))
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken), fired


def _owners() -> "list[User]":
    from django.contrib.auth.models import User

    return [User.objects.get_or_create(username=f"bench-alerts-{number}")[0] for number in range(USERS)]


def _store_rules(owners: "list[User]", *, at: datetime) -> None:
    """Store the rules, and tidy the table as the database does by itself while nobody waits."""
    from apps.alerts.models import Alert

    Alert.objects.filter(symbol=SYMBOL).delete()
    _tidy()
    Alert.objects.bulk_create([_rule(owners[number % USERS], number, at=at) for number in range(RULES)])
    _tidy()


def _tidy() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("alerts", "alert_events", "notifications"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _clear() -> None:
    from django.contrib.auth.models import User

    from apps.alerts.models import AlertCheck
    from apps.market.models import Snapshot

    User.objects.filter(username__startswith="bench-alerts-").delete()
    AlertCheck.objects.filter(subject=SYMBOL).delete()
    Snapshot.objects.filter(symbol=SYMBOL).delete()


def _rule(owner: "User", number: int, *, at: datetime) -> Any:
    """Return a rule; its level follows from `number`. At SPOT none of them holds."""
    from apps.alerts.models import Alert
    from apps.alerts.stated import judged_by

    alert_type, condition = KINDS[number % len(KINDS)]
    step = Decimal(number // len(KINDS) + 1)
    levels = {
        ("price", "above"): Decimal(SPOT) + step / 2,
        ("price", "crosses"): Decimal(SPOT) + step / 2,
        ("price", "below"): Decimal(SPOT) - step,
        ("net_gex", "above"): Decimal(100),
        ("gamma_cliff", "today"): Decimal(99),
        ("iv_spike", "above"): Decimal(90),
    }
    return judged_by(
        Alert(
            owner=owner,
            symbol=SYMBOL,
            alert_type=alert_type,
            condition=condition,
            threshold=levels.get((alert_type, condition), Decimal("0.5")),
            created_at=at,
            key=f"bench {number}",
        )
    )


def _snapshot(spot: float, *, at: datetime) -> int:
    from apps.market.models import Snapshot

    newest = Snapshot.objects.of(SYMBOL).values_list("seq", flat=True).first() or 0
    return Snapshot.objects.create(
        symbol=SYMBOL,
        seq=newest + 1,
        as_of=at,
        received_at=at,
        stale_after=at + timedelta(minutes=2),
        source="bench",
        kind="live",
        source_label="Bench",
        spot=Decimal(spot),
        contracts=1,
        contracts_used=1,
        net_gex=2e9,
        gross_gex=1e10,
        call_gex=6e9,
        put_gex=-4e9,
        flip_point=5_000.0,
        call_wall=1e7,
        put_wall=4_000.0,
        zero_dte_share=0.2,
        implied_volatility=0.2,
    ).pk


def _read() -> None:
    from apps.alerts.models import Alert

    list(Alert.objects.filter(symbol=SYMBOL).values_list("pk", "figure", "comparison", "threshold", "met"))


def _ms(job: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        job()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
