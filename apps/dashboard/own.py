"""What is the user's own on the dashboard: positions, the day's result, the last thirty days, the auto trader."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Sum
from django.db.models.functions import TruncDate

from alphagex import clock
from apps.autotrader.dashboard import Switch, switch_of
from apps.autotrader.window import next_slot
from apps.dashboard.activity import Event, newest_events
from apps.ledger.accounts import Standing, account_in_use, standing
from apps.ledger.models import Account, Position
from apps.positions.conditions import counted, since_entry
from apps.positions.open_rows import OWN, newest_levels, open_positions
from legacy_engines.screens.positions import STATISTICS_DAYS, thirty_day_statistics

ZERO = Decimal(0)
_HALF = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """The two boxes of the user. counts: open positions by account, in words; today: realized, USD, own record."""

    positions: int
    counts: str
    critical: int
    warnings: int
    today: Decimal
    open_pnl: Decimal
    closed_today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One session's result. y, height: of a drawing 100 high with its zero in the middle."""

    day: date
    pnl: Decimal
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirtyDays:
    """The old statistics of the own record (C-3), and what each session brought."""

    trades: int
    win_rate: float
    total: float
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """The auto trader in a few figures. next_check: None while it is not running."""

    switch: Switch
    next_check: datetime | None
    money: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The column of the user's own."""

    month: ThirtyDays
    trader: Trader
    events: list[Event]


def boxes_of(user: User, *, at: datetime) -> Boxes:
    """Return active positions in all accounts in use, and the result of the own record's day."""
    positions = list(open_positions(user))
    kinds = Counter(position.account.get_kind_display().lower() for position in positions)
    newest = newest_levels({position.symbol for position in positions})
    severities = counted(since_entry(position, newest.get(position.symbol)) for position in positions)
    closed = _closed_since(user, clock.midnight(clock.in_new_york(at).date()))
    return Boxes(
        positions=len(positions),
        counts=", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none open",
        critical=severities["critical"],
        warnings=severities["warning"],
        today=sum((pnl for pnl, _ in closed), ZERO),
        open_pnl=sum((each.unrealized_pnl for each in positions if each.account.kind == OWN), ZERO),
        closed_today=len(closed),
    )


def own_of(user: User, *, at: datetime) -> Own:
    """Return the column."""
    return Own(month=_month(user, at=at), trader=_trader(user, at=at), events=newest_events(user))


def _month(user: User, *, at: datetime) -> ThirtyDays:
    closed = [{"pnl": float(pnl), "closed_at": when} for pnl, when in _closed_since(user, at - timedelta(days=31))]
    found = thirty_day_statistics(closed, now=at)
    return ThirtyDays(
        trades=int(found["trades"]),
        win_rate=found["win_rate"] / 100,
        total=found["total_pnl"],
        bars=_bars(user, at=at),
    )


def _bars(user: User, *, at: datetime) -> list[Bar]:
    today = clock.in_new_york(at).date()
    first = today - timedelta(days=STATISTICS_DAYS)
    days = (
        Position.objects.filter(account__owner=user, account__kind=OWN, closed_at__gte=clock.midnight(first))
        .annotate(day=TruncDate("closed_at", tzinfo=clock.NEW_YORK))
        .values("day")
        .annotate(total=Sum("pnl"))
    )
    results = {row["day"]: row["total"] for row in days}
    shown = [first + timedelta(days=number) for number in range(STATISTICS_DAYS + 1)]
    shown = [day for day in shown if day in results or clock.session_on(day) is not None]
    most = max((abs(value) for value in results.values()), default=ZERO) or Decimal(1)
    bars = []
    for day in shown:
        pnl = results.get(day, ZERO)
        height = round(float(abs(pnl) / most) * _HALF, 1)
        bars.append(Bar(day=day, pnl=pnl, y=_HALF - height if pnl > 0 else _HALF, height=height))
    return bars


def _trader(user: User, *, at: datetime) -> Trader:
    switch = switch_of(user, at=at)
    is_on = switch.word in ("Running", "Paused")
    account = account_in_use(user, Account.Kind.AUTONOMOUS, at=at)
    return Trader(switch=switch, next_check=next_slot(at) if is_on else None, money=standing(account))


def _closed_since(user: User, moment: datetime) -> list[tuple[Decimal, datetime]]:
    found = Position.objects.filter(account__owner=user, account__kind=OWN, closed_at__gte=moment)
    return [(pnl, when) for pnl, when in found.values_list("pnl", "closed_at") if when is not None]
