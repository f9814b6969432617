"""The journal over the API: closed trades, what their trader writes about them, and what they add up to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from django.db import transaction
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from alphagex import clock
from apps.api.pages import Limit, Offset, Page, page_of
from apps.api.parameters import Key, Number
from apps.api.problems import INCOMPLETE, RESPONSES, Problem, not_found, of_form
from apps.api.requests import ApiRequest
from apps.api.tables import Format, csv_file
from apps.journal import by_hand, export, gamma_map
from apps.journal.choosing import Chosen, listed
from apps.journal.forms import MOST_TAGS, NewTradeForm, ReviewForm, TradeForm
from apps.journal.models import LONGEST_TAG, JournalEntry
from apps.journal.record import record_of

router = Router(tags=["Journal"])
MOST_MONEY = Decimal(10) ** 12  # USD: the table's columns hold a hundred times as much
Accounts = Literal["own", "paper", "model", "autonomous", "all"]
Days = Literal["7", "14", "30", "60", "90", "180", "all"]
Price = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=4, allow_inf_nan=False)]
Usd = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=2, allow_inf_nan=False)]
Notes = Annotated[str, Field(max_length=20_000)]


class MapSaid(Schema):
    """The gamma map at a moment. Prices in points; net_gex: USD per 1 % move."""

    spot: float
    net_gex: float | None
    flip: float | None
    call_wall: float | None
    put_wall: float | None
    as_of: datetime | None
    label: str


class EntrySaid(Schema):
    """A closed trade. Prices: USD a share; pnl: USD after commissions. position: null for one written by hand.

    r_multiple: P&L in units of what was risked, null where that is not known.
    """

    number: int
    account: str
    position: int | None
    symbol: str
    strategy: str
    direction: Literal["LONG", "SHORT"]
    opened_at: datetime
    closed_at: datetime
    hours_held: float
    quantity: int
    multiplier: int
    entry_price: Decimal
    exit_price: Decimal | None
    commissions: Decimal
    pnl: Decimal
    max_loss: Decimal | None
    r_multiple: float | None
    exit_reason: str
    entry_map: MapSaid | None
    exit_map: MapSaid | None
    notes: str
    lesson: str
    tags: list[str]
    rating: int | None


class ResultSaid(Schema):
    """Trades of one strategy or symbol. USD; win_rate: per cent."""

    name: str
    trades: int
    pnl: float
    average: float
    wins: int
    win_rate: float


class SayingSaid(Schema):
    title: str
    text: str


class StatisticsSaid(Schema):
    """Of the chosen accounts and period. USD, rates as fractions, hours. profit_factor: null for infinite.

    average_r: of the `with_r` trades whose risk is known.
    """

    account: str
    days: str
    trades: int
    winners: int
    losers: int
    win_rate: float
    pnl: float
    expectancy: float
    profit_factor: float | None
    average_win: float
    average_loss: float
    best: float
    worst: float
    hours_held: float
    average_r: float | None
    with_r: int
    strategies: list[ResultSaid]
    symbols: list[ResultSaid]
    insights: list[SayingSaid]
    recommendations: list[SayingSaid]


class TradeAsked(Schema):
    """A closed trade the ledger does not know. unit: contract (100 shares) or share. commissions, max_loss: USD."""

    symbol: Annotated[str, Field(max_length=12)]
    strategy: Annotated[str, Field(min_length=1, max_length=200)]
    direction: Literal["LONG", "SHORT"]
    unit: Literal["contract", "share"] = "contract"
    quantity: Annotated[int, Field(ge=1, le=100_000)]
    entry_price: Price
    exit_price: Price
    commissions: Usd = Decimal(0)
    max_loss: Usd | None = None
    opened_at: AwareDatetime
    closed_at: AwareDatetime


class EntryAsked(TradeAsked):
    """A trade with its notes (Markdown)."""

    notes: Notes = ""


class ChangeAsked(Schema):
    """What changes; a field that is left out stays. trade: only of an entry by hand. rating: null for none."""

    notes: Notes | None = None
    lesson: Annotated[str, Field(max_length=4_000)] | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=LONGEST_TAG)]], Field(max_length=MOST_TAGS)] | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    trade: TradeAsked | None = None


@router.get("", response={200: Page[EntrySaid], **RESPONSES})
def entries(
    request: ApiRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Format = "json",
    account: Accounts = "own",
    days: Days = "all",
    symbol: Annotated[str, Query(max_length=12)] = "",
    strategy: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[str, Query(max_length=LONGEST_TAG)] = "",
    rating: Literal["", "1", "2", "3", "4", "5", "none"] = "",
    result: Literal["", "win", "loss", "noted"] = "",
    text: Annotated[str, Query(max_length=100)] = "",
    day: date | None = None,
) -> Any:
    """Closed trades, newest first. text: words that all stand in it. day: one day, whatever the period."""
    if day is not None and not clock.FIRST_DAY <= day <= clock.LAST_DAY:
        raise Problem(422, INCOMPLETE, "No calendar reaches that day.", {"day": ["No calendar reaches that day."]})
    chosen = Chosen(
        account=account, days=_period(days), symbol=symbol.strip().upper(), strategy=strategy.strip(),
        tag=tag.strip(), rating=rating, result=result, text=text.strip(), day=day,
    )  # fmt: skip
    found = listed(request.user, chosen, at=clock.now())
    if format == "csv":
        return csv_file(f"journal-{clock.today():%Y-%m-%d}", export.as_csv(found))
    return page_of(found, _said, limit=limit, offset=offset)


@router.post("", response={200: EntrySaid, 201: EntrySaid, **RESPONSES})
def write_down(request: ApiRequest, asked: EntryAsked, key: Key = "") -> Any:
    """Write down a trade by hand; 200 where this Idempotency-Key has done it before."""
    form = NewTradeForm(_typed(asked) | {"notes": asked.notes})
    if not form.is_valid():
        raise of_form(form)
    notes, intention = form.cleaned_data.pop("notes"), f"api:{key or uuid4().hex}"
    was_written = JournalEntry.objects.filter(owner=request.user, key=intention).exists()
    entry = by_hand.write_down(request.user, form.trade(), key=intention, notes=notes)
    return Status(200 if was_written else 201, _said(_own(request, entry.pk)))


@router.get("/statistics", response={200: StatisticsSaid, **RESPONSES})
def statistics(request: ApiRequest, account: Accounts = "own", days: Days = "30") -> dict[str, Any]:
    """What the trades of a period add up to and teach."""
    found = record_of(request.user, Chosen(account=account, days=_period(days)), at=clock.now())
    named = {name: getattr(found, name) for name in StatisticsSaid.model_fields if hasattr(found, name)}
    return named | {"account": account, "days": days}


@router.get("/{number}", response={200: EntrySaid, **RESPONSES})
def entry(request: ApiRequest, number: Number) -> dict[str, Any]:
    """One entry."""
    return _said(_own(request, number))


@router.put("/{number}", response={200: EntrySaid, **RESPONSES})
def change(request: ApiRequest, number: Number, asked: ChangeAsked) -> dict[str, Any]:
    """Change what is written about a trade; of one written by hand also what was stated of it."""
    found = _own(request, number)
    review = ReviewForm(_reviewed(found, asked))
    if not review.is_valid():
        raise of_form(review)
    form = TradeForm(_typed(asked.trade)) if asked.trade is not None else None
    if form is not None and not form.is_valid():
        raise of_form(form)
    try:
        with transaction.atomic():
            if form is not None:
                by_hand.correct(found, form.trade())
            review.write_to(found)
    except by_hand.LedgerEntryError as error:
        raise Problem(409, "Not by hand", str(error)) from error
    return _said(_own(request, number))


@router.delete("/{number}", response={204: None, **RESPONSES})
def remove(request: ApiRequest, number: Number) -> Any:
    """Remove an entry by hand with its pictures; 409 for the ledger's trades."""
    try:
        by_hand.remove(_own(request, number))
    except by_hand.LedgerEntryError as error:
        raise Problem(409, "Not by hand", str(error)) from error
    return Status(204, None)


