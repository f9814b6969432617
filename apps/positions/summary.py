"""The figures above the open positions: P&L, what is at risk, greeks and exposure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, Sum

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.ledger.models import Position
from apps.positions.conditions import Severity, counted
from apps.positions.greeks import Greeks, of_leg, total
from apps.positions.open_rows import EVERY, Row

ZERO = Decimal(0)
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What hangs on one symbol, or on one expiration. positions: how many; at_risk: USD, of those with a limit.

    day: of an expiration, which has no risk of its own: that is the positions'.
    """

    name: str
    positions: int
    at_risk: Decimal | None = None
    day: date | None = None
    greeks: Greeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """USD; shares as fractions. unmarked: positions without a mark; unlimited: whose loss has no limit."""

    account: str
    positions: int
    open_pnl: Decimal
    unmarked: int
    today: Decimal
    closed_today: int
    at_risk: Decimal
    unlimited: int
    account_size: Decimal
    severities: dict[Severity, int]
    greeks: Greeks
    wins: int
    closed: int
    by_symbol: list[Exposure]
    by_expiration: list[Exposure]

    @property
    def risk_share(self) -> float:
        return float(self.at_risk / self.account_size)

    @property
    def win_rate(self) -> float | None:
        return self.wins / self.closed if self.closed else None


def summary_of(owner: User, rows: Sequence[Row], *, account: str, at: datetime) -> Summary:
    """Return the figures of `rows`, which are those of `account`; one query for what was closed."""
    closed = _closed_lately(owner, account, at=at)
    return Summary(
        account=account,
        positions=len(rows),
        open_pnl=sum((row.position.unrealized_pnl for row in rows), ZERO),
        unmarked=sum(row.position.marked_at is None for row in rows),
        today=closed["today"] or ZERO,
        closed_today=closed["closed_today"],
        at_risk=_risk(rows),
        unlimited=sum(row.at_risk is None for row in rows),
        account_size=preferences_of(owner).account_size,
        severities=counted(row.since for row in rows),
        greeks=total(row.greeks for row in rows),
        wins=closed["wins"],
        closed=closed["closed"],
        by_symbol=_grouped(rows, lambda row: row.position.symbol),
        by_expiration=_by_expiration(rows, at=at),
    )


def _closed_lately(owner: User, account: str, *, at: datetime) -> dict[str, Any]:
    midnight = clock.midnight(clock.in_new_york(at).date())
    found = Position.objects.filter(account__owner=owner, closed_at__gte=at - timedelta(days=DAYS))
    if account != EVERY:
        found = found.filter(account__kind=account)
    is_today = Q(closed_at__gte=midnight)
    return found.aggregate(
        today=Sum("pnl", filter=is_today),
        closed_today=Count("pk", filter=is_today),
        wins=Count("pk", filter=Q(pnl__gt=0)),
        closed=Count("pk"),
    )


def _risk(rows: Sequence[Row]) -> Decimal:
    return sum((row.at_risk for row in rows if row.at_risk is not None), ZERO)


def _grouped(rows: Sequence[Row], name_of: Callable[[Row], str]) -> list[Exposure]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(name_of(row), []).append(row)
    return [
        Exposure(name=name, positions=len(found), at_risk=_risk(found), greeks=total(row.greeks for row in found))
        for name, found in sorted(groups.items())
    ]


def _by_expiration(rows: Sequence[Row], *, at: datetime) -> list[Exposure]:
    """Return the greeks by the day their legs expire; a calendar stands on two days."""
    found: dict[date, list[Greeks]] = {}
    holders: dict[date, set[int]] = {}
    for row in rows:
        spot = None if row.spot is None else float(row.spot)
        for leg in row.legs:
            if leg.open_quantity and leg.expiration is not None:
                found.setdefault(leg.expiration, []).append(of_leg(leg, spot, at=at))
                holders.setdefault(leg.expiration, set()).add(row.position.pk)
    return [
        Exposure(name=f"{day:%-d %b %Y}", day=day, positions=len(holders[day]), greeks=total(each))
        for day, each in sorted(found.items())
    ]
