"""Snapshots whose figures are what a test says they are, and rules on them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from apps.alerts.evaluating import evaluate_snapshot
from apps.alerts.models import Alert, AlertEvent
from apps.alerts.rules import Wanted, make_rule
from apps.market.models import Feed, Snapshot
from tests.moments import OPEN_MARKET

USUAL: dict[str, Any] = {
    "spot": 6000.0,
    "net_gex": 2e9,
    "flip_point": 5900.0,
    "call_wall": 6100.0,
    "put_wall": 5800.0,
    "zero_dte_share": 0.2,
    "implied_volatility": 0.15,
}


def says(at: datetime = OPEN_MARKET, symbol: str = "SPX", *, late: bool = False, **figures: Any) -> Snapshot:
    """Store a snapshot as it came in at `at`. late: its numbers are stale already."""
    feed, _ = Feed.objects.get_or_create(symbol=symbol, defaults={"next_poll_at": at + timedelta(days=30)})
    feed.seq += 1
    feed.save()
    told = {"kind": "live", "source": "test", "source_label": "Test feed", **USUAL, **figures}
    told["spot"] = Decimal(str(told["spot"]))
    return Snapshot.objects.create(
        symbol=symbol,
        seq=feed.seq,
        as_of=at,
        received_at=at,
        stale_after=at - timedelta(seconds=1) if late else at + timedelta(minutes=2),
        contracts=100,
        contracts_used=100,
        gross_gex=1e10,
        call_gex=6e9,
        put_gex=-4e9,
        **told,
    )


def judged(at: datetime = OPEN_MARKET, symbol: str = "SPX", **figures: Any) -> list[AlertEvent]:
    """Store a snapshot, judge it, and return what fired."""
    return evaluate_snapshot(says(at, symbol, **figures).pk, at=at)


def rule(owner: User, alert_type: str = "price", condition: str = "above", threshold: Any = 0, **more: Any) -> Alert:
    """Make a rule on SPX."""
    wanted: dict[str, Any] = {"symbol": "SPX", "threshold": Decimal(str(threshold)), **more}
    key = f"test {Alert.objects.count()}"
    return make_rule(owner, Wanted(alert_type=alert_type, condition=condition, **wanted), key=key, at=OPEN_MARKET)[0]
