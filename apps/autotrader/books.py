"""Where the orders of a run go: into the ledger, nowhere (looking ahead), or to what the ledger said then."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from alphagex import clock
from apps.autotrader.faults import AtStep
from apps.autotrader.models import AutonomousPosition
from apps.autotrader.notebook import Notebook
from apps.autotrader.trader import RefusedError
from apps.ledger.closing import ClosingError, close_position
from apps.ledger.models import Account, Order, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.pricing import LegQuote
from apps.ledger.tickets import Ticket, TicketError

ORDERS = "orders"


class LedgerBooks:
    """Opens and closes in the ledger on the quotes of the run, and notes what the ledger said."""

    def __init__(self, account: Account, *, at: datetime, notebook: Notebook, at_step: AtStep) -> None:
        self._account = account
        self._at = at
        self._notebook = notebook
        self._at_step = at_step

    def opened(self, row: int, ticket: Ticket, quotes: Sequence[LegQuote]) -> None:
        """Open the day's one entry. Raises RefusedError."""
        day = clock.in_new_york(self._at).date()
        try:
            order = open_position(
                self._account,
                ticket,
                at=self._at,
                by=None,
                key=f"daily:{day}",
                terms=Terms(quotes=quotes),
                reason=ticket.notes,
                is_daily_entry=True,
                then=partial(self._link, row),
            )
            why = _refusal(order)
            if not why and not AutonomousPosition.objects.filter(pk=row, position=order.position).exists():
                why = f"The entry of {day} was made already."
        except TicketError as error:
            why = str(error)
        self._answered("open", why)

    def closed(self, row: int, quotes: Sequence[LegQuote], reason: str) -> None:
        """Close a trade's position as a whole. One of the old program has none. Raises RefusedError."""
        position = AutonomousPosition.objects.select_related("position").get(pk=row).position
        if position is None:
            return
        try:
            order = close_position(
                position,
                at=self._at,
                by=None,
                key=f"exit:{row}:{self._at:%Y%m%dT%H%M%S.%f}",
                terms=Terms(quotes=quotes),
                reason=reason,
                then=lambda _: self._at_step("exit filled"),
            )
            why = _refusal(order)
        except ClosingError as error:
            why = str(error)
        self._answered(f"close {row}", why)

    def _link(self, row: int, position: Position) -> None:
        self._at_step("entry filled")
        AutonomousPosition.objects.filter(pk=row).update(position=position)
        self._at_step("entry linked")

    def _answered(self, question: str, why: str) -> None:
        self._notebook.note(ORDERS, question, why)
        if why:
            raise RefusedError(why)


class NoBooks:
    """Takes every order and does nothing: the run only looks ahead."""

    def opened(self, row: int, ticket: Ticket, quotes: Sequence[LegQuote]) -> None: ...

    def closed(self, row: int, quotes: Sequence[LegQuote], reason: str) -> None: ...


class RecordedBooks:
    """Says what the ledger said then."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def opened(self, row: int, ticket: Ticket, quotes: Sequence[LegQuote]) -> None:
        """Raise RefusedError where the ledger refused."""
        self._repeat("open")

    def closed(self, row: int, quotes: Sequence[LegQuote], reason: str) -> None:
        """Raise RefusedError where the ledger refused."""
        self._repeat(f"close {row}")

    def _repeat(self, question: str) -> None:
        why = self._notebook.answer(ORDERS, question, str)
        if why:
            raise RefusedError(why)


def _refusal(order: Order) -> str:
    return "" if order.status == Order.Status.FILLED else order.refusal
