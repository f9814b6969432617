"""The engines' tables with the ledger behind them: a row is opened and closed together with its position, or not.

Insert opens the position and stores the row in one transaction; an update to CLOSED closes it. What the account
refuses raises RefusedError and nothing of it is stored but the refused order with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from apps.ledger.closing import ClosingError, close_position
from apps.ledger.models import Account, Order, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.pricing import LegQuote, as_stored
from apps.ledger.tickets import LegTicket, Ticket, TicketError
from apps.market.models import Snapshot
from apps.paper.contracts import leg_of_model_priced
from apps.paper.marks import show_quotes
from apps.paper.models import PaperPosition
from apps.paper.store import POSITIONS, PaperStore
from legacy_engines.storage import Condition, Row
from legacy_engines.trading import paper_v1

MODEL_SOURCE = "Black-Scholes"


class RefusedError(Exception):
    """An order the account does not take. The message says why, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """What a person or the desk wants done, beside what the engine writes.

    key: names it, so that the same one twice is done once. legs, quotes: of a trade at quoted prices.
    """

    at: datetime
    by: User | None
    key: str
    reason: str = ""
    legs: tuple[LegTicket, ...] = ()
    quotes: Sequence[LegQuote] | None = None
    target: Decimal | None = None
    stop: Decimal | None = None
    idea_id: int | None = None


class BookedStore(PaperStore):
    """The tables of one account for one intention."""

    def __init__(self, account: Account, intention: Intention) -> None:
        super().__init__(account.owner, account)
        self._in_use = account
        self._intention = intention

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row; a position's is added with its position in the ledger. Raises RefusedError, IntegrityError."""
        return self._opened(table, row) if table in POSITIONS else super().insert(table, row)

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        """Change rows; those that are closed, or marked to the model, with their positions. Raises RefusedError."""
        if table not in POSITIONS:
            return super().update(table, changes, where)
        with transaction.atomic():
            for row in self.select(table, where):
                self._follow(table, row, changes)
            return super().update(table, changes, where)

    def _opened(self, table: str, row: Mapping[str, Any]) -> int:
        numbers: list[int] = []

        def keep(position: Position) -> None:
            number = super(BookedStore, self).insert(table, row)
            POSITIONS[table]._default_manager.filter(pk=number).update(position=position)
            numbers.append(number)

        wanted = self._intention
        try:
            order = open_position(
                self._in_use,
                self._ticket(table, row),
                at=wanted.at,
                by=wanted.by,
                key=wanted.key,
                terms=self._terms(table, row),
                reason=wanted.reason,
                then=keep,
            )
        except TicketError as error:
            raise RefusedError(str(error)) from error
        if order.status != Order.Status.FILLED:
            raise RefusedError(order.refusal)
        if not numbers:  # the same intention again
            numbers.append(POSITIONS[table]._default_manager.get(position=order.position_id).pk)
        return numbers[0]

    def _ticket(self, table: str, row: Mapping[str, Any]) -> Ticket:
        is_model = table == paper_v1.POSITIONS
        return Ticket(
            symbol=row["symbol"],
            strategy=row["strategy"],
            legs=(leg_of_model_priced(row),) if is_model else self._intention.legs,
            quantity=row["quantity"],
            target=self._intention.target,
            stop=self._intention.stop,
            notes=(row["notes"] if is_model else row["trade_reasoning"]) or "",
            idea_id=self._intention.idea_id,
        )

    def _terms(self, table: str, row: Mapping[str, Any]) -> Terms:
        if table == paper_v1.POSITIONS:
            return model_terms(row["symbol"], row["entry_premium"], at=self._intention.at)
        return Terms(quotes=self._intention.quotes)

    def _follow(self, table: str, row: Row, changes: Mapping[str, Any]) -> None:
        linked = POSITIONS[table]._default_manager.filter(pk=row["id"]).select_related("position").get()
        if linked.position is None:
            return  # of the old program: the ledger never knew it
        if changes.get("status") == "CLOSED":
            self._close(row["id"], linked.position, self._closing_terms(table, row, changes), changes)
        elif isinstance(linked, PaperPosition) and changes.get("current_value") is not None:
            price = changes["current_value"] / (row["quantity"] * 100)
            show_quotes(linked.position, [_model_quote(row["symbol"], price, at=self._intention.at)])

    def _closing_terms(self, table: str, row: Row, changes: Mapping[str, Any]) -> Terms:
        if table == paper_v1.POSITIONS:
            return model_terms(row["symbol"], changes["exit_price"], at=self._intention.at)
        return Terms(quotes=self._intention.quotes)

    def _close(self, number: int, position: Position, terms: Terms, changes: Mapping[str, Any]) -> None:
        wanted = self._intention
        try:
            order = close_position(
                position,
                at=wanted.at,
                by=wanted.by,
                key=f"{wanted.key}:{number}",
                terms=terms,
                reason=changes.get("exit_reason") or wanted.reason,
            )
        except ClosingError as error:
            raise RefusedError(str(error)) from error
        if order.status != Order.Status.FILLED:
            raise RefusedError(order.refusal)


def model_terms(symbol: str, price: float, *, at: datetime) -> Terms:
    """Return the terms of an order that is filled at the model's price, which the fill names as its source."""
    quote = _model_quote(symbol, price, at=at)
    return Terms(prices=[quote.mark or Decimal(0)], quotes=[quote], is_model=True)


def _model_quote(symbol: str, price: float, *, at: datetime) -> LegQuote:
    """Return the model's price as a quote without bid and ask; it is as true as the spot it was computed from."""
    newest = Snapshot.objects.of(symbol).first()
    return LegQuote(
        mark=as_stored(Decimal(repr(float(price)))),
        quoted_at=newest.as_of if newest else at,
        source=MODEL_SOURCE,
        truth=newest.kind if newest else "",
    )
