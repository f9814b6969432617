"""Closed positions: filters, pages, what they brought together, and CSV."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from alphagex import clock
from apps.ledger.leg_words import in_one_line
from apps.ledger.models import Position
from apps.market.csv_lines import csv_lines, number
from apps.positions.open_rows import EVERY, FILTERS, OWN, Row
from legacy_engines.screens.positions import history_summary

PAGE_SIZE = 20  # as many as the old table showed
OUTCOMES = {"win": "Winners", "loss": "Losers", "even": "Break-even"}
CLOSED_COLUMNS = (
    "account", "symbol", "strategy", "direction", "legs", "quantity", "opened_et", "closed_et", "entry_price",
    "exit_price", "pnl_usd", "pnl_percent", "commissions_usd", "exit_reason",
)  # fmt: skip
OPEN_COLUMNS = (
    "account", "symbol", "strategy", "direction", "legs", "quantity", "opened_et", "entry_price", "mark", "marked_et",
    "pnl_usd", "pnl_percent", "at_risk_usd", "target", "stop", "delta_usd", "theta_usd_per_day", "since_entry",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What of the history is looked at, as it stands in the address. Words nobody offers fall back to none."""

    account: str = OWN
    symbol: str = ""
    strategy: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> str:
        usual = asdict(Chosen())
        return urlencode({name: value for name, value in asdict(self).items() if value != usual[name]})

    @property
    def is_narrowed(self) -> bool:
        return self != replace(Chosen(), account=self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A closed position. share: P&L of what was paid or received, a fraction."""

    position: Position

    @property
    def contracts(self) -> str:
        return in_one_line(list(self.position.legs.all()))

    @property
    def share(self) -> float | None:
        return float(self.position.pnl / self.position.size) if self.position.size else None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One page, and the figures over everything that is chosen (C-16)."""

    chosen: Chosen
    page: Page[Position]
    rows: list[Closed]
    figures: Mapping[str, float]
    symbols: list[str]


def chosen_of(given: Mapping[str, str]) -> Chosen:
    """Return what an address asks for."""
    account, outcome = given.get("account", OWN), given.get("outcome", "")
    return Chosen(
        account=account if account in FILTERS else OWN,
        symbol=given.get("symbol", "").strip().upper()[:12],
        strategy=given.get("strategy", "").replace("\x00", "").strip()[:200],
        outcome=outcome if outcome in OUTCOMES else "",
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def history_of(owner: User, chosen: Chosen, *, number: str) -> History:
    """Return a page of the closed positions, newest first, in five queries."""
    found = listed(owner, chosen)
    page = Paginator(found.select_related("account").prefetch_related("legs"), PAGE_SIZE).get_page(number)
    symbols = _closed(owner, chosen.account).order_by("symbol").values_list("symbol", flat=True).distinct()
    return History(
        chosen=chosen,
        page=page,
        rows=[Closed(position=position) for position in page],
        figures=history_summary([{"pnl": float(pnl)} for pnl in found.values_list("pnl", flat=True)]),
        symbols=list(symbols),
    )


def listed(owner: User, chosen: Chosen) -> QuerySet[Position]:
    """Return the chosen closed positions, newest first."""
    found = _closed(owner, chosen.account)
    if chosen.symbol:
        found = found.filter(symbol=chosen.symbol)
    if chosen.strategy:
        found = found.filter(strategy__icontains=chosen.strategy)
    if chosen.outcome:
        found = found.filter(**{"win": {"pnl__gt": 0}, "loss": {"pnl__lt": 0}, "even": {"pnl": 0}}[chosen.outcome])
    if chosen.since:
        found = found.filter(closed_at__gte=clock.midnight(chosen.since))
    if chosen.until:
        found = found.filter(closed_at__lt=clock.midnight(chosen.until + timedelta(days=1)))
    return found.order_by("-closed_at", "-pk")


def closed_csv(owner: User, chosen: Chosen) -> Iterator[str]:
    """Return all chosen closed positions as CSV, however many pages they fill."""
    found = listed(owner, chosen).select_related("account").prefetch_related("legs").iterator(chunk_size=500)
    return csv_lines(CLOSED_COLUMNS, (_closed_line(Closed(position=position)) for position in found))


def open_csv(rows: Sequence[Row]) -> Iterator[str]:
    """Return open positions as CSV."""
    return csv_lines(OPEN_COLUMNS, (_open_line(row) for row in rows))


def _closed(owner: User, account: str) -> QuerySet[Position]:
    found = Position.objects.filter(account__owner=owner, status=Position.Status.CLOSED)
    return found if account == EVERY else found.filter(account__kind=account)


def _closed_line(one: Closed) -> Sequence[str]:
    position = one.position
    return (
        *_common(position, one.contracts, position.quantity),
        _moment(position.closed_at or position.opened_at),
        number(position.entry_price),
        number(position.exit_price),
        number(position.pnl),
        _percent(one.share),
        number(position.commissions),
        position.exit_reason,
    )


def _open_line(row: Row) -> Sequence[str]:
    position = row.position
    return (
        *_common(position, row.contracts, position.open_quantity),
        number(position.entry_price),
        number(position.current_price),
        _moment(position.marked_at) if position.marked_at else "",
        number(row.pnl),
        _percent(row.share),
        number(row.at_risk),
        number(position.target),
        number(position.stop),
        "" if row.greeks.missing else f"{row.greeks.dollars:.0f}",
        "" if row.greeks.missing else f"{row.greeks.theta:.2f}",
        row.since.word,
    )


def _common(position: Position, contracts: str, quantity: int) -> Sequence[str]:
    return (
        position.account.get_kind_display(),
        position.symbol,
        position.strategy,
        position.direction,
        contracts,
        str(quantity),
        _moment(position.opened_at),
    )


def _moment(moment: datetime) -> str:
    return f"{clock.in_new_york(moment):%Y-%m-%d %H:%M:%S}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f}"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if clock.FIRST_DAY <= day <= clock.LAST_DAY else None
