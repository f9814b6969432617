"""What the rules are judged on: the figures of a snapshot, of positions and of accounts, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Sum

from alphagex import clock
from apps.ledger.models import Account, Leg, Position
from apps.market.models import Feed, Snapshot

BILLION = 1e9
_COLUMNS = (
    "symbol", "seq", "as_of", "stale_after", "source", "kind", "source_label", "source_detail", "spot", "net_gex",
    "flip_point", "call_wall", "put_wall", "zero_dte_share", "implied_volatility",
)  # fmt: skip
_DETAIL = ("expirations_settles_at", "expirations_call_gex", "expirations_put_gex")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose numbers, as of when. truth: live, delayed, recorded or simulated. stale_after None: never."""

    source: str
    detail: str
    label: str
    truth: str
    as_of: datetime
    stale_after: datetime | None = None

    def is_stale(self, at: datetime) -> bool:
        """Return whether the numbers were late at `at`."""
        return self.stale_after is not None and at > self.stale_after


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFigures:
    """Figures of one snapshot. seq: its number. values: in the units of the rule types, unknown ones are left out.

    engine: for the old program's rules: spot_price, flip_point, call_wall, put_wall, net_gex (USD), iv (per cent).
    """

    symbol: str
    seq: int
    origin: Origin
    values: Mapping[str, float]
    engine: Mapping[str, float]


def figures_of_snapshot(snapshot_id: int) -> MarketFigures | None:
    """Return the figures of a snapshot, None where it is gone."""
    rows = Snapshot.objects.filter(pk=snapshot_id).values(*_COLUMNS, *(f"detail__{name}" for name in _DETAIL))
    return next((_figures(row) for row in rows), None)


def newest_figures(symbols: Iterable[str]) -> dict[str, MarketFigures]:
    """Return the figures of each symbol's newest snapshot, in one query."""
    newest = Feed.objects.filter(symbol__in=set(symbols)).annotate(
        newest=Subquery(Snapshot.objects.of(OuterRef("symbol")).values("pk")[:1])
    )
    rows = Snapshot.objects.filter(pk__in=newest.values("newest")).values(
        *_COLUMNS, *(f"detail__{name}" for name in _DETAIL)
    )
    return {row["symbol"]: _figures(row) for row in rows}


def _figures(row: Mapping[str, Any]) -> MarketFigures:
    spot, flip = float(row["spot"]), row["flip_point"]
    values: dict[str, float] = {"spot": spot, "net_gex": row["net_gex"] / BILLION}
    if flip is not None:
        values["flip_distance"] = abs((flip - spot) / spot * 100)  # as the engine reckons it
    for name in ("call_wall", "put_wall"):
        if wall := row[name]:
            values[f"over_{name}"] = spot - wall
            values[f"{name}_distance"] = abs((wall - spot) / spot * 100)
    if row["implied_volatility"] is not None:
        values["iv"] = row["implied_volatility"] * 100
    if row["zero_dte_share"] is not None:
        values["expires_today"] = row["zero_dte_share"] * 100
    if (share := _expires_next(row)) is not None:
        values["expires_next"] = share * 100
    engine = {
        "spot_price": spot,
        "flip_point": flip or 0,
        "call_wall": row["call_wall"] or 0,
        "put_wall": row["put_wall"] or 0,
        "net_gex": row["net_gex"],
        "iv": values.get("iv", 0),
    }
    origin = Origin(
        source=row["source"],
        detail=row["source_detail"],
        label=row["source_label"],
        truth=row["kind"],
        as_of=row["as_of"],
        stale_after=row["stale_after"],
    )
    return MarketFigures(symbol=row["symbol"], seq=row["seq"], origin=origin, values=values, engine=engine)


def _expires_next(row: Mapping[str, Any]) -> float | None:
    """Return the share of gross gamma that settles in the session after the snapshot's day, None without curves."""
    settles, calls, puts = (row[f"detail__{name}"] for name in _DETAIL)
    if not settles:
        return None
    gross = [call - put for call, put in zip(calls, puts, strict=True)]  # puts are negative
    if not (total := sum(gross)) > 0:
        return None
    day = clock.session_after(clock.in_new_york(row["as_of"]).date()).day
    ends = [one for one, at in zip(gross, settles, strict=True) if clock.in_new_york(at).date() == day]
    return float(sum(ends) / total)


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlFigures:
    """P&L in USD by figure name ("position 7:pnl"), and of each subject ("position 7") what its marks are.

    notes: what a message must say of them, a sentence, or empty.
    """

    values: Mapping[str, float]
    origins: Mapping[str, Origin]
    notes: Mapping[str, str]


def pnl_figures(accounts: Iterable[int], *, at: datetime) -> PnlFigures:
    """Return the P&L of all open positions of the accounts, and of the accounts. Positions without a mark are left out.

    An account is judged with the marks there are: a leg nobody quotes must not silence a loss limit.
    """
    keys = sorted(set(accounts))
    midnight = clock.in_new_york(at).replace(hour=0, minute=0, second=0, microsecond=0)
    closed_today = Sum("positions__pnl", filter=Q(positions__closed_at__gte=midnight))
    day = dict(Account.objects.filter(pk__in=keys).annotate(closed=closed_today).values_list("pk", "closed"))
    values: dict[str, float] = {}
    origins: dict[str, Origin] = {}
    notes: dict[str, str] = {}
    unmarked = dict.fromkeys(keys, 0)
    opened = dict.fromkeys(keys, 0.0)
    oldest: dict[int, Origin] = {}
    for row in _open_positions(keys):
        total, account = float(row["pnl"] + row["unrealized_pnl"]), row["account_id"]
        opened[account] += total
        if row["mark_problem"] or row["marked_at"] is None:
            unmarked[account] += 1
            continue
        origin = Origin(
            source=row["source"] or "marks",
            detail="",
            label=row["source"] or "marks",
            truth=row["truth"] or "",
            as_of=row["marked_at"],
        )
        name = f"position {row['pk']}"
        values[f"{name}:pnl"], origins[name] = total, origin
        oldest[account] = min(oldest.get(account, origin), origin, key=lambda one: one.as_of)
    for account, closed in day.items():
        name = f"account {account}"
        values[f"{name}:open_pnl"] = opened[account]
        values[f"{name}:day_pnl"] = opened[account] + float(closed or 0)
        origins[name] = oldest.get(account, Origin(source="ledger", detail="", label="the ledger", truth="", as_of=at))
        if unmarked[account]:
            notes[name] = f"{unmarked[account]} of its open positions without a current mark."
    return PnlFigures(values=values, origins=origins, notes=notes)


def _open_positions(accounts: list[int]) -> Iterable[Mapping[str, Any]]:
    """Return the open positions with the source of their first leg's mark."""
    first = Leg.objects.filter(position=OuterRef("pk"), open_quantity__gt=0).order_by("number")
    return (
        Position.objects.filter(account__in=accounts, status=Position.Status.OPEN)
        .order_by("pk")
        .annotate(source=Subquery(first.values("source")[:1]), truth=Subquery(first.values("truth")[:1]))
        .values("pk", "account_id", "pnl", "unrealized_pnl", "marked_at", "mark_problem", "source", "truth")
    )
