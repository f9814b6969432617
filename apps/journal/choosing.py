"""What of the journal is looked at: accounts, period, and the filters of the list, as they stand in the address."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from alphagex import clock
from apps.journal.models import JournalEntry
from apps.ledger.models import Account

PERIODS = (7, 14, 30, 60, 90, 180)
USUAL_PERIOD = 30
EVERY_ACCOUNT = "all"
ACCOUNTS = {kind.value: str(kind.label) for kind in Account.Kind} | {EVERY_ACCOUNT: "All accounts"}
RESULTS = {"win": "Winners", "loss": "Losers, break-even too", "noted": "With notes"}
UNRATED = "none"
_LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A view of the journal. days: None for all; day: one New York day, whatever the period; the rest narrow the list.

    Words nobody offers fall back to what is shown without them.
    """

    account: str = Account.Kind.OWN.value
    days: int | None = USUAL_PERIOD
    symbol: str = ""
    strategy: str = ""
    tag: str = ""
    rating: str = ""
    result: str = ""
    text: str = ""
    day: date | None = None

    @property
    def account_words(self) -> str:
        return ACCOUNTS[self.account]

    @property
    def period_words(self) -> str:
        return "all time" if self.days is None else f"{self.days} days"

    @property
    def is_narrowed(self) -> bool:
        return self != replace(Chosen(), account=self.account, days=self.days)

    @property
    def query(self) -> str:
        """Return the address's query, without what is usual."""
        usual = asdict(Chosen())
        named = {name: value for name, value in asdict(self).items() if value != usual[name]}
        if "days" in named and self.days is None:
            named["days"] = "all"
        return urlencode(named)

    def but(self, **changes: object) -> "Chosen":
        """Return the same view with something changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def chosen_of(given: Mapping[str, str]) -> Chosen:
    """Return what an address asks for."""
    account, days, rating = given.get("account", ""), given.get("days", ""), given.get("rating", "")
    result = given.get("result", "")
    return Chosen(
        account=account if account in ACCOUNTS else Account.Kind.OWN.value,
        days=_period(days),
        symbol=given.get("symbol", "").strip().upper()[:12],
        strategy=given.get("strategy", "").strip()[:200],
        tag=given.get("tag", "").strip()[:30],
        rating=rating if rating in {*"12345", UNRATED} else "",
        result=result if result in RESULTS else "",
        text=given.get("text", "").replace("\x00", "").strip()[:_LONGEST_TEXT],
        day=_day(given.get("day", "")),
    )


def of_accounts(owner: User, account: str) -> QuerySet[JournalEntry]:
    """Return an owner's entries of a kind of account, or of all."""
    entries = JournalEntry.objects.filter(owner=owner)
    return entries if account == EVERY_ACCOUNT else entries.filter(account_kind=account)


def in_period(owner: User, chosen: Chosen, *, at: datetime) -> QuerySet[JournalEntry]:
    """Return the entries the figures are of, newest first; cut to the second, as the engine cuts."""
    entries = of_accounts(owner, chosen.account).order_by("-closed_at", "-pk")
    return entries if chosen.days is None else entries.filter(closed_at__gte=since(chosen.days, at=at))


def since(days: int, *, at: datetime) -> datetime:
    """Return the moment a period of so many days begins."""
    return (at - timedelta(days=days)).replace(microsecond=0)


def listed(owner: User, chosen: Chosen, *, at: datetime) -> QuerySet[JournalEntry]:
    """Return the entries of the list, newest first. A day overrides the period."""
    if chosen.day is None:
        entries = in_period(owner, chosen, at=at)
    else:
        begins = clock.midnight(chosen.day)
        ends = clock.midnight(chosen.day + timedelta(days=1))
        entries = of_accounts(owner, chosen.account).filter(closed_at__gte=begins, closed_at__lt=ends)
        entries = entries.order_by("-closed_at", "-pk")
    return entries.filter(_narrowed(chosen))


def _narrowed(chosen: Chosen) -> Q:
    wanted = Q()
    if chosen.symbol:
        wanted &= Q(symbol=chosen.symbol)
    if chosen.strategy:
        wanted &= Q(strategy=chosen.strategy)
    if chosen.tag:
        wanted &= Q(tags__contains=[chosen.tag])
    if chosen.rating:
        wanted &= Q(rating__isnull=True) if chosen.rating == UNRATED else Q(rating=int(chosen.rating))
    if chosen.result:
        wanted &= {"win": Q(pnl__gt=0), "loss": Q(pnl__lte=0), "noted": ~Q(notes="") | ~Q(lesson="")}[chosen.result]
    for word in re.split(r"\s+", chosen.text) if chosen.text else ():
        wanted &= (
            Q(strategy__icontains=word)
            | Q(notes__icontains=word)
            | Q(lesson__icontains=word)
            | Q(exit_reason__icontains=word)
        )
    return wanted


def _period(text: str) -> int | None:
    if text == "all":
        return None
    return int(text) if text.isdecimal() and int(text) in PERIODS else USUAL_PERIOD


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if clock.FIRST_DAY <= day <= clock.LAST_DAY else None
