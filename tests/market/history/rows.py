"""Rows the history tests stand on."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.market.models import Feed, Snapshot, SnapshotDetail


def unsaved_snapshot(as_of: datetime, *, seq: int = 1, symbol: str = "SPY", **columns: Any) -> Snapshot:
    """Return key figures that were on time: of the simulated market unless `source` and `kind` say otherwise."""
    usual: dict[str, Any] = {
        "received_at": as_of + timedelta(seconds=1),
        "stale_after": as_of + timedelta(minutes=1),
        "source": "simulated",
        "kind": "simulated",
        "source_label": "Simulated",
        "spot": Decimal("650.0000"),
        "contracts": 10,
        "contracts_used": 10,
        "net_gex": 1e9,
        "gross_gex": 3e9,
        "call_gex": 2e9,
        "put_gex": -1e9,
    }
    return Snapshot(symbol=symbol, seq=seq, as_of=as_of, **(usual | columns))


def make_snapshot(as_of: datetime, **columns: Any) -> Snapshot:
    snapshot = unsaved_snapshot(as_of, **columns)
    snapshot.save(force_insert=True)
    return snapshot


def make_snapshots(moments: list[datetime], *, symbol: str = "SPY", with_details: bool = False) -> list[Snapshot]:
    """Store a snapshot at each moment, numbered in that order."""
    rows = Snapshot.objects.bulk_create(
        unsaved_snapshot(moment, seq=seq, symbol=symbol) for seq, moment in enumerate(moments, start=1)
    )
    Feed.objects.create(symbol=symbol, seq=len(rows), next_poll_at=moments[-1])
    if with_details:
        SnapshotDetail.objects.bulk_create(unsaved_detail(row) for row in rows)
    return rows


def unsaved_detail(snapshot: Snapshot) -> SnapshotDetail:
    lists: dict[str, list[Any]] = {
        field.name: [] for field in SnapshotDetail._meta.local_fields if field.get_internal_type() == "ArrayField"
    }
    return SnapshotDetail(
        snapshot=snapshot, assumptions={}, excluded={}, walls={}, profile_curves={}, cells=b"", **lists
    )
