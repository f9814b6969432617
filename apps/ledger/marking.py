"""Marking: what every open position is worth now, in one pass however many there are.

A mark is the mid of bid and ask. A quote that cannot be marked leaves the last mark with its moment and says why.
What has expired is no longer marked: it is settled, or says itself why not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from apps.ledger.filling import reckon, show_mark
from apps.ledger.models import Account, Leg, Position
from apps.ledger.pricing import LegQuote, quote_leg
from apps.ledger.settling import has_closed
from apps.market.budget import Priority
from apps.market.quotes import QuoteBook

_BATCH = 1000
Row = TypeVar("Row", Leg, Position)
LEG_FIELDS = ("bid", "ask", "mark", "iv", "marked_at", "source", "truth")
POSITION_FIELDS = ("unrealized_pnl", "current_price", "marked_at", "mark_problem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a pass did. positions: all that were looked at; users: whose; problems: those that got no new mark."""

    positions: int
    problems: int
    users: frozenset[int]


def mark_open_positions(*, at: datetime, symbol: str = "", priority: Priority = Priority.SCHEDULED) -> Marked:
    """Mark every open position at quoted prices (of `symbol`, where one is named) and store the marks."""
    # Accounts at model prices are marked by their model.
    found = Position.objects.filter(status=Position.Status.OPEN).exclude(account__kind=Account.Kind.MODEL)
    found = found.order_by("pk")
    if symbol:
        found = found.filter(symbol=symbol)
    quotes = _Quotes(at=at, priority=priority)
    positions, problems = 0, 0
    users: set[int] = set()
    for batch in _batches(list(found.values_list("pk", flat=True))):
        marked = _mark_batch(batch, quotes, at=at)
        positions += len(marked)
        problems += sum(1 for position in marked if position.mark_problem)
        users.update(position.account.owner_id for position in marked)
    return Marked(positions=positions, problems=problems, users=frozenset(users))


class _Quotes:
    """The quotes of one pass: each contract is looked up once."""

    def __init__(self, *, at: datetime, priority: Priority) -> None:
        self._at = at
        self._priority = priority
        self._books: dict[str, QuoteBook] = {}
        self._known: dict[tuple[object, ...], LegQuote] = {}
        self._closed: dict[date, bool] = {}

    def have_ended(self, legs: Iterable[Leg]) -> bool:
        """Return whether a leg still open has stopped trading."""
        days = {leg.expiration for leg in legs if leg.open_quantity and leg.expiration is not None}
        for day in days - self._closed.keys():
            self._closed[day] = has_closed(day, self._at)
        return any(self._closed[day] for day in days)

    def of(self, symbol: str, leg: Leg) -> LegQuote:
        contract = (symbol, leg.kind, leg.strike, leg.expiration, leg.root)
        if contract not in self._known:
            if symbol not in self._books:
                self._books[symbol] = QuoteBook(symbol, at=self._at, priority=self._priority)
            self._known[contract] = quote_leg(self._books[symbol], leg, at=self._at)
        return self._known[contract]


def _mark_batch(keys: Sequence[int], quotes: _Quotes, *, at: datetime) -> list[Position]:
    """Mark positions that are still open once their rows are locked: a close meanwhile is not overwritten."""
    with transaction.atomic():
        positions = list(
            Position.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(pk__in=keys, status=Position.Status.OPEN)
            .order_by("pk")
        )
        legs = defaultdict(list)
        for leg in Leg.objects.filter(position__in=positions).order_by("number"):
            legs[leg.position_id].append(leg)
        positions = [position for position in positions if not quotes.have_ended(legs[position.pk])]
        for position in positions:
            _mark(position, legs[position.pk], quotes, at=at)
        _write(Leg, [leg for position in positions for leg in legs[position.pk]], LEG_FIELDS)
        _write(Position, positions, POSITION_FIELDS)
    return positions


def _write(model: type[Row], rows: Sequence[Row], fields: Sequence[str]) -> None:
    """Update `fields` of rows that are there and locked; as an upsert, since bulk_update takes ten times as long."""
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields)


def _mark(position: Position, legs: Sequence[Leg], quotes: _Quotes, *, at: datetime) -> None:
    """Put the newest marks on a position: all of its open legs, or none, so that its price is of one moment."""
    held = [leg for leg in legs if leg.open_quantity]
    found = [quotes.of(position.symbol, leg) for leg in held]
    missing = [quote.problem or "A leg has no mid." for quote in found if quote.mark is None]
    if missing:
        position.mark_problem = " ".join(dict.fromkeys(missing))
        return
    for leg, quote in zip(held, found, strict=True):
        show_mark(leg, quote)
    reckon(position, legs)
    position.marked_at = at
    position.mark_problem = " ".join(dict.fromkeys(quote.problem for quote in found if quote.problem))


def _batches(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
