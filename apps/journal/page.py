"""What the journal's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Count

from apps.journal.choosing import ACCOUNTS, EVERY_ACCOUNT, PERIODS, RESULTS, UNRATED, Chosen, listed, since
from apps.journal.models import JournalEntry
from apps.journal.month import Month, month_of
from apps.journal.record import Record, record_of

A_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several choices. url: a query for links, a value for fields."""

    label: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Trades in accounts that are not chosen."""

    label: str
    trades: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The list of trades. pages: one page of it; the choices belong to its filters."""

    chosen: Chosen
    page: Page[JournalEntry]
    symbols: Sequence[str]
    strategies: Sequence[str]
    tags: Sequence[str]

    @property
    def results(self) -> dict[str, str]:
        return RESULTS

    @property
    def ratings(self) -> dict[str, str]:
        return {str(stars): f"{stars} of 5" for stars in range(5, 0, -1)} | {UNRATED: "Not rated"}

    @property
    def without_filters(self) -> Chosen:
        return Chosen(account=self.chosen.account, days=self.chosen.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The whole page. since: when the period begins, None for all; elsewhere: only where nothing is shown."""

    chosen: Chosen
    record: Record
    listing: Listing
    month: Month
    periods: Sequence[Option]
    accounts: Sequence[Option]
    since: datetime | None
    elsewhere: Sequence[Elsewhere]


def journal_of(owner: User, chosen: Chosen, *, month: str, number: str, at: datetime) -> Journal:
    """Return the page at a moment. month: YYYY-MM or empty; number: of the list's page."""
    record = record_of(owner, chosen, at=at)
    return Journal(
        chosen=chosen,
        record=record,
        listing=_listing(owner, chosen, record, number=number, at=at),
        month=month_of(owner, chosen, month, at=at),
        periods=[
            Option(
                label="All" if days is None else f"{days} d",
                url=chosen.but(days=days, day=None).query,
                active=days == chosen.days,
            )
            for days in (*PERIODS, None)
        ],
        accounts=[Option(label=label, url=value, active=value == chosen.account) for value, label in ACCOUNTS.items()],
        since=None if chosen.days is None else since(chosen.days, at=at),
        elsewhere=[] if record.trades else _elsewhere(owner, chosen),
    )


def listing_of(owner: User, chosen: Chosen, *, number: str, at: datetime) -> Listing:
    """Return the list alone."""
    return _listing(owner, chosen, record_of(owner, chosen, at=at), number=number, at=at)


class _Counted(Paginator[JournalEntry]):
    """Pages whose number of trades is known already."""

    def __init__(self, entries: object, trades: int | None) -> None:
        super().__init__(entries, A_PAGE)  # type: ignore[arg-type]
        if trades is not None:
            self.__dict__["count"] = trades


def _listing(owner: User, chosen: Chosen, record: Record, *, number: str, at: datetime) -> Listing:
    entries = listed(owner, chosen, at=at)
    pages = _Counted(entries, None if chosen.is_narrowed else record.trades)
    return Listing(
        chosen=chosen,
        page=pages.get_page(number),
        symbols=sorted({one.name for one in record.symbols} | ({chosen.symbol} - {""})),
        strategies=sorted({one.name for one in record.strategies} | ({chosen.strategy} - {""})),
        tags=sorted({*record.tags} | ({chosen.tag} - {""})),
    )


def _elsewhere(owner: User, chosen: Chosen) -> list[Elsewhere]:
    """Return which accounts, or which longer period, have trades to show."""
    counts = (
        JournalEntry.objects.filter(owner=owner)
        .order_by()
        .values_list("account_kind")
        .annotate(trades=Count("pk"))
        .order_by("account_kind")
    )
    return [
        Elsewhere(label=f"{ACCOUNTS[kind]}, all time", trades=trades, query=Chosen(account=kind, days=None).query)
        for kind, trades in counts
        if kind != chosen.account or chosen.days is not None or chosen.account == EVERY_ACCOUNT
    ]