def _said(entry: JournalEntry) -> dict[str, Any]:
    otherwise = ("number", "account", "position", "r_multiple", "entry_map", "exit_map")
    found = {name: getattr(entry, name) for name in EntrySaid.model_fields if name not in otherwise}
    return found | {
        "number": entry.pk,
        "account": entry.account_kind,
        "position": entry.position_id,
        "r_multiple": None if entry.r_multiple is None else float(entry.r_multiple),
        "entry_map": gamma_map.read(entry.entry_map),
        "exit_map": gamma_map.read(entry.exit_map),
    }


def _typed(asked: TradeAsked) -> dict[str, Any]:
    """Return what the page's form takes. Raises Problem for what no calendar or column holds."""
    for name in ("opened_at", "closed_at"):
        year = getattr(asked, name).year
        if not clock.FIRST_DAY.year < year < clock.LAST_DAY.year:
            raise Problem(422, INCOMPLETE, "No calendar reaches that day.", {name: ["No calendar reaches that day."]})
    shares = 1 if asked.unit == "share" else 100
    if max(asked.entry_price, asked.exit_price) * asked.quantity * shares > MOST_MONEY:
        said = "That is more money than the journal counts."
        raise Problem(422, INCOMPLETE, said, {"quantity": [said]})
    typed = {name: getattr(asked, name) for name in TradeAsked.model_fields}
    return {name: "" if value is None else value for name, value in typed.items()} | {"unit": str(shares)}


def _reviewed(entry: JournalEntry, asked: ChangeAsked) -> dict[str, str]:
    """Return the whole review as the page's form takes it: what is stored, and what changes of it."""
    changes = asked.dict(exclude_unset=True, exclude={"trade"})
    kept: dict[str, Any] = {name: getattr(entry, name) for name in ("notes", "lesson", "tags", "rating")} | changes
    tags = ", ".join(kept["tags"] or [])
    rating = "" if kept["rating"] is None else str(kept["rating"])
    return {"notes": kept["notes"] or "", "lesson": kept["lesson"] or "", "tags": tags, "rating": rating}


def _period(days: str) -> int | None:
    return None if days == "all" else int(days)


def _own(request: ApiRequest, number: int) -> JournalEntry:
    if (found := JournalEntry.objects.filter(pk=number, owner=request.user).first()) is None:
        raise not_found("journal entry")
    return found
