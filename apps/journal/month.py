"""The calendar: what each New York day brought, in weeks from Monday on."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from alphagex import clock
from apps.journal.choosing import Chosen, of_accounts

ZERO = Decimal(0)
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day. note: why nothing is traded on it, or empty. query: of the address that lists its trades."""

    day: date
    pnl: Decimal = ZERO
    trades: int = 0
    is_of_month: bool = True
    is_today: bool = False
    note: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week's days that belong to the month, and what they brought together."""

    days: Sequence[Day]
    pnl: Decimal
    trades: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """first: its first day. earlier, later: neighbours as YYYY-MM, empty where there is nothing to see."""

    first: date
    names: Sequence[str]
    weeks: Sequence[Week]
    pnl: Decimal
    trades: int
    won: int
    lost: int
    earlier: str
    later: str

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def columns(self) -> int:
        return len(self.names) + 1


def month_of(owner: User, chosen: Chosen, asked: str, *, at: datetime) -> Month:
    """Return a month (YYYY-MM; else that of the newest trade) of the chosen accounts, whatever the period."""
    entries = of_accounts(owner, chosen.account)
    today = clock.in_new_york(at).date()
    bounds = entries.order_by("closed_at").values_list("closed_at", flat=True).first()
    newest = entries.order_by("-closed_at", "-pk").values_list("closed_at", flat=True).first()
    first = _asked(asked) or (clock.in_new_york(newest).date() if newest else today).replace(day=1)
    after = _following(first)
    rows = (
        entries.filter(closed_at__gte=clock.midnight(first), closed_at__lt=clock.midnight(after))
        .order_by()
        .annotate(day=TruncDate("closed_at", tzinfo=clock.NEW_YORK))
        .values("day")
        .annotate(pnl=Sum("pnl"), trades=Count("pk"))
        .values_list("day", "pnl", "trades")
    )
    results = {day: (pnl, trades) for day, pnl, trades in rows}
    width = 7 if any(day.weekday() >= _WEEKDAYS for day in results) else _WEEKDAYS
    weeks = [
        _week([_day(day, first, results, chosen, today=today) for day in week[:width]])
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        if any(day.month == first.month for day in week[:width])
    ]
    oldest = clock.in_new_york(bounds).date() if bounds else today
    return Month(
        first=first,
        names=list(calendar.day_abbr)[:width],
        weeks=weeks,
        pnl=sum((pnl for pnl, _ in results.values()), ZERO),
        trades=sum(trades for _, trades in results.values()),
        won=sum(pnl > 0 for pnl, _ in results.values()),
        lost=sum(pnl < 0 for pnl, _ in results.values()),
        earlier=f"{_before(first):%Y-%m}" if oldest < first else "",
        later=f"{after:%Y-%m}" if after <= today else "",
    )


def _day(day: date, first: date, results: dict[date, tuple[Decimal, int]], chosen: Chosen, *, today: date) -> Day:
    if day.month != first.month:
        return Day(day=day, is_of_month=False)
    pnl, trades = results.get(day, (ZERO, 0))
    query = Chosen(account=chosen.account, days=chosen.days, day=day).query if trades else ""
    note = "closed" if not trades and clock.session_on(day) is None else ""
    return Day(day=day, pnl=pnl, trades=trades, is_today=day == today, note=note, query=query)


def _week(days: Sequence[Day]) -> Week:
    return Week(days=days, pnl=sum((day.pnl for day in days), ZERO), trades=sum(day.trades for day in days))


def _asked(text: str) -> date | None:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if clock.FIRST_DAY <= first <= clock.LAST_DAY.replace(day=1) else None


def _following(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
